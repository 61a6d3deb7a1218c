"""A minimal writer of ``.xlsb`` (BIFF12): texts and numbers in one sheet; nobody offers one."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" '
    'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    "</Types>"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.bin"/>'
    "</Relationships>"
)
ROW, REAL, TEXT = 0, 5, 6
BEGIN_BOOK, END_BOOK, BEGIN_SHEETS, END_SHEETS, SHEET = 131, 132, 143, 144, 156
BEGIN_SHEET, END_SHEET, BEGIN_DATA, END_DATA, DIMENSION = 129, 130, 145, 146, 148


def save_binary(name: str, grid: list[list[Any]], path: Path) -> None:
    """Write a grid; what is neither a text nor a number must have been made one before."""
    bundle = struct.pack("<II", 0, 1) + _text("rId1") + _text(name)
    book = _record(BEGIN_BOOK) + _record(BEGIN_SHEETS) + _record(SHEET, bundle)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("xl/_rels/workbook.bin.rels", _RELATIONS)
        archive.writestr("xl/workbook.bin", book + _record(END_SHEETS) + _record(END_BOOK))
        archive.writestr("xl/worksheets/sheet1.bin", _sheet(grid))


def _sheet(grid: list[list[Any]]) -> bytes:
    size = struct.pack("<IIII", 0, len(grid) - 1, 0, max(map(len, grid)) - 1)
    rows = b"".join(
        _record(ROW, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))
        + b"".join(_cell(column, value) for column, value in enumerate(cells))
        for number, cells in enumerate(grid)
    )
    start = _record(BEGIN_SHEET) + _record(DIMENSION, size) + _record(BEGIN_DATA)
    return start + rows + _record(END_DATA) + _record(END_SHEET)


def _cell(column: int, value: Any) -> bytes:
    if value is None:
        return b""
    place = struct.pack("<II", column, 0)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _record(REAL, place + struct.pack("<d", value))
    return _record(TEXT, place + _text(str(value)))


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, data: bytes = b"") -> bytes:
    return _number(kind) + _number(len(data)) + data


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])
