"""A task by hand noted as done by mistake: all that followed from it goes, or none of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.audit.models import AuditEvent
from registry.channels.models import Channel, ChannelMember
from registry.db import db, unit_of_work
from registry.errors import NotFound, Refused
from registry.messages import exchange, ledger, services
from registry.messages.ledger_models import Recipient
from registry.messages.models import KeyMessage, MessageState, Publication
from registry.messages.release_models import ReleaseState
from registry.outbox import hand, hand_undo
from registry.outbox.deliveries import Target, make_deliveries
from registry.outbox.hand import Done
from registry.outbox.hand_models import HandWork
from registry.outbox.models import Delivery, DeliveryState, Way
from tests import cast, outbox_world, story
from tests.meanwhile import meanwhile

ClientOf = Callable[[str], FlaskClient]
WHY = "กดผิดรายการ"
SEEN = re.compile('name="seen" value="([^"]+)"')


def two_tasks() -> list[Delivery]:
    """Tasks of one release for two channels that share a member; the second has one more."""
    release, first, second = (
        outbox_world.release(),
        cast.channel("P50"),
        outbox_world.mail_channel(),
    )
    release.channels = [first.id, second.id]
    for name in ("malee50", "somchai50"):
        listed = ChannelMember(
            channel_id=second.id, member_id=cast.member(name).id, from_on=cast.SINCE
        )
        db.session.add(listed)
    make_deliveries(release, [Target(Way.HAND, f"c:{row.id}", row.id) for row in (first, second)])
    query = select(Delivery).where(Delivery.release_id == release.id)
    return list(db.session.scalars(query.order_by(Delivery.channel_id == second.id)))


def do(task: Delivery, minutes: int = 30) -> None:
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    hand.do(story.acting("officer50"), task, Done(at, list(hand.Point), 80, "20 × 4"))


def undo(task: Delivery, who: str = "officer50") -> None:
    hand_undo.undo(story.acting(who), task, WHY)


def stands(message: KeyMessage) -> tuple[object, ...]:
    """What the ledger says of a message."""
    db.session.flush()
    db.session.expire_all()
    row = Publication
    places = db.session.execute(
        select(Channel.name, row.at, row.audience).join(Channel, Channel.id == row.channel_id)
    ).all()
    reached = db.session.execute(
        select(Recipient.member_id, Recipient.published_at, Recipient.office_id)
        .where(Recipient.message_id == message.id)
        .order_by(Recipient.member_id)
    ).all()
    return (message.state, message.published_at, sorted(map(tuple, places)), list(reached))


def test_the_only_publication_is_taken_back_whole(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        task = outbox_world.to_channel(outbox_world.release(), cast.channel("P50"), Way.HAND)
        message, release = task.release.message, task.release
        before = stands(message)
        do(task)
        assert (message.as_state, release.as_state) == (MessageState.PUBLISHED, ReleaseState.DONE)
        assert stands(message)[3] != []
        undo(task)
        assert stands(message) == before
        assert (task.state, task.settled_at) == (DeliveryState.QUEUED.value, None)
        assert (release.as_state, release.ended_at) == (ReleaseState.RUNNING, None)
        assert db.session.get(HandWork, task.id) is None
        assert message.moves[-1].after == "taken_back"
        last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert last is not None
        assert last.action == "outbox:hand-undo"
        do(task, 5)
        assert message.as_state is MessageState.PUBLISHED
        assert len(message.publications) == 1


@pytest.mark.parametrize("wrong", [0, 1])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_ledger_is_as_if_only_the_other_task_was_done(
    app: Flask, wrong: int, order: tuple[int, int]
) -> None:
    moment = datetime.now(UTC) - timedelta(minutes=30)

    def told(numbers: tuple[int, ...], back: int | None) -> tuple[object, ...]:
        with app.app_context(), unit_of_work():
            tasks = two_tasks()
            for number in numbers:
                at = moment + timedelta(minutes=number)
                hand.do(story.acting("officer50"), tasks[number], Done(at, list(hand.Point)))
            if back is not None:
                undo(tasks[back])
            said = stands(tasks[0].release.message)
            db.session.rollback()
            return said

    other = 1 - wrong
    assert told(order, wrong) == told((other,), None)


def receipt(message: KeyMessage) -> None:
    who = cast.member("malee50").id
    ledger.record_receipt(story.acting("officer50"), message, who)


def passing_on(message: KeyMessage) -> None:
    entry = story.entry(message, at=datetime.now(UTC))
    ledger.record_dissemination(story.acting("officer50"), story.ALL, entry)


def question(message: KeyMessage) -> None:
    exchange.ask(story.acting("officer50"), cast.member("malee50"), "จริงหรือ", message=message)


def correction(message: KeyMessage) -> None:
    services.correct(story.acting("officer50"), message, "วันผิด ที่ถูกคือวันศุกร์")


@pytest.mark.parametrize(
    ("step", "words"),
    [(receipt, "รับข้อมูล"), (passing_on, "รับข้อมูล"), (question, "สอบถาม"), (correction, "แก้ไข")],
)
def test_what_somebody_reacted_to_is_not_taken_back(
    app: Flask, step: Callable[[KeyMessage], None], words: str
) -> None:
    with app.app_context(), unit_of_work():
        task = outbox_world.to_channel(outbox_world.release(), cast.channel("P50"), Way.HAND)
        do(task)
        step(task.release.message)
        with pytest.raises(Refused, match=words):
            undo(task)
        db.session.rollback()


def test_only_the_office_of_the_channel_takes_back_and_says_why(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        task = outbox_world.to_channel(outbox_world.release(), cast.channel("P50"), Way.HAND)
        do(task)
        with pytest.raises(NotFound):
            undo(task, "officer90")
        with pytest.raises(Refused, match="เหตุผล"):
            hand_undo.undo(story.acting("officer50"), task, " ")


def test_two_at_once_take_it_back_once(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        task = outbox_world.to_channel(outbox_world.release(), cast.channel("P50"), Way.HAND)
        do(task)
        number = task.id

    def back() -> None:
        undo(db.session.get_one(Delivery, number))

    assert "ไม่ได้บันทึกว่าทำแล้ว" in meanwhile(app, back, back)
    with app.app_context():
        assert db.session.scalar(select(Publication.id)) is None


def test_the_list_of_what_was_done_offers_it(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        task = outbox_world.to_channel(outbox_world.release(), cast.channel("P50"), Way.HAND)
        do(task)
        number, seen = task.id, db.session.get_one(HandWork, task.id).recorded_at.isoformat()
        page, given = f"/messages/{task.message_id}", {"why": WHY, "seen": seen}
    client, address = client_of("officer50"), f"/outbox/tasks/{number}"
    assert f"{address}?undo=1#undo" in client.get("/outbox/tasks/").text
    assert '<details id="undo" open>' in client.get(f"{address}?undo=1").text
    assert '<details id="undo">' in client.get(address).text
    answer = client.post(f"{address}/undo", data={"why": ""})
    assert (answer.status_code, '<details id="undo" open>' in answer.text) == (422, True)
    assert client.post(f"{address}/undo", data=given).status_code == 302
    assert f"{address}?undo=1#undo" not in client.get("/outbox/tasks/").text
    assert f"{address}/done" in client.get(address).text
    assert WHY in client.get(page).text
    again = client.post(f"{address}/undo", data=given)
    assert (again.status_code, "ไม่ได้บันทึกว่าทำแล้ว" in again.text) == (422, True)
    assert f": {WHY}</div>" in again.text, "typed while a colleague took it back"
    assert client_of("officer90").post(f"{address}/undo", data=given).status_code == 404


def test_only_the_note_that_the_page_showed_is_taken_back(app: Flask, client_of: ClientOf) -> None:
    """A colleague took it back and noted it anew, with another moment."""
    with app.app_context(), unit_of_work():
        task = outbox_world.to_channel(outbox_world.release(), cast.channel("P50"), Way.HAND)
        do(task)
        number = task.id
    client, address = client_of("officer50"), f"/outbox/tasks/{number}"
    opened = SEEN.search(client.get(address).text)
    with app.app_context(), unit_of_work():
        undo(db.session.get_one(Delivery, number))
        do(db.session.get_one(Delivery, number), 5)
    assert opened
    blind = client.post(f"{address}/undo", data={"why": WHY})
    assert (blind.status_code, "ไม่ได้ระบุว่าแสดงข้อมูลฉบับใด" in blind.text) == (422, True)
    late = client.post(f"{address}/undo", data={"why": WHY, "seen": opened[1]})
    assert (late.status_code, "แล้วบันทึกใหม่" in late.text) == (422, True)
    now = SEEN.search(late.text)
    assert now
    assert client.post(f"{address}/undo", data={"why": WHY, "seen": now[1]}).status_code == 302


def test_what_was_typed_is_shown_where_its_form_is_gone(app: Flask, client_of: ClientOf) -> None:
    """A colleague noted the same task as done meanwhile."""
    with app.app_context(), unit_of_work():
        task = outbox_world.to_channel(outbox_world.release(), cast.channel("P50"), Way.HAND)
        do(task)
        address = f"/outbox/tasks/{task.id}"
    client = client_of("officer50")
    off = client.post(f"{address}/call-off", data={"reason": "หอกระจายข่าวเสีย"})
    assert (off.status_code, ": หอกระจายข่าวเสีย</div>" in off.text) == (422, True)
    typed = {"on": "15/1/2569", "basis": "20 <ครัวเรือน>", "note": "ฝนตก"}
    done = client.post(f"{address}/done", data=typed)
    assert (done.status_code, ": ฝนตก</div>" in done.text) == (422, True)
    assert ": 20 &lt;ครัวเรือน&gt;</div>" in done.text
