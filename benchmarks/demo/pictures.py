"""A few drawn pictures for the media library: shapes and colours, nobody's property."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, ImageDraw

from benchmarks.demo.accounts import actor_of
from registry.access.roles import Role
from registry.db import unit_of_work
from registry.messages import library
from registry.messages.library import AssetWords
from registry.messages.library_models import Licence
from registry.messages.prepared import prepare

SIZE = (640, 360)
SOURCE = "ภาพวาดตัวอย่างของระบบสาธิต"


def _water(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((260, 120, 380, 240), fill="#c9a26b")
    draw.polygon(((240, 120), (400, 120), (320, 50)), fill="#8a3b2e")
    for top in range(220, 360, 28):
        draw.rectangle((0, top, 640, top + 14), fill="#3b82b8")


def _sun(draw: ImageDraw.ImageDraw) -> None:
    draw.ellipse((250, 60, 390, 200), fill="#f2b233")
    draw.polygon(((0, 360), (160, 180), (320, 360)), fill="#4b8f5a")
    draw.polygon(((220, 360), (420, 210), (640, 360)), fill="#3a7048")


def _tower(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((306, 90, 334, 360), fill="#5a6470")
    for left in (190, 350):
        draw.polygon(((left, 80), (left + 100, 50), (left + 100, 150), (left, 120)), fill="#d9534f")


def _people(draw: ImageDraw.ImageDraw) -> None:
    for left, colour in ((120, "#7a4fa3"), (270, "#2f7f86"), (420, "#c05c2c")):
        draw.ellipse((left + 20, 90, left + 80, 150), fill="#e3b98f")
        draw.rounded_rectangle((left, 155, left + 100, 330), 30, fill=colour)


@dataclass(frozen=True)
class Drawing:
    """A picture, whose library it is for, and what is said about it."""

    office: str
    role: Role
    draw: Callable[[ImageDraw.ImageDraw], None]
    title: str
    description: str
    shared: bool = False


DRAWINGS = (
    Drawing("P50", Role.PROVINCIAL, _water, "บ้านริมน้ำ", "ภาพวาดบ้านหลังหนึ่งกลางน้ำท่วม"),
    Drawing("P50", Role.PROVINCIAL, _sun, "ภูเขายามเช้า", "ภาพวาดดวงอาทิตย์เหนือภูเขาสองลูก"),
    Drawing("P90", Role.PROVINCIAL, _tower, "หอกระจายข่าว", "ภาพวาดหอกระจายข่าวที่มีลำโพงสองตัว"),
    Drawing("C-PRDB", Role.CENTRAL, _people, "เครือข่าย", "ภาพวาดคนสามคนยืนเรียงกัน", shared=True),
)


def fill_libraries(now: datetime) -> None:
    """Put the drawings into the libraries of two provinces and, for everybody, of headquarters."""
    for one in DRAWINGS:
        picture = Image.new("RGB", SIZE, "#e8f1f5")
        one.draw(ImageDraw.Draw(picture))
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        file = prepare(buffer.getvalue(), f"{one.title}.png")
        words = AssetWords(
            title=one.title,
            description=one.description,
            source=SOURCE,
            licence=Licence.OWN,
            shared=one.shared,
        )
        with unit_of_work():
            library.add(actor_of(one.office, one.role), file, words, at=now)
