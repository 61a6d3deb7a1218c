"""What the fast reader does not tell of an ods: hidden rows, columns, sheets and merged ranges."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree  # noqa: S405 - runs only in the limited child process

from importers.reading.grid import Merge, Sheet

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_MANY = 2_000


def facts_of(path: Path) -> dict[str, Sheet]:
    """Descriptions of all sheets, without their rows, by name."""
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))  # noqa: S314 - limited child
    hidden_styles = {
        style.get(f"{_STYLE}name")
        for style in root.iter(f"{_STYLE}style")
        for properties in style.iter(f"{_STYLE}table-properties")
        if properties.get(f"{_TABLE}display") == "false"
    }
    return {
        sheet.name: sheet
        for sheet in (_sheet(table, hidden_styles) for table in root.iter(f"{_TABLE}table"))
    }


def _sheet(table: ElementTree.Element, hidden_styles: set[str | None]) -> Sheet:
    sheet = Sheet(table.get(f"{_TABLE}name", ""))
    sheet.hidden = table.get(f"{_TABLE}style-name") in hidden_styles
    column = 0
    for item in table.iter(f"{_TABLE}table-column"):
        count = _repeat(item, "columns")
        if _invisible(item):
            sheet.hidden_columns.update(range(column, column + min(count, _MANY)))
        column += count
    number = 1
    for row in table.iter(f"{_TABLE}table-row"):
        count = _repeat(row, "rows")
        if _invisible(row):
            sheet.hidden_rows.update(range(number, number + min(count, _MANY)))
        sheet.merges += _merges(row, number)
        number += count
    return sheet


def _merges(row: ElementTree.Element, number: int) -> list[Merge]:
    found, column = [], 0
    for cell in row:
        if cell.tag not in _CELLS:
            continue
        wide = int(cell.get(f"{_TABLE}number-columns-spanned", 1))
        high = int(cell.get(f"{_TABLE}number-rows-spanned", 1))
        if wide > 1 or high > 1:
            found.append(Merge(number, column, number + high - 1, column + wide - 1))
        column += _repeat(cell, "columns")
    return found


def _repeat(item: ElementTree.Element, what: str) -> int:
    return int(item.get(f"{_TABLE}number-{what}-repeated", 1))


def _invisible(item: ElementTree.Element) -> bool:
    return item.get(f"{_TABLE}visibility", "visible") != "visible"
