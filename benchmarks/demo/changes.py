"""Corrections that the demonstration's offices own up to, and crisis messages reviewed later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.messages.due import begin
from registry.messages.models import KeyMessage
from registry.messages.release_models import Release, ReleaseState
from registry.messages.reviews_after import is_waiting, review
from registry.messages.services import correct
from registry.outbox.hand import Done, checklist, do
from registry.outbox.models import Delivery, DeliveryState, Way

CRISIS = "น้ำป่าเข้าหมู่บ้านแล้ว ประชาชนต้องอพยพทันที รอการอนุมัติไม่ได้"
SLIP = "ข้อความเดิมระบุวันผิด ที่ถูกคือวันศุกร์สัปดาห์หน้า ขออภัยในความคลาดเคลื่อน"
FINE = "อ่านแล้ว เนื้อหาถูกต้องและเหมาะสมกับสถานการณ์"


def own_up(author: Actor, number: int, at: datetime, *, told: bool) -> None:
    """Correct a message; its notice is carried to the channels, unless that is left to do."""
    with unit_of_work():
        correct(author, db.session.get_one(KeyMessage, number), SLIP, at=at)
        query = select(Release.id).where(
            Release.message_id == number, Release.state == ReleaseState.SCHEDULED.value
        )
        for release in list(db.session.scalars(query)):
            begin(release, datetime.now(UTC))
            if told:
                _carry(author, release, at + timedelta(hours=1))


def _carry(author: Actor, release: int, at: datetime) -> None:
    """Somebody tells the channels of their office and says so; other offices have yet to do it."""
    query = select(Delivery).where(
        Delivery.channel.has(office_id=author.office_id),
        Delivery.release_id == release,
        Delivery.way == Way.HAND.value,
        Delivery.state == DeliveryState.QUEUED.value,
    )
    for delivery in list(db.session.scalars(query)):
        do(author, delivery, Done(at, checklist(delivery.channel.as_kind)))


def look_back(head: Actor | None, number: int, at: datetime) -> None:
    """The head reviews what went out without waiting."""
    with unit_of_work():
        message = db.session.get_one(KeyMessage, number)
        if head is not None and is_waiting(message):
            review(head, message, FINE, at=at)
