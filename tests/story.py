"""A key message of the tests, taken as far as a test needs it."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.db import db
from registry.messages import publishing, services
from registry.messages.checklist import Check, mark_of_points, points_on
from registry.messages.ledger import DisseminationEntry
from registry.messages.models import KeyMessage
from registry.messages.services import MessageText
from registry.periods.calendar import to_bangkok_date, utc_now
from tests import cast

ANSWERS = {check.value: True for check in Check}
ALL = Scope.all()
WRITTEN = datetime(2026, 6, 10, 2, tzinfo=UTC)
PUBLISHED = WRITTEN + timedelta(minutes=40)
TEXT = MessageText(
    title="รู้ทันไข้เลือดออก",
    sentence="คว่ำภาชนะ ปิดฝาโอ่ง",
    body="สำรวจภาชนะที่มีน้ำขังรอบบ้านทุกสัปดาห์",
    topic="สุขภาพ",
    author_line="นักประชาสัมพันธ์ชำนาญการ",
)


def acting(name: str) -> Actor:
    """One of the cast as an actor."""
    user = cast.user(name)
    return Actor(user.id, "web", user.office_id)


def ticked(app: Flask) -> dict[str, object]:
    """The form under the latest message as its page sends it, with every box ticked."""
    with app.app_context():
        points = points_on(to_bangkok_date(utc_now()))
        latest = select(KeyMessage.version).order_by(KeyMessage.id.desc()).limit(1)
        form = {"shown": mark_of_points(points), "version": db.session.scalar(latest)}
        return {**{point.key: "y" for point in points}, **form}


def approved(author: str = "officer50", head: str = "head50") -> KeyMessage:
    """Written, submitted, approved and proofread; in the caller's transaction."""
    message = services.create(acting(author), TEXT, at=WRITTEN)
    services.submit(acting(author), message, ANSWERS, at=WRITTEN + timedelta(minutes=5))
    services.approve(acting(head), message, at=WRITTEN + timedelta(minutes=20))
    services.proofread(acting(author), message, at=WRITTEN + timedelta(minutes=30))
    return message


def published(
    author: str = "officer50", head: str = "head50", channel: str = "P50", at: datetime = PUBLISHED
) -> KeyMessage:
    """The same, and published to a channel of the office."""
    message = approved(author, head)
    publishing.publish(acting(author), message, [cast.channel(channel).id], at=at)
    return message


def entry(message: KeyMessage, member: str = "malee50", **given: object) -> DisseminationEntry:
    """A member passed the message on an hour after its publication."""
    told: dict[str, object] = {
        "message_id": message.id,
        "member_id": cast.member(member).id,
        "channel_id": cast.channel(member).id,
        "at": PUBLISHED + timedelta(hours=1),
    }
    return DisseminationEntry(**{**told, **given})  # type: ignore[arg-type]


def png(width: int = 3, height: int = 2, note: bytes = b"") -> bytes:
    """A small picture, made by hand; ``note`` goes into a text chunk."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + b"\x20\x60\xa0" * width for _ in range(height))
    parts = [(b"IHDR", header)]
    if note:
        parts.append((b"tEXt", b"Comment\0" + note))
    parts += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def jpeg_with_place() -> bytes:
    """A photograph that says in its EXIF data where it was taken and that it lies on its side."""
    from PIL import Image

    picture = Image.new("RGB", (40, 20), (200, 30, 30))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret place 18.7883 98.9853"
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()
