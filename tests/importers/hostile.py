"""Files made to harm, or damaged, or not what they are called; each is made when it is needed."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'
Change = Callable[[str, bytes], bytes]


def small(path: Path, rows: int = 20) -> Path:
    """An ordinary workbook."""
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    for number in range(rows):
        page.append([f"ชื่อ {number}", number])
    book.save(path)
    return path


def rewritten(path: Path, change: Change) -> Path:
    """The same archive with some parts changed."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, change(name, data))
    return path


def with_sheet(path: Path, body: bytes) -> Path:
    """A workbook whose only sheet has a body of its own."""
    xml = HEAD + b'<worksheet xmlns="' + MAIN + b'">' + body + b"</worksheet>"
    return rewritten(small(path), lambda name, data: xml if "sheet1" in name else data)


def with_part(path: Path, name: str, data: bytes) -> Path:
    """A workbook with a part more."""
    small(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return path


def nested_bomb(path: Path) -> Path:
    """Archives in an archive, each of which unpacks to many times its size."""
    inner = b"\0" * 3_000_000
    for _ in range(4):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(4):
                archive.writestr(f"{number}.zip", inner)
        inner = packed.getvalue()
    return with_part(path, "xl/embeddings/inner.zip", inner)


def lying_sizes(path: Path) -> Path:
    """A table of contents that says one byte for a sheet of two hundred million."""
    small(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data + b" " * 200_000_000 if "sheet1" in name else data)
        for part in new.infolist():
            if "sheet1" in part.filename:
                part.file_size = 1
    return path


def laughing(path: Path, part: str) -> Path:
    """Entities that expand to a thousand million letters, in one of the parts."""
    letters = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "laugh">' for n in range(10)
    )
    kind = f"<!DOCTYPE x [{letters}]>".encode()

    def change(name: str, data: bytes) -> bytes:
        if part not in name:
            return data
        data = re.sub(rb"^<\?xml[^>]*\?>\s*", b"", data)
        return HEAD + kind + re.sub(rb"<(?:row|sheets|t)\b[^>]*>", b"\\g<0>&e9;", data, count=1)

    return rewritten(small(path), change)


def far_cells(path: Path) -> Path:
    """Two kilobytes that ask a careless reader for hundreds of gigabytes."""
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    cells += b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return with_sheet(path, b"<sheetData>" + cells + b"</sheetData>")


def empty_formatted_rows(path: Path) -> Path:
    """Three cells, and a format on each of a million rows."""
    rows = b'<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c></row>'
    rows += b"".join(b'<row r="%d" s="1" customFormat="1"/>' % n for n in range(2, 1_048_577))
    return with_sheet(path, b"<sheetData>" + rows + b"</sheetData>")


def widest(path: Path) -> Path:
    """A row that fills every column a sheet can have."""
    cells = b"".join(b"<c><v>%d</v></c>" % n for n in range(16_384))
    return with_sheet(path, b'<sheetData><row r="1">' + cells + b"</row></sheetData>")


def million_rows(path: Path) -> Path:
    """A cell in each of a million rows."""
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 1_000_001)
    )
    return with_sheet(path, b"<sheetData>" + rows + b"</sheetData>")


def strict(path: Path) -> Path:
    """Strict OOXML: other names for everything."""

    def change(_: str, data: bytes) -> bytes:
        data = data.replace(MAIN, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        old = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        return data.replace(old, b"http://purl.oclc.org/ooxml/officeDocument/relationships")

    return rewritten(small(path), change)


def wrong_directory(path: Path) -> Path:
    """Every offset of the table of contents points elsewhere."""
    data = bytearray(small(path).read_bytes())
    for found in re.finditer(rb"PK\x01\x02", bytes(data)):
        struct.pack_into("<I", data, found.start() + 42, len(data) // 2)
    path.write_bytes(data)
    return path


def linked(path: Path) -> Path:
    """A formula that asks another file, with the value that it last gave."""
    body = b"<sheetData><row r='1'><c r='A1'><f>[1]Sheet1!A1</f><v>7</v></c></row></sheetData>"
    with_sheet(path, body)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
        archive.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", b"<Relationships/>")
    return path


def no_sheets(path: Path) -> Path:
    """A workbook that names no sheet."""
    return rewritten(
        small(path),
        lambda name, data: (
            re.sub(rb"<sheets>.*</sheets>", b"<sheets/>", data)
            if name == "xl/workbook.xml"
            else data
        ),
    )


def climbing(path: Path) -> Path:
    """Parts whose names lead out of every folder."""
    return with_part(path, "../../../../tmp/sang-climbed.txt", b"out")


def ods_of_many(path: Path) -> Path:
    """A cell that an ods repeats a thousand million times."""
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{names}office:1.0" xmlns:text="{names}text:1.0"'
        f' xmlns:table="{names}table:1.0"><office:body><office:spreadsheet><table:table '
        'table:name="a"><table:table-row table:number-rows-repeated="100000">'
        '<table:table-cell office:value-type="string" '
        'table:number-columns-repeated="10000"><text:p>x</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path
