"""The outbox by LINE: each delivery has at most one effect, whatever goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry.db import db, unit_of_work
from registry.messages import files
from registry.messages.ledger_models import Recipient
from registry.messages.models import Correction, MessageMedia, MessageState, Publication
from registry.messages.release_models import Purpose
from registry.messages.services import note_move
from registry.outbox import sending
from registry.outbox.backoff import Trouble
from registry.outbox.models import Delivery, OutboxHold, SendingRequest
from tests import cast, outbox_world, story
from tests.line_server import Fault, Line, line_server, user_id


@pytest.fixture
def line(app: Flask) -> object:
    with line_server() as server, outbox_world.outbox_to(app, line=server), app.app_context():
        yield server


def request() -> SendingRequest:
    db.session.rollback()
    return db.session.scalars(select(SendingRequest)).one()


def test_members_are_reached_by_multicast_once(line: Line) -> None:
    members = outbox_world.to_bot(503)
    outbox_world.run()
    assert line.effects == {user_id(number): 1 for number in members}
    assert [len(body["to"]) for body in line.bodies] in ([500, 3], [3, 500])
    assert outbox_world.states() == {"sent": 503}


def test_ledger_learns_of_what_was_sent(line: Line) -> None:
    members = outbox_world.to_bot(5)
    outbox_world.run()
    assert db.session.scalar(select(func.count(Publication.id))) == 1
    assert set(db.session.scalars(select(Recipient.member_id))) == set(members)
    message = db.session.scalars(select(Delivery)).first().release.message
    assert message.as_state is MessageState.PUBLISHED


def test_text_says_what_is_needed_and_holds_no_personal_link(line: Line) -> None:
    outbox_world.to_bot(1)
    outbox_world.run()
    message = db.session.scalars(select(Delivery)).one().release.message
    said = line.bodies[0]["messages"][0]
    for part in (message.sentence, message.title, message.body, message.code):
        assert part in said["text"]
    assert "/m/" not in said["text"]
    buttons = [item["action"]["data"] for item in said["quickReply"]["items"]]
    verbs = ("received", "passed", "declined", "ask")
    assert buttons == [f"sang:{verb}:{message.code}" for verb in verbs]


def test_picture_and_public_check_go_along_where_there_is_a_public_address(
    app: Flask, line: Line
) -> None:
    outbox_world.to_bot(1)
    with unit_of_work():
        message = db.session.scalars(select(Delivery)).one().release.message
        stored = files.store(story.png(), ".png")
        picture = MessageMedia(filename="น้ำ.png", stored=stored, content_type="image/png",
                               size=9, sha256="0" * 64)  # fmt: skip
        message.media.append(picture)
    with outbox_world.outbox_to(app, line=line, public_url="https://sang.example.org"):
        outbox_world.run()
    image, text = line.bodies[0]["messages"]
    assert image["originalContentUrl"].startswith("https://sang.example.org/media/")
    assert f"https://sang.example.org/genuine/{message.code}" in text["text"]


@pytest.mark.parametrize(
    "fault", [Fault.ERROR_AFTER, Fault.CUT_AFTER, Fault.ERROR_BEFORE, Fault.CUT_BEFORE]
)
def test_lost_answer_is_tried_again_with_the_same_key(line: Line, fault: Fault) -> None:
    members = outbox_world.to_bot(3)
    line.fault = lambda number: fault if number == 1 else None
    outbox_world.run()
    assert line.effects == {user_id(number): 1 for number in members}
    assert len({key for _, key, _ in line.requests}) == 1
    assert len(line.requests) == 2
    assert outbox_world.states() == {"sent": 3}


def test_killed_after_the_claim(line: Line) -> None:
    members = outbox_world.to_bot(3)
    parcels = sending.prepare(datetime.now(UTC))
    list(sending.carry(parcels, sending.Carriers.of_settings()))  # sent, then killed
    assert sending.prepare(datetime.now(UTC)) == []
    outbox_world.lapse()
    outbox_world.run()
    assert line.effects == {user_id(number): 1 for number in members}
    assert request().status == 409
    assert request().provider_id
    assert outbox_world.states() == {"sent": 3}


def test_too_late_for_the_key_is_for_a_person(line: Line) -> None:
    outbox_world.to_bot(2)
    line.fault = lambda number: Fault.CUT_AFTER
    sending.send_due()
    with unit_of_work():
        row = db.session.scalars(select(SendingRequest)).one()
        row.first_tried_at = datetime.now(UTC) - timedelta(hours=24)
    outbox_world.hurry()
    line.fault = lambda number: None
    sending.send_due()
    assert outbox_world.states() == {"unknown": 2}
    assert len(line.requests) == 1
    assert request().error == Trouble.TOO_LATE


def test_rate_is_backed_off(line: Line) -> None:
    outbox_world.to_bot(2)
    line.fault = lambda number: Fault.RATE if number == 1 else None
    sending.send_due()
    assert request().due_at > datetime.now(UTC)
    assert request().error == Trouble.BUSY
    outbox_world.run()
    assert outbox_world.states() == {"sent": 2}


def test_used_up_quota_holds_line_and_the_next_month_lets_it_go_on(line: Line) -> None:
    from registry.outbox import quota

    members = outbox_world.to_bot(3)
    line.quota, line.used = 100, 100
    outbox_world.run(3)
    assert outbox_world.states() == {"queued": 3}
    assert db.session.scalars(select(OutboxHold)).one().reason == Trouble.QUOTA
    tried = len(line.requests)
    outbox_world.run(3)
    assert len(line.requests) == tried
    line.used = 0
    quota.ask(datetime.now(UTC))
    outbox_world.run()
    assert line.effects == {user_id(number): 1 for number in members}


def test_more_than_the_quota_has_left_fails_and_holds_nobody_else(line: Line) -> None:
    outbox_world.to_bot(3)
    line.quota, line.used = 100, 98
    outbox_world.run(3)
    assert outbox_world.states() == {"failed": 3}
    assert request().error == Trouble.QUOTA
    assert db.session.scalar(select(OutboxHold)) is None


def test_wrong_token_holds_line(line: Line) -> None:
    outbox_world.to_bot(3)
    line.token = "another"
    outbox_world.run(3)
    assert outbox_world.states() == {"queued": 3}
    assert db.session.scalars(select(OutboxHold)).one().reason == Trouble.TOKEN
    assert len(line.requests) == 1


def test_redirect_is_not_followed(line: Line) -> None:
    outbox_world.to_bot(1)
    line.fault = lambda number: Fault.REDIRECT
    outbox_world.run(2)
    assert outbox_world.states() == {"failed": 1}
    assert [path for path, _, _ in line.requests] == ["/v2/bot/message/multicast"]


def test_who_unlinked_or_withdrew_consent_drops_out_before_the_first_try(line: Line) -> None:
    from registry.members.consent_models import Consent
    from registry.outbox.line_models import LineAccount

    members = outbox_world.to_bot(4)
    with unit_of_work():
        account = select(LineAccount).where(LineAccount.member_id == members[0])
        db.session.scalars(account).one().unlinked_at = datetime.now(UTC)
        consent = select(Consent).where(Consent.member_id == members[1])
        db.session.scalars(consent).one().withdrawn_on = datetime.now(UTC).date()
    outbox_world.run()
    assert set(line.effects) == {user_id(number) for number in members[2:]}
    assert outbox_world.states() == {"failed": 2, "sent": 2}


def test_withdrawn_message_does_not_go_out_any_more(line: Line) -> None:
    outbox_world.to_bot(2)
    with unit_of_work():
        message = db.session.scalars(select(Delivery)).first().release.message
        before, message.state = message.as_state, MessageState.WITHDRAWN.value
        note_move(story.acting("officer50"), message, before, datetime.now(UTC), "ข้อมูลผิด")
    outbox_world.run()
    assert outbox_world.states() == {"cancelled": 2}
    assert not line.requests


def test_group_gets_one_push_which_says_that_it_is_a_correction(line: Line) -> None:
    with unit_of_work():
        channel = cast.channel("P50")
        group = outbox_world.joined_group(channel)
        row = outbox_world.release(Purpose.CORRECTION)
        wrong = Correction(at=datetime.now(UTC), text="วันที่ถูกคือ ๑๕ มกราคม", message=row.message)
        row.correction = wrong
        outbox_world.to_channel(row, channel)
    outbox_world.run()
    assert line.effects == {group: 1}
    text = line.bodies[0]["messages"][0]["text"]
    assert "แก้ไข" in text.splitlines()[0]
    assert "๑๕ มกราคม" in text


def test_answer_that_cannot_be_read_is_none(line: Line) -> None:
    with unit_of_work():
        channel = cast.channel("P50")
        group = outbox_world.joined_group(channel)
        outbox_world.to_channel(outbox_world.release(), channel)
    line.fault = lambda number: Fault.GARBLED
    outbox_world.run()
    assert line.effects == {group: 1}
    assert [status for _, _, status in line.requests] == [200, 409]
    assert outbox_world.states() == {"sent": 1}


def test_addresses_are_forgotten_once_it_is_settled(line: Line) -> None:
    outbox_world.to_bot(2)
    outbox_world.run()
    assert request().recipients is None


def test_same_targets_twice_are_one_delivery_each(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        channel = outbox_world.bot_channel()
        members = outbox_world.people(3, channel)
        row = outbox_world.release()
        assert outbox_world.to_members(row, channel, members) == 3
        assert outbox_world.to_members(row, channel, members) == 0


def test_no_user_id_and_no_token_stands_in_a_log(
    line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    members = outbox_world.to_bot(2)
    line.fault = lambda number: list(Fault)[number] if number < len(Fault) else None
    outbox_world.run()
    said = capsys.readouterr()
    assert "not_sent" in said.err
    secrets = [line.token, *(user_id(number) for number in members)]
    assert not [secret for secret in secrets if secret in said.err + said.out]


def test_quiet_hours_hold_back_what_is_not_urgent(line: Line) -> None:
    outbox_world.to_bot(2)
    with unit_of_work():
        db.session.scalars(select(Delivery)).first().release.urgent = False
    night, morning = (datetime(2026, 1, 15, hour, tzinfo=UTC) for hour in (16, 2))
    assert sending.prepare(night) == []
    assert len(sending.prepare(morning)) == 1
