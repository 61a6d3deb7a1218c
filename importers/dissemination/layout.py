"""How the sheet looks: its columns, the key of each row, and the workbook that is downloaded."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from registry.channels.models import CHANNEL_KIND_NAMES
from registry.documents.workbook import Column, Sheet, Style, write_workbook
from registry.i18n import language
from registry.messages.grid import GridRow
from registry.messages.grid import Sheet as Grid
from registry.periods.calendar import Period, format_date, to_bangkok_date

TITLES = {
    "key": ("รหัสแถว (ห้ามแก้)", "Row key (do not change)"),
    "received": ("วันที่รับข้อมูล", "Received on"),
    "passed": ("วันที่เผยแพร่ต่อ", "Date passed on"),
    "audience": ("จำนวนคนที่เข้าถึง", "People reached"),
    "link": ("ลิงก์", "Link"),
    "basis": ("ที่มาของการประมาณ", "Basis of the estimate"),
}
"""Titles by field, Thai and English: a sheet is read in either, whoever uploads it."""
KEY = re.compile(r"([0-9]{4}-[0-9]{2})/([0-9]{1,18})/([0-9]{1,18}-[0-9]{1,18}-[0-9]{1,18})")


@dataclass(frozen=True)
class RowKey:
    """Month, network, and the row of the grid (message-member-channel)."""

    month: str
    network_id: int
    row: str

    @classmethod
    def parse(cls, text: str) -> RowKey | None:
        """Read a key; None for anything else."""
        found = KEY.fullmatch(text.strip())
        return cls(found[1], int(found[2]), found[3]) if found else None

    def __str__(self) -> str:
        return f"{self.month}/{self.network_id}/{self.row}"

    @property
    def message_id(self) -> int:
        """The message that the row is about."""
        return int(self.row.split("-")[0])


def title(field: str) -> str:
    """A column's title in the language at hand."""
    return TITLES[field][0 if language() == "th" else 1]


def workbook(grid: Grid, rows: Sequence[GridRow], *, problems: bool = False) -> bytes:
    """The sheet of a month, prefilled; with ``problems`` also what is wrong with each row."""
    columns = [
        Column(title("key"), Style.TEXT, 22),
        Column(_("Message"), Style.TEXT, 34),
        Column(_("Member"), Style.TEXT, 26),
        Column(_("Channel"), Style.TEXT, 30),
        Column(title("received"), Style.TEXT, 16),
        Column(title("passed"), Style.TEXT, 16),
        Column(title("audience"), Style.TEXT, 16),
        Column(title("link"), Style.TEXT, 32),
        Column(title("basis"), Style.TEXT, 26),
        Column(_("Recorded already"), Style.TEXT, 28),
    ]
    if problems:
        columns.append(Column(_("What is wrong"), Style.TEXT, 60))
    sheet = Sheet(
        name=grid.month.label(language(), "short"),
        title=_("Dissemination of %(network)s", network=grid.network.name),
        subtitle=[grid.month.label(language()), _how()],
        columns=columns,
        rows=[_cells(grid, row, problems) for row in rows],
    )
    buffer = io.BytesIO()
    write_workbook(buffer, [sheet], title=sheet.title)
    return buffer.getvalue()


def _how() -> str:
    text = _(
        "Fill in the white columns: the day only (15) or the whole date (15/7/2569); leave empty "
        "what is not known. Do not change the row keys."
    )
    return str(text)


def _cells(grid: Grid, row: GridRow, problems: bool) -> list[str | None]:
    channel = row.channel
    where = f"{channel.name} ({CHANNEL_KIND_NAMES[channel.as_kind]})" if channel else None
    cells: list[str | None] = [
        str(RowKey(str(grid.month), grid.network.id, row.key)),
        row.message.title,
        row.member.display_name,
        where,
        *(row.typed.get(field) or None for field in ("received", "passed", "audience", "link")),
        row.typed.get("basis") or None,
        _known(row),
    ]
    return [*cells, " ".join(row.errors.values()) or None] if problems else cells


def _known(row: GridRow) -> str | None:
    """What the registry knows already, so that nobody types it again."""
    told = [format_date(one.on, language(), "short") for one in row.known]
    if row.first and row.recipient and row.recipient.received_at:
        day = format_date(to_bangkok_date(row.recipient.received_at), language(), "short")
        told.insert(0, _("received %(day)s", day=day))
    return ", ".join(told) or None


def month_of(key: RowKey) -> Period:
    """The month of a key.

    Raises:
        PeriodError: it is none.
    """
    return Period.parse(key.month)
