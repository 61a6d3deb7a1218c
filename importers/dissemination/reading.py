"""What was typed into a sheet: found by the titles of its columns and the keys of its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import gettext as _

from importers.dissemination.layout import TITLES, RowKey
from importers.reading.grid import BadCell, Cell, Row, Sheet, Workbook
from registry.errors import Refused


@dataclass
class ReadSheet:
    """The rows of a sheet in which anything was typed.

    Attributes:
        typed: by row key: ``row`` (Excel's number) and the cells by field, as text.
    """

    month: str
    network_id: int
    typed: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def messages(self) -> set[int]:
        """The messages that the rows are about."""
        return {int(key.split("-")[0]) for key in self.typed}


def text_of(cell: Cell) -> str:
    """A cell as it would be typed: a date as ``2569-07-15``, whatever its era."""
    match cell:
        case None:
            return ""
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case BadCell():
            return cell.text
        case _:
            return str(cell).strip()


def read(workbook: Workbook, name: str) -> ReadSheet:
    """Find the sheet with our row keys and read what was typed.

    Raises:
        Refused: no sheet has the keys, rows of several months are mixed, or nothing was typed.
    """
    for sheet in workbook.sheets:
        columns = _columns(sheet)
        if "key" in columns:
            return _rows(sheet, columns, name)
    raise Refused(
        _(
            "The file %(name)s is not a sheet of this system (its column of row keys is missing); "
            "download the sheet of the month and fill that in.",
            name=name,
        )
    )


def _columns(sheet: Sheet) -> dict[str, int]:
    """Which field stands in which column, from the first row that has the title of the keys."""
    wanted = {text: field for field, texts in TITLES.items() for text in texts}
    for row in sheet.rows[:20]:
        found = {
            wanted[text_of(cell)]: place
            for place, cell in enumerate(row.cells)
            if text_of(cell) in wanted
        }
        if "key" in found:
            return found
    return {}


def _rows(sheet: Sheet, columns: dict[str, int], name: str) -> ReadSheet:
    found: ReadSheet | None = None
    for row in sheet.rows:
        key = RowKey.parse(text_of(row.at(columns["key"])))
        cells = _cells(row, columns)
        if key is None or not any(cells.values()):
            continue
        found = found or ReadSheet(key.month, key.network_id)
        _same_sheet(found, key, row, name)
        _twice(found, key, row, name)
        found.typed[key.row] = {"row": str(row.number), **cells}
    if found is None:
        raise Refused(_("Nothing was filled in in %(name)s yet.", name=name))
    return found


def _cells(row: Row, columns: dict[str, int]) -> dict[str, str]:
    return {
        field: text_of(row.at(place))[:500] for field, place in columns.items() if field != "key"
    }


def _same_sheet(found: ReadSheet, key: RowKey, row: Row, name: str) -> None:
    if (key.month, key.network_id) != (found.month, found.network_id):
        raise Refused(
            _(
                "Row %(row)s of %(name)s belongs to another month or network; upload each month "
                "in a file of its own.",
                row=row.number,
                name=name,
            )
        )


def _twice(found: ReadSheet, key: RowKey, row: Row, name: str) -> None:
    if key.row in found.typed:
        raise Refused(
            _(
                "Rows %(first)s and %(row)s of %(name)s have the same row key; delete one of them "
                "(record a second passing on in the same channel one by one).",
                first=found.typed[key.row]["row"],
                row=row.number,
                name=name,
            )
        )
