"""Whose turn it is: no way waits for another, what is urgent waits for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, text

from registry.db import db, unit_of_work
from registry.messages.release_models import Release
from registry.outbox import claiming, freezing, holds, sending
from registry.outbox.backoff import Trouble
from registry.outbox.deliveries import Target, make_deliveries
from registry.outbox.line import bodies
from registry.outbox.models import Delivery, SendingRequest, Way
from registry.outbox.webhook_models import Webhook
from tests import cast, outbox_world
from tests.line_server import Line, line_server
from tests.smtp_server import Mailbox, smtp_server

NIGHT = datetime(2026, 1, 15, 16, tzinfo=UTC)
EVENING = datetime(2026, 1, 15, 13, tzinfo=UTC)


@pytest.fixture
def line(app: Flask) -> Iterator[Line]:
    with line_server() as server, outbox_world.outbox_to(app, line=server), app.app_context():
        yield server


@pytest.fixture
def mailbox(app: Flask, line: Line) -> Iterator[Mailbox]:
    with smtp_server() as box, outbox_world.outbox_to(app, line=line, mail=box):
        yield box


def to_group(number: int, *, urgent: bool = True) -> int:
    """A release of one push to a group; its id."""
    with unit_of_work():
        channel = outbox_world.bot_channel()
        outbox_world.joined_group(channel, number)
        row = outbox_world.release()
        row.urgent = urgent
        outbox_world.to_channel(row, channel)
        return row.id


def to_list(count: int) -> None:
    with unit_of_work():
        channel = outbox_world.mail_channel()
        members = outbox_world.people(count, channel)
        outbox_world.to_members(outbox_world.release(), channel, members, Way.EMAIL)


def to_hook() -> int:
    with unit_of_work():
        channel, row = cast.channel("P50"), outbox_world.release()
        row.urgent = False
        hook = Webhook(
            channel_id=channel.id, name="เว็บไซต์", url="http://127.0.0.1:1/", secret_name="X",
            created_at=outbox_world.NOON,
        )  # fmt: skip
        db.session.add(hook)
        db.session.flush()
        make_deliveries(row, [Target(Way.WEBHOOK, f"w:{hook.id}", channel.id)])
        return row.id


def frozen() -> list[int]:
    """The releases of all requests, the first made first."""
    db.session.rollback()
    query = select(SendingRequest.release_id).order_by(SendingRequest.id)
    return list(db.session.scalars(query))


def claimed(at: datetime) -> list[int]:
    """The releases of what is claimed."""
    ids = [parcel.request_id for parcel in sending.prepare(at)]
    query = select(SendingRequest.id, SendingRequest.release_id)
    of = {row.id: row.release_id for row in db.session.execute(query)}
    return [of[number] for number in ids]


def test_way_that_is_held_stops_no_other(
    line: Line, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "AHEAD", 2)
    to_list(3)
    with unit_of_work():
        freezing.freeze({Way.EMAIL}, datetime.now(UTC))
        holds.hold(Way.EMAIL, Trouble.TOKEN, datetime.now(UTC))
    to_group(1)
    outbox_world.run(3)
    assert sum(line.effects.values()) == 1
    assert mailbox.mails == []


def test_open_way_with_much_to_do_stops_no_other(
    line: Line, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "AHEAD", 2)
    to_list(5)
    to_group(1)
    sending.send_due()
    assert sum(line.effects.values()) == 1


def test_what_waits_for_the_morning_does_not_stop_what_is_urgent(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "AHEAD", 2)
    waiting = [to_group(number, urgent=False) for number in (1, 2, 3)]
    with unit_of_work():
        freezing.freeze({Way.LINE}, EVENING)
    assert frozen() == waiting[:2]
    urgent = to_group(4)
    assert claimed(NIGHT) == [urgent]
    assert frozen() == [*waiting[:2], urgent]


def test_nothing_is_frozen_at_night_but_what_is_urgent_or_goes_to_systems(
    app: Flask, line: Line
) -> None:
    to_group(1, urgent=False)
    told, urgent = to_hook(), to_group(2)
    with outbox_world.outbox_to(app, line=line, webhook_hosts="127.0.0.1"):
        assert set(claimed(NIGHT)) == {told, urgent}
    assert set(frozen()) == {told, urgent}
    assert not freezing.to_freeze({Way.LINE}, NIGHT)
    assert freezing.to_freeze({Way.LINE}, EVENING)


def test_urgent_is_frozen_first(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "AHEAD", 1)
    to_group(1, urgent=False)
    urgent = to_group(2)
    with unit_of_work():
        freezing.freeze({Way.LINE}, EVENING)
    assert frozen() == [urgent]


def test_urgent_is_claimed_first(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(claiming.MOST, Way.LINE, 1)
    patient = to_group(1, urgent=False)
    with unit_of_work():
        freezing.freeze({Way.LINE}, EVENING)
    urgent = to_group(2)
    assert claimed(EVENING) == [urgent]
    assert claimed(EVENING) == [patient]


def test_many_mails_go_in_one_beat(mailbox: Mailbox) -> None:
    to_list(claiming.MOST[Way.EMAIL] + 1)
    sending.send_due()
    assert outbox_world.states() == {"queued": 1, "sent": 32}


def test_what_would_outlive_its_lease_is_not_begun(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_list(2)
    monkeypatch.setattr(sending, "START_WITHIN", -1.0)
    sending.send_due()
    assert outbox_world.states() == {"queued": 2}
    assert mailbox.mails == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_waiting_deliveries_are_found_by_their_index(app: Flask) -> None:
    with app.app_context():
        waiting = freezing._waiting(Way.LINE, 1)
        for query in (waiting, freezing._releases(Way.LINE, EVENING)):
            sql = query.compile(db.engine, compile_kwargs={"literal_binds": True})
            plan = "\n".join(
                row.detail for row in db.session.execute(text(f"explain query plan {sql}"))
            )
            assert "ix_delivery_waiting" in plan
            assert query is not waiting or "TEMP B-TREE" not in plan


def test_release_that_is_being_changed_waits_alone(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = to_group(1), to_group(2)
    monkeypatch.setattr(freezing, "_held", lambda ids: [row for row in ids if row != first])
    assert claimed(EVENING) == [second]
    assert db.session.get_one(Release, first).urgent
    query = select(Delivery.request_id).where(Delivery.release_id == first)
    assert db.session.scalars(query).one() is None


def test_a_release_whose_words_fail_holds_up_no_other(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = to_group(1), to_group(2)
    say = freezing.CONTENT[Way.LINE]

    def fail(release: Release) -> bodies.Content:
        if release.id == first:
            raise LookupError("a file is gone")
        return say(release)

    monkeypatch.setitem(freezing.CONTENT, Way.LINE, fail)
    sending.send_due()
    assert frozen() == [second]
    monkeypatch.setitem(freezing.CONTENT, Way.LINE, say)
    sending.send_due()
    assert frozen() == [second, first]
