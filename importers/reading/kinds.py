"""What a file really is, by its first bytes; its name is only a hint for plain text."""

from __future__ import annotations

from pathlib import Path

from importers.reading.reasons import Reason, Refusal

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAGIC = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"%PDF": "pdf",
    b"Rar!": "rar",
    b"MZ": "program",
    b"\x7fELF": "program",
}
TEXT_SUFFIXES = {".csv", ".tsv", ".txt"}
SUFFIXES = TEXT_SUFFIXES | {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
OLE_STREAMS = {"WordDocument": "word", "PowerPoint Document": "powerpoint"}


def kind_of(path: Path, suffix: str) -> str:
    """Whether a file is ``zip`` (xlsx, xlsm, xlsb, ods), ``ole`` (xls) or ``text`` (csv, tsv).

    Raises:
        Refusal: it is something else, or is locked by a password.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        raise Refusal(Reason.EMPTY_FILE)
    if start.startswith(ZIP):
        return "zip"
    if start.startswith(OLE):
        return _ole(path)
    _refuse_foreign(start, suffix)
    return "text"


def _refuse_foreign(start: bytes, suffix: str) -> None:
    for magic, found in MAGIC.items():
        if start.startswith(magic):
            reason = Reason.NOT_A_WORKBOOK if suffix in SUFFIXES else Reason.OTHER_DOCUMENT
            raise Refusal(reason, found=found)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype", b"<?xml")):
        raise Refusal(Reason.WEB_PAGE)
    if suffix in TEXT_SUFFIXES:
        return
    if suffix in SUFFIXES:
        found = "unknown" if b"\0" in start else "text"
        raise Refusal(Reason.NOT_A_WORKBOOK, found=found)
    raise Refusal(Reason.UNKNOWN_KIND)


def _ole(path: Path) -> str:
    content = path.read_bytes()
    if ENCRYPTED_PACKAGE in content:
        raise Refusal(Reason.PASSWORD)
    for stream, found in OLE_STREAMS.items():
        if stream.encode("utf-16-le") in content:
            raise Refusal(Reason.OTHER_DOCUMENT, found=found)
    return "ole"
