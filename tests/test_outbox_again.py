"""What is tried again, later: to whom, with which words, and what the ledger makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from registry.access.scope import Scope
from registry.db import db, unit_of_work
from registry.members.consent_models import Consent
from registry.messages.ledger_models import Recipient
from registry.messages.models import KeyMessage, MessageState, Publication
from registry.messages.release_models import Purpose
from registry.messages.services import note_move
from registry.outbox import deciding, freezing, sending, settling
from registry.outbox.deciding import Decision
from registry.outbox.models import Delivery, SendingRequest, Way
from tests import outbox_world, story
from tests.line_server import Fault, Line, line_server, user_id


@pytest.fixture
def line(app: Flask) -> Iterator[Line]:
    with line_server() as server, outbox_world.outbox_to(app, line=server), app.app_context():
        yield server


def recipients() -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(select(Recipient.member_id)))


def withdraw_consent(member_id: int) -> None:
    with unit_of_work():
        consent = select(Consent).where(Consent.member_id == member_id)
        db.session.scalars(consent).one().withdrawn_on = datetime.now(UTC).date()


def withdraw_message() -> None:
    with unit_of_work():
        message = db.session.scalars(select(KeyMessage)).one()
        before, message.state = message.as_state, MessageState.WITHDRAWN.value
        note_move(story.acting("officer50"), message, before, datetime.now(UTC), "ข้อมูลผิด")


def decide(decision: Decision) -> int:
    with unit_of_work():
        troubled = select(Delivery).where(Delivery.state.in_(["failed", "unknown"]))
        first = db.session.scalars(troubled.order_by(Delivery.id)).first()
        return deciding.decide(story.acting("officer50"), Scope.all(), first, decision)


def test_members_become_recipients_as_their_own_request_is_sent(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "MAX_IDS", 2)
    members = outbox_world.to_bot(4)
    parcels = sending.prepare(datetime.now(UTC))
    sent = sending.carry(parcels, sending.Carriers.of_settings())
    answers = sorted(sent, key=lambda pair: pair[0].request_id)
    sending.finish(*answers[0])
    assert recipients() == set(members[:2])
    sending.finish(*answers[1])
    assert recipients() == set(members)
    assert len(list(db.session.scalars(select(Publication)))) == 1


def test_who_failed_and_is_sent_to_again_becomes_a_recipient(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "MAX_IDS", 2)
    members = outbox_world.to_bot(4)
    line.fault = lambda number: Fault.REDIRECT if number == 1 else None
    outbox_world.run()
    assert outbox_world.states() == {"failed": 2, "sent": 2}
    assert len(recipients()) == 2
    assert decide(Decision.AGAIN) == 2
    outbox_world.run()
    assert recipients() == set(members)


def test_all_of_whom_a_person_says_that_it_arrived_become_recipients(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "MAX_IDS", 2)
    members = outbox_world.to_bot(6)
    line.fault = lambda number: Fault.REDIRECT if number < 3 else None
    outbox_world.run()
    assert len(recipients()) == 2
    assert decide(Decision.ARRIVED) == 4
    assert recipients() == set(members)


def test_reminder_makes_nobody_a_recipient(line: Line) -> None:
    outbox_world.to_bot(2, Purpose.REMINDER)
    outbox_world.run()
    assert outbox_world.states() == {"sent": 2}
    assert recipients() == set()


def test_whole_channel_beside_members_adds_nobody_to_whom_nothing_was_sent(line: Line) -> None:
    members = outbox_world.to_bot(2)
    with unit_of_work():
        release = db.session.scalars(select(Delivery)).first().release
        channel = release.channels[0]
        hook = Delivery(release_id=release.id, message_id=release.message_id, channel_id=channel,
                        target="w:1", way=Way.WEBHOOK.value, state="sent",
                        created_at=datetime.now(UTC))  # fmt: skip
        db.session.add(hook)
        db.session.flush()
        settling.ledger.settle(settling.SYSTEM, hook, datetime.now(UTC))
    assert recipients() == set()
    outbox_world.run()
    assert recipients() == set(members)


def test_who_withdraws_consent_while_the_way_is_held_drops_out(line: Line) -> None:
    members = outbox_world.to_bot(3)
    line.quota, line.used = 100, 100
    outbox_world.run(2)
    assert outbox_world.states() == {"queued": 3}
    withdraw_consent(members[0])
    line.used = 0
    with unit_of_work():
        deciding.resume(story.acting("officer50"), Way.LINE)
    outbox_world.run()
    assert set(line.effects) == {user_id(number) for number in members[1:]}
    assert outbox_world.states() == {"failed": 1, "sent": 2}
    assert recipients() == set(members[1:])


def test_who_withdraws_consent_while_it_backs_off_drops_out(line: Line) -> None:
    members = outbox_world.to_bot(3)
    line.fault = lambda number: Fault.RATE if number == 1 else None
    sending.send_due()
    withdraw_consent(members[0])
    outbox_world.run()
    assert set(line.effects) == {user_id(number) for number in members[1:]}
    assert len({key for _, key, _ in line.requests}) == 2


def test_who_withdraws_consent_while_an_answer_is_doubtful_stays_in_the_request(line: Line) -> None:
    members = outbox_world.to_bot(2)
    line.fault = lambda number: Fault.CUT_AFTER if number == 1 else None
    sending.send_due()
    withdraw_consent(members[0])
    outbox_world.run()
    assert len({key for _, key, _ in line.requests}) == 1
    assert line.effects == {user_id(number): 1 for number in members}


@pytest.mark.parametrize("fault", [Fault.RATE, Fault.CUT_BEFORE])
def test_words_change_only_where_nobody_may_have_them(line: Line, fault: Fault) -> None:
    outbox_world.to_bot(1)
    line.fault = lambda number: fault if number == 1 else None
    sending.send_due()
    with unit_of_work():
        db.session.scalars(select(KeyMessage)).one().sentence = "ถ้อยคำใหม่"
    outbox_world.run()
    keys = {key for _, key, _ in line.requests}
    is_new = "ถ้อยคำใหม่" in line.bodies[-1]["messages"][0]["text"]
    assert (is_new, len(keys)) == ((True, 2) if fault is Fault.RATE else (False, 1))


def test_doubtful_request_of_a_withdrawn_message_is_not_sent_again(line: Line) -> None:
    outbox_world.to_bot(2)
    line.fault = lambda number: Fault.CUT_BEFORE
    sending.send_due()
    withdraw_message()
    line.fault = lambda number: None
    outbox_world.run()
    assert outbox_world.states() == {"unknown": 2}
    assert len(line.requests) == 1


def test_held_request_of_a_withdrawn_message_is_cancelled(line: Line) -> None:
    outbox_world.to_bot(2)
    line.fault = lambda number: Fault.RATE
    sending.send_due()
    withdraw_message()
    outbox_world.run()
    assert outbox_world.states() == {"cancelled": 2}
    assert len(line.requests) == 1


def test_settling_is_tried_again_after_a_deadlock(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = outbox_world.to_bot(2)
    tries, settle = [], settling.settle

    def deadlock_once(*given: object) -> None:
        tries.append(given)
        settle(*given)
        if len(tries) == 1:
            raise OperationalError("update", {}, psycopg.errors.DeadlockDetected())

    monkeypatch.setattr(settling, "settle", deadlock_once)
    sending.send_due()
    assert len(tries) == 2
    assert recipients() == set(members)
    assert db.session.scalars(select(SendingRequest)).one().state == "sent"


def test_other_troubles_of_the_database_are_not_tried_again(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox_world.to_bot(1)

    def fail(*_: object) -> None:
        raise OperationalError("update", {}, psycopg.errors.DiskFull())

    monkeypatch.setattr(settling, "settle", fail)
    with pytest.raises(OperationalError):
        sending.send_due()
    assert outbox_world.states() == {"sending": 1}
