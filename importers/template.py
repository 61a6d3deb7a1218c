"""The blank sign-up sheet of a network type, which the importer reads without a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import force_locale
from flask_babel import gettext as _

from registry.channels.models import CHANNEL_KIND_NAMES, ChannelKind
from registry.documents.blank import Blank, write_blank
from registry.members.models import NetworkType

ROWS = 1_000
FROZEN = 3
TITLES = ("นาย", "นาง", "นางสาว", "เด็กชาย", "เด็กหญิง", "ว่าที่ ร.ต.", "ดร.", "พระ")
CONSENTS = ("ยินยอม", "ไม่ยินยอม")
PROVINCE = "จังหวัด"
SHEET, LISTS = "สมาชิก", "ตัวเลือก"
Districts = Mapping[str, Sequence[str]]
"""Names of districts by the name of their province."""


def template(kind: NetworkType, districts: Districts, networks: Sequence[str]) -> bytes:
    """An .xlsx without rows; its title says the network type for all that will be written.

    Args:
        districts: of the provinces that may be chosen.
        networks: names of the networks of this type.
    """
    heading = f"สมัครสมาชิกเครือข่าย {kind.name_th}"
    with force_locale("th"):
        columns = _columns(districts, networks)
        return write_blank(SHEET, heading, columns, lists=LISTS, rows=ROWS, frozen=FROZEN)


def file_name(kind: NetworkType) -> str:
    """The name under which a type's template is offered."""
    return f"แบบสมัครสมาชิก {kind.name_th.rstrip('. ')}.xlsx"


def _columns(districts: Districts, networks: Sequence[str]) -> list[Blank]:
    """Headers are words that the importer is certain of; nothing is asked for that it refuses."""
    return [
        Blank("คำนำหน้า", 11, TITLES),
        Blank("ชื่อ", 18),
        Blank("นามสกุล", 20),
        Blank("เลขประจำตัวประชาชน", 20, hint=_("13 digits; may be left empty.")),
        Blank("ปีเกิด (พ.ศ.)", 11, hint=_("Four digits of the Buddhist era, such as 2520.")),
        Blank("โทรศัพท์", 14, hint=_("With the zero at the beginning, such as 0812345678.")),
        Blank("ไอดีไลน์", 15),
        Blank("อีเมล", 22),
        Blank("บ้านเลขที่", 11),
        Blank("หมู่ที่", 8),
        Blank(PROVINCE, 16, sorted(districts), strict=True),
        Blank("อำเภอ", 18, districts, within=PROVINCE, hint=_("Choose the province first.")),
        Blank("ตำบล", 18),
        Blank("รหัสไปรษณีย์", 12),
        Blank("อาชีพ", 16),
        Blank("หน่วยงาน", 22),
        Blank("ตำแหน่ง", 18),
        Blank("ชื่อเครือข่าย", 26, tuple(networks)),
        Blank("ประเภทช่องทาง", 18, _kinds()),
        Blank("ชื่อช่องทาง", 24),
        Blank("ลิงก์", 24),
        Blank("จำนวนผู้ติดตาม", 14, hint=_("A number of people, in digits.")),
        Blank("ความสามารถ", 20),
        Blank("วันที่สมัคร", 14, hint=_("Day/month/year of the Buddhist era, such as 15/1/2569.")),
        Blank("ความยินยอม", 13, CONSENTS, strict=True),
    ]


def _kinds() -> list[str]:
    kinds = (kind for kind in ChannelKind if kind is not ChannelKind.OTHER)
    return [str(CHANNEL_KIND_NAMES[kind]) for kind in kinds]
