"""A made-up ledger over some months: messages, recipients, disseminations, questions, news.

Everything is decided by a seed, so that two databases get the same facts.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

from registry.channels.models import Channel
from registry.db import db
from registry.members.models import Member
from registry.messages.exchange_models import QuestionResolution
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.messages.models import KeyMessage, MessageMove, MessageState, Publication
from registry.messages.release_models import Release
from registry.outbox.models import Delivery
from registry.periods.calendar import BANGKOK, Period, month_of, month_start
from tests import cast

CANARY = "ข้อความลับของสมาชิก"
"""Stands in every text of a member: it may appear in no report."""
LINK = "https://example.org/canary/"
STATES = ("reported", "accepted", "accepted", "sent_back", "withdrawn")


def add_ledger(*codes: str, seed: int = 7, each: int = 3) -> None:
    """Add facts to each month of the periods, in the caller's transaction."""
    dice, number = random.Random(seed), 0
    for code in codes:
        for month in Period.parse(code).months:
            for office in cast.NETWORKS:
                for _ in range(each):
                    number += 1
                    _story(dice, month, office, number)
    db.session.flush()


def _story(dice: random.Random, month: int, office: str, number: int) -> None:
    """One message, published to one channel; some receive it, some pass it on."""
    at = _moment(dice, month)
    channel, network = cast.channel(office), cast.network(office)
    message = KeyMessage(
        office_id=network.office_id,
        title=f"ข่าวที่ {number}",
        sentence="สั้น",
        body="ยาว",
        topic=dice.choice(["สุขภาพ", "ภัยพิบัติ"]),
        state=MessageState.PUBLISHED.value,
        created_at=at,
        published_at=at,
    )
    db.session.add(message)
    db.session.flush()
    publication = _publication(dice, message, channel, at)
    db.session.flush()
    for name in cast.NETWORKS[office][1]:
        _member(dice, publication, cast.member(name), at)
    if number % 3 == 0:
        _correct(message, channel, at + timedelta(hours=5), told=number % 2 == 0)


def _correct(message: KeyMessage, channel: Channel, at: datetime, *, told: bool) -> None:
    """A correction; its notice went to the channel, or to one member only."""
    db.session.add(MessageMove(message_id=message.id, after="corrected", at=at))
    release = Release(
        message_id=message.id,
        office_id=message.office_id,
        purpose="correction",
        planned_at=at,
        created_at=at,
        state="done",
    )
    db.session.add(release)
    db.session.flush()
    member = None if told else cast.member("dao50").id
    db.session.add(
        Delivery(
            release_id=release.id,
            message_id=message.id,
            channel_id=channel.id,
            member_id=member,
            target=f"m:{member}" if member else f"c:{channel.id}",
            way="hand",
            state="sent",
            created_at=at,
            settled_at=at,
        )
    )


def _moment(dice: random.Random, month: int) -> datetime:
    day = month_start(month) + timedelta(days=dice.randrange(28))
    return _at(day, dice.randrange(8, 17), dice.randrange(60))


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), BANGKOK).astimezone(UTC)


def _publication(
    dice: random.Random, message: KeyMessage, channel: Channel, at: datetime
) -> Publication:
    on = at.astimezone(BANGKOK).date()
    row = Publication(
        month=month_of(on),
        message_id=message.id,
        channel_id=channel.id,
        office_id=message.office_id,
        province_code=channel.office.province_code if channel.office else None,
        channel_kind=channel.kind,
        network_type="village_volunteer",
        message_kind=message.kind,
        at=at,
        on=on,
        approved_minutes=dice.choice([None, 10, 29, 31, 200]),
        audience=100,
    )
    db.session.add(row)
    return row


def _member(dice: random.Random, sent: Publication, member: Member, at: datetime) -> None:
    received = (
        at + timedelta(minutes=dice.choice([3, 20, 61, 400])) if dice.random() < 0.8 else None
    )
    placed = {
        "member_id": member.id,
        "message_id": sent.message_id,
        "province_code": member.province_code,
        "network_type": member.network_type,
    }
    kinds = {"message_kind": sent.message_kind, "office_id": sent.office_id}
    db.session.add(
        Recipient(
            **placed,
            **kinds,
            month=sent.month,
            publication_id=sent.id,
            channel_kind=sent.channel_kind,
            on=sent.on,
            published_at=at,
            received_at=received,
            received_via="officer" if received else None,
        )
    )
    if received:
        for _ in range(dice.choice([0, 1, 1, 2])):
            _pass_on(dice, placed | kinds, member, received)
    if dice.random() < 0.3:
        _talk(dice, placed, at)


def _pass_on(
    dice: random.Random, values: dict[str, object], member: Member, after: datetime
) -> None:
    at = after + timedelta(minutes=dice.choice([5, 30, 90, 60 * 24 * 40]))
    on = at.astimezone(BANGKOK).date()
    channel = cast.channel(member.uid)
    db.session.add(
        Dissemination(
            **values,
            month=month_of(on),
            channel_id=channel.id,
            channel_kind=dice.choice(["line_group", "facebook", "loudspeaker"]),
            at=at,
            on=on,
            audience_potential=dice.choice([None, 100, 250]),
            audience_reported=dice.choice([None, 40, 90]),
            link=dice.choice([None, f"{LINK}{member.uid}"]),
            state=dice.choice(STATES),
            source="officer",
            recorded_at=at,
        )
    )


def _talk(dice: random.Random, values: dict[str, object], at: datetime) -> None:
    on = at.astimezone(BANGKOK).date()
    answered = at + timedelta(hours=dice.choice([1, 20, 90])) if dice.random() < 0.7 else None
    question = Question(
        **values, month=month_of(on), text=CANARY, asked_at=at, on=on, answered_at=answered
    )
    if answered:
        question.resolutions.append(QuestionResolution(at=answered + timedelta(hours=1)))
    db.session.add(question)
    placed = {key: value for key, value in values.items() if key != "message_id"}
    db.session.add(MemberNews(**placed, month=month_of(on), text=CANARY, sent_at=at, on=on))
