"""The outbox by e-mail: a lost answer is never sent again by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from registry.db import db, unit_of_work
from registry.members.models import Member
from registry.messages.release_models import Purpose
from registry.outbox import sending
from registry.outbox.backoff import Trouble
from registry.outbox.models import Delivery, OutboxHold, SendingRequest, Way
from tests import outbox_world
from tests.smtp_server import Mailbox, smtp_server


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    with smtp_server() as box, outbox_world.outbox_to(app, mail=box), app.app_context():
        yield box


def to_list(count: int, purpose: Purpose = Purpose.FIRST) -> list[int]:
    with unit_of_work():
        channel = outbox_world.mail_channel()
        members = outbox_world.people(count, channel)
        outbox_world.to_members(outbox_world.release(purpose), channel, members, Way.EMAIL)
    return members


def test_everybody_gets_one_mail(mailbox: Mailbox) -> None:
    members = to_list(12)
    outbox_world.run()
    got = sorted(str(mail["To"]) for mail in mailbox.mails)
    assert got == sorted(outbox_world.address(number) for number in members)
    assert outbox_world.states() == {"sent": 12}


def test_what_a_mail_looks_like(mailbox: Mailbox) -> None:
    to_list(1)
    outbox_world.run()
    mail, delivery = mailbox.mails[0], db.session.scalars(select(Delivery)).one()
    message = delivery.release.message
    assert mail["Subject"] == message.title
    assert message.sentence in mail.get_content()
    assert message.code in mail.get_content()
    assert "/m/" not in mail.get_content()
    assert mail["List-Unsubscribe"] == "<mailto:sang@example.org?subject=unsubscribe>"
    assert mail["Message-ID"].startswith(f"<sang.{delivery.id}.")


def test_lost_answer_is_unknown_and_one_mail(mailbox: Mailbox) -> None:
    to_list(1)
    mailbox.lose_answers = 1
    outbox_world.run()
    assert outbox_world.states() == {"unknown": 1}
    assert len(mailbox.mails) == 1
    outbox_world.run()
    assert mailbox.tries == 1


def test_killed_after_the_claim_is_unknown(mailbox: Mailbox) -> None:
    to_list(1)
    parcels = sending.prepare(datetime.now(UTC))
    list(sending.carry(parcels, sending.Carriers.of_settings()))  # sent, then killed
    outbox_world.lapse()
    outbox_world.run()
    assert outbox_world.states() == {"unknown": 1}
    assert len(mailbox.mails) == 1


def test_late_answer_still_counts(mailbox: Mailbox) -> None:
    to_list(1)
    parcels = sending.prepare(datetime.now(UTC))
    answers = list(sending.carry(parcels, sending.Carriers.of_settings()))
    outbox_world.lapse()
    outbox_world.run()
    for parcel, answer in answers:
        sending.finish(parcel, answer)
    assert outbox_world.states() == {"sent": 1}


def test_busy_server_is_tried_again(mailbox: Mailbox) -> None:
    to_list(1)
    mailbox.refuse = "451 later"
    sending.send_due()
    assert outbox_world.states() == {"queued": 1}
    mailbox.refuse = ""
    outbox_world.run()
    assert outbox_world.states() == {"sent": 1}
    assert len(mailbox.mails) == 1


def test_refused_address_fails(mailbox: Mailbox) -> None:
    to_list(1)
    mailbox.refuse_recipient = "550 no such mailbox"
    outbox_world.run()
    assert outbox_world.states() == {"failed": 1}
    assert db.session.scalars(select(SendingRequest)).one().status == 550


def test_tls_is_demanded(app: Flask, mailbox: Mailbox) -> None:
    to_list(1)
    with outbox_world.outbox_to(app, mail=mailbox, smtp_tls=True):
        sending.send_due()
    assert mailbox.mails == []
    assert db.session.scalars(select(OutboxHold)).one().reason == Trouble.NOT_SET_UP


def test_nobody_listens(app: Flask, mailbox: Mailbox) -> None:
    to_list(1)
    with outbox_world.outbox_to(app, mail=mailbox, smtp_port=1):
        sending.send_due()
    assert outbox_world.states() == {"queued": 1}


def test_who_has_no_address_any_more_drops_out(mailbox: Mailbox) -> None:
    members = to_list(2)
    with unit_of_work():
        db.session.get_one(Member, members[0]).email = None
    outbox_world.run()
    assert outbox_world.states() == {"failed": 1, "sent": 1}


def test_addresses_stand_in_no_log(mailbox: Mailbox, capsys: pytest.CaptureFixture[str]) -> None:
    members = to_list(1)
    mailbox.refuse_recipient = "550 no such mailbox"
    outbox_world.run()
    said = capsys.readouterr()
    assert outbox_world.address(members[0]) not in said.err + said.out
    assert "not_sent" in said.err


@pytest.mark.parametrize("wrong", ["@", "a@b@c", "x@", "ไทย@example.org", "x@ไทย.example"])
def test_address_that_cannot_be_written_fails(mailbox: Mailbox, wrong: str) -> None:
    """Certainly unsent, thus nobody has to ask whether it arrived."""
    members = to_list(1)
    with unit_of_work():
        db.session.get_one(Member, members[0]).email = wrong
    outbox_world.run()
    assert outbox_world.states() == {"failed": 1}
    assert mailbox.tries == 0
