"""What the fast reader does not tell of an xlsx: hidden rows and columns, and cells with no value.

The parts are searched as bytes: building a tree of a large sheet would take longer than reading it.
They are unpacked piece by piece, which keeps the memory small and the pieces in the processor's
cache.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree  # noqa: S405 - runs only in the limited child process

from importers.reading.grid import column_index

_P = rb"(?:\w+:)?"
_HIDDEN = rb"\shidden=[\"'](?:1|true)[\"']"
_ROW = re.compile(rb"<" + _P + rb"row\b(?=[^>]*" + _HIDDEN + rb")[^>]*?\sr=[\"'](\d+)[\"']")
_COLUMN = re.compile(rb"<" + _P + rb"col\b(?=[^>]*" + _HIDDEN + rb")([^>]*)>")
_SPAN = re.compile(rb"\s(min|max)=[\"'](\d+)[\"']")
_FORMULA = re.compile(
    rb"<" + _P + rb"c\b([^>]*)>\s*<" + _P + rb"f\b(?:[^>]*/>|[^>]*>([^<]*)</" + _P + rb"f>)\s*"
    rb"(<" + _P + rb"v\s*/>|<" + _P + rb"v></" + _P + rb"v>)?\s*</" + _P + rb"c>"
)
_ERROR = re.compile(
    rb"<" + _P + rb"c\b(?=[^>]*\st=[\"']e[\"'])([^>]*)>.*?<" + _P + rb"v>([^<]*)<", re.DOTALL
)
_ADDRESS = re.compile(rb"\sr=[\"']([A-Z]+)(\d+)[\"']")
_ENDS = (b"</v>", b"</is>")
_ROW_ENDS = b"</row>"
_PIECE = 256 * 1024
_TEXT_RESULT = re.compile(rb"\st=[\"']str[\"']")


@dataclass
class SheetFacts:
    """Hidden rows (Excel numbers) and columns (from 0); bad cells by (row, column).

    Attributes:
        filled: how many cells the file gives a value.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    bad: dict[tuple[int, int], str] = field(default_factory=dict)
    filled: int = 0


def facts_of(path: Path) -> dict[str, SheetFacts]:
    """Facts of every sheet of an xlsx by its name; a part that is not there has none."""
    with zipfile.ZipFile(path) as archive:
        present = set(archive.namelist())
        return {
            name: sheet_facts(_pieces(archive, part))
            for name, part in _sheet_parts(archive)
            if part in present
        }


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part in pieces that end with a row, so that no cell is cut in two."""
    begun: list[bytes] = []
    with archive.open(part) as file:
        while some := file.read(_PIECE):
            rows, end, rest = some.rpartition(_ROW_ENDS)
            if end:
                yield b"".join((*begun, rows, end))
                begun = []
            begun.append(rest)
    yield b"".join(begun)


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    targets = {}
    for item in _tree(archive, "xl/_rels/workbook.xml.rels").iter():
        if item.tag.endswith("}Relationship"):
            target = item.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            targets[item.get("Id")] = posixpath.normpath(full)
    parts = []
    for item in _tree(archive, "xl/workbook.xml").iter():
        if item.tag.endswith("}sheet"):
            key = next((v for k, v in item.attrib.items() if k.endswith("}id")), None)
            parts.append((item.get("name", ""), targets.get(key, "")))
    return parts


def _tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(part))  # noqa: S314 - in the limited child


def sheet_facts(pieces: Iterable[bytes]) -> SheetFacts:
    """Facts of one sheet's XML."""
    facts = SheetFacts()
    for xml in pieces:
        _add(facts, xml)
    return facts


def _add(facts: SheetFacts, xml: bytes) -> None:
    facts.filled += sum(xml.count(end) for end in _ENDS) - xml.count(b"<v></v>")
    if b" hidden=" in xml:
        facts.hidden_rows.update(int(row) for row in _ROW.findall(xml))
        for attributes in _COLUMN.findall(xml):
            span = {key: int(value) for key, value in _SPAN.findall(attributes)}
            last = min(span.get(b"max", 0), 16_384)
            facts.hidden_columns.update(range(span.get(b"min", 1) - 1, last))
    if b't="e"' in xml or b"t='e'" in xml:
        for attributes, text in _ERROR.findall(xml):
            _note(facts, attributes, text.decode())
    formulas = _FORMULA.findall(xml) if b"<f" in xml or b":f" in xml else ()
    for attributes, formula, empty in formulas:
        if not (empty and _TEXT_RESULT.search(attributes)):
            _note(facts, attributes, "=" + formula.decode())


def _note(facts: SheetFacts, attributes: bytes, text: str) -> None:
    if address := _ADDRESS.search(attributes):
        letters, row = address.groups()
        facts.bad[int(row), column_index(letters.decode())] = text
