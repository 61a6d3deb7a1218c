"""A look at a zip's table of contents before anything is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from importers.reading.reasons import Reason, Refusal

MAX_PARTS = 5_000
MAX_UNPACKED = 768 * 1024 * 1024
MAX_RATIO = 400
SMALL_PART = 4 * 1024 * 1024
_BROKEN = (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, KeyError, OSError)
FOLDERS = {"word/": "word", "ppt/": "powerpoint"}


def screen(path: Path) -> str:
    """Refuse bombs, locked and foreign archives.

    Returns:
        ``xlsx`` (also xlsm), ``xlsb`` or ``ods``.

    Raises:
        Refusal: the archive is not a workbook that may be opened.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _refuse_bombs(parts)
            names = {part.filename for part in parts}
            if len(names) < len(parts):
                raise Refusal(Reason.DAMAGED)
            return _flavour(names, archive)
    except _BROKEN as error:
        raise Refusal(Reason.DAMAGED) from error


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise Refusal(Reason.PASSWORD)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Refusal(Reason.BOMB)
    for part in parts:
        if part.file_size > SMALL_PART and part.file_size > MAX_RATIO * part.compress_size:
            raise Refusal(Reason.BOMB)


def _flavour(names: set[str], archive: zipfile.ZipFile) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "mimetype" in names:
        return _open_document(archive)
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "xlsx"
    for folder, found in FOLDERS.items():
        if any(name.startswith(folder) for name in names):
            raise Refusal(Reason.OTHER_DOCUMENT, found=found)
    raise Refusal(Reason.OTHER_DOCUMENT, found="zip")


def _open_document(archive: zipfile.ZipFile) -> str:
    if not archive.read("mimetype").startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        raise Refusal(Reason.OTHER_DOCUMENT, found="odt")
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Refusal(Reason.PASSWORD)
    return "ods"
