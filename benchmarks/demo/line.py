"""The demonstration's LINE: linked accounts, a group with its count, and what members wrote.

Everything goes through the webhook and its handlers, as events of LINE do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson
from sqlalchemy import select

from registry.audit.services import Actor
from registry.channels.services import Count, count_audience
from registry.db import db, unit_of_work
from registry.members.models import Member, MemberState
from registry.members.queries import STANDS
from registry.messages.ledger_models import Recipient
from registry.messages.models import KeyMessage, MessageState
from registry.outbox import line_events, line_links, webhook_in
from registry.outbox.line_models import LineAccount, LineGroup
from registry.periods.calendar import to_bangkok_date

PROVINCES = ("50", "90", "40")
EACH = 6
LINKED_BEFORE = timedelta(days=14)
WORDS = (
    "ถนนหน้าวัดขาด รถผ่านไม่ได้ตั้งแต่เช้า",
    "พรุ่งนี้รถฉีดวัคซีนมากี่โมง",
    "เสียงตามสายบ้านใต้เสีย เปิดไม่ได้",
    "สวัสดีตอนเช้า",
)
ACTOR = Actor.system("cli")
Event = dict[str, Any]


def talk_by_line(seed: int, now: datetime) -> None:
    """Link some members, let the bot join a group, and let the members write and tap."""
    with unit_of_work():
        _link(now)
    dice = Random(seed)  # noqa: S311 - for looks, not for secrets
    events = [_event("join", 0, now, {}, {"type": "group", "groupId": f"C{1:032x}"})]
    db.session.rollback()
    events += _said(dice, now)
    db.session.rollback()
    webhook_in.take_in(orjson.dumps({"destination": "U0", "events": events}))
    while line_events.handle_due():
        pass
    with unit_of_work():
        group = db.session.scalars(select(LineGroup)).one()
        group.channel.name = "เครือข่ายประชาสัมพันธ์ (กลุ่มทดลอง)"
        group.counted_at, group.count_due_at = now, now + timedelta(days=1)
        count_audience(ACTOR, group.channel, Count(to_bangkok_date(now), 86))


def _link(now: datetime) -> None:
    """Accounts linked some days ago, one after the other: before anybody wrote."""
    for province in PROVINCES:
        query = select(Member).where(
            Member.province_code == province, Member.state == MemberState.ACTIVE.value, STANDS
        )
        members = db.session.scalars(query.order_by(Member.id).limit(EACH)).all()
        for day, member in enumerate(members):
            account = line_links.link(ACTOR, member, f"U{member.id:032x}")
            account.linked_at = now - LINKED_BEFORE - timedelta(days=day)


def _said(dice: Random, now: datetime) -> Iterator[Event]:
    """Whoever got a message of late taps a button under it; some write of their own accord."""
    number = 0
    for account in db.session.scalars(select(LineAccount).order_by(LineAccount.id)).all():
        source = {"type": "user", "userId": account.user_id}
        at = now - timedelta(minutes=dice.randrange(5, 300))
        if code := _latest(account.member_id):
            number += 1
            data = {"data": f"sang:{dice.choice(['received', 'received', 'declined'])}:{code}"}
            yield _event("postback", number, at, {"postback": data}, source)
        if dice.random() < 0.4:
            number += 1
            message = {"id": f"{number:018d}", "type": "text", "text": dice.choice(WORDS)}
            later = at + timedelta(minutes=2)
            yield _event("message", number, later, {"message": message}, source)


def _latest(member_id: int) -> str | None:
    query = (
        select(KeyMessage.code)
        .join(Recipient, Recipient.message_id == KeyMessage.id)
        .where(
            Recipient.member_id == member_id,
            Recipient.received_at.is_(None),
            KeyMessage.state == MessageState.PUBLISHED.value,
        )
    )
    return db.session.scalar(query.order_by(Recipient.published_at.desc()).limit(1))


def _event(kind: str, number: int, at: datetime, more: Event, source: Event) -> Event:
    return {
        "type": kind,
        "timestamp": int(at.astimezone(UTC).timestamp() * 1000),
        "source": source,
        "webhookEventId": f"demo-{number}",
        **more,
    }
