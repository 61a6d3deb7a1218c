"""A task by hand is taken back beside what else was sent, is being sent, or is being told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.channels.models import Channel
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.messages import exchange, ledger
from registry.messages.ledger_models import Dissemination, Question, Recipient
from registry.messages.models import KeyMessage, Publication
from registry.messages.release_models import Purpose, Release, ReleaseState
from registry.messages.release_steps import cancel
from registry.messages.settling import settle
from registry.outbox.deliveries import Target, make_deliveries
from registry.outbox.models import Delivery, DeliveryState, Way
from tests import cast, outbox_world, story
from tests.meanwhile import meanwhile
from tests.test_outbox_hand_undo import do, stands, two_tasks, undo

SYSTEM = Actor.system("outbox")


def send(delivery: Delivery, minutes: int = 20) -> None:
    """A machine sent it."""
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    delivery.state, delivery.settled_at = DeliveryState.SENT.value, at
    db.session.flush()
    settle(SYSTEM, delivery, at)


def by_machine(task: Delivery, bot: Channel, *names: str) -> dict[str, Delivery]:
    """Another release of the task's message, to members one by one through a LINE account."""
    old, people = task.release, {cast.member(name).id: name for name in names}
    release = Release(
        message=old.message, office_id=old.office_id, purpose=Purpose.ONWARD.value, urgent=True,
        planned_at=old.planned_at, created_at=old.created_at, created_by=old.created_by,
        state=ReleaseState.RUNNING.value, machines_done=True,
    )  # fmt: skip
    db.session.add(release)
    db.session.flush()
    outbox_world.to_members(release, bot, list(people))
    rows = db.session.scalars(select(Delivery).where(Delivery.release_id == release.id))
    return {people[row.member_id or 0]: row for row in rows}


def world() -> tuple[Delivery, dict[str, Delivery]]:
    """A loudspeaker's task, and the same message by LINE to Malee (sent) and Somchai (not yet)."""
    task = outbox_world.to_channel(outbox_world.release(), cast.channel("P50"), Way.HAND)
    sent = by_machine(task, outbox_world.bot_channel(), "malee50", "somchai50")
    send(sent["malee50"], 40)
    return task, sent


def reached() -> dict[int, str]:
    """Each recipient, with the channel by which the ledger says that they have it."""
    query = (
        select(Recipient.member_id, Channel.name)
        .join(Publication, Publication.id == Recipient.publication_id)
        .join(Channel, Channel.id == Publication.channel_id)
    )
    return {row.member_id: row.name for row in db.session.execute(query)}


@pytest.mark.parametrize("task_first", [True, False])
def test_whoever_has_it_by_line_keeps_it(app: Flask, task_first: bool) -> None:
    """Somchai was written to by LINE as well, and Dao heard it by the loudspeaker alone."""
    with app.app_context(), unit_of_work():
        task, sent = world()
        somchai = sent["somchai50"]
        for step in (do, send) if task_first else (send, do):
            step(task if step is do else somchai)
        assert len(reached()) == 3
        undo(task)
        line = somchai.channel.name
        names = ("malee50", "somchai50")
        assert reached() == {cast.member(name).id: line for name in names}
        last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert last is not None
        assert last.details["count"] == 1, "only Dao is no longer reached"
        db.session.rollback()


@pytest.mark.parametrize("settled_first", [True, False])
def test_a_request_that_is_settled_at_that_moment_counts(app: Flask, settled_first: bool) -> None:
    with app.app_context(), unit_of_work():
        task, sent = world()
        do(task)
        numbers, message = (task.id, sent["somchai50"].id), task.message_id
        somchai = cast.member("somchai50").id

    def line() -> None:
        send(db.session.get_one(Delivery, numbers[1]))

    def back() -> None:
        undo(db.session.get_one(Delivery, numbers[0]))

    steps = (line, back) if settled_first else (back, line)
    assert meanwhile(app, *steps) == ""
    with app.app_context():
        where = (Recipient.message_id == message, Recipient.member_id == somchai)
        kept = db.session.scalars(select(Recipient).where(*where)).one()
        places = db.session.scalars(select(Publication)).all()
        assert [row.id for row in places] == [kept.publication_id]


def report(message: KeyMessage) -> None:
    entry = story.entry(message, at=datetime.now(UTC))
    ledger.record_dissemination(story.acting("officer50"), story.ALL, entry)


def question(message: KeyMessage) -> None:
    exchange.ask(story.acting("officer50"), cast.member("malee50"), "จริงหรือ", message=message)


@pytest.mark.parametrize("told", [report, question])
@pytest.mark.parametrize("told_first", [True, False])
def test_nothing_is_told_of_a_message_that_is_taken_back_at_that_moment(
    app: Flask, told: Callable[[KeyMessage], None], told_first: bool
) -> None:
    with app.app_context(), unit_of_work():
        task = outbox_world.to_channel(outbox_world.release(), cast.channel("P50"), Way.HAND)
        do(task)
        number, message = task.id, task.message_id

    def tell() -> None:
        told(db.session.get_one(KeyMessage, message))

    def back() -> None:
        undo(db.session.get_one(Delivery, number))

    said = meanwhile(app, *((tell, back) if told_first else (back, tell)))
    assert ("จึงยกเลิกการบันทึกไม่ได้แล้ว" if told_first else "ยังไม่ได้เผยแพร่") in said
    with app.app_context():
        facts = [*db.session.scalars(select(Dissemination)), *db.session.scalars(select(Question))]
        assert len(facts) == (1 if told_first else 0)
        assert (db.session.scalar(select(Publication.id)) is not None) is told_first


def beside_webhook() -> tuple[Delivery, Delivery]:
    """A task, and a webhook of the same channel that was set up before machines began."""
    release, channel = outbox_world.release(), cast.channel("P50")
    release.channels = [channel.id]
    targets = [(Way.HAND, f"c:{channel.id}"), (Way.WEBHOOK, "w:1")]
    make_deliveries(release, [Target(way, name, channel.id) for way, name in targets])
    rows = db.session.scalars(select(Delivery).where(Delivery.release_id == release.id))
    task, hook = sorted(rows, key=lambda row: row.way)
    return task, hook


def test_a_publication_that_a_webhook_made_stays(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        task, hook = beside_webhook()
        send(hook)
        before = stands(task.release.message)
        do(task, 10)
        undo(task)
        assert stands(task.release.message) == before
        assert task.as_state is DeliveryState.QUEUED
        db.session.rollback()


def test_what_a_webhook_sent_as_well_is_not_taken_back(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        task, hook = beside_webhook()
        do(task)
        send(hook)
        with pytest.raises(Refused, match="ระบบได้ส่ง"):
            undo(task)
        db.session.rollback()


def test_a_task_of_a_sending_that_was_called_off_does_not_wait_again(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        done, other = two_tasks()
        release = done.release
        do(done)
        cancel(story.acting("officer50"), release, "เลิกกิจกรรม")
        assert other.as_state is DeliveryState.CANCELLED
        undo(done)
        assert done.as_state is DeliveryState.CANCELLED
        assert release.as_state is ReleaseState.DONE, "nothing of it goes on"
        assert stands(release.message)[2:] == ([], [])
        db.session.rollback()
