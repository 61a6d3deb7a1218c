"""PDF and pictures by typst: templates are ours, data is data, and nothing outside is read.

A template is a ``.typ`` file that imports ``/base.typ`` and reads ``json("/data.json")``.  The
data never becomes markup: a string of it is shown letter by letter.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from registry.documents.cells import clean_text
from registry.documents.glyphs import FONTS, showable

LIBRARY = Path(__file__).parent / "typst"
STANDARDS: tuple[typst.PDFStandard, ...] = ("a-2a", "ua-1")
PPI = 200
"""Points per inch of a picture: sharp on paper."""
_PACKAGE = re.compile(r"@[a-z]+/")
_FILE_NAME = re.compile(r"[a-z0-9_-]{1,60}\.(svg|png|jpg|json)")


class TemplateError(RuntimeError):
    """A programmer's mistake: the template does not compile; says where."""


def render_pdf(
    template: Path,
    data: Mapping[str, Any],
    *,
    created: datetime,
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """A PDF/A-2a document; the same arguments make the same bytes.

    Args:
        template: a ``.typ`` file of the project.
        data: strings, numbers, booleans, ``None``, lists and mappings of them; format dates first.
        created: the moment in the file's properties, aware.
        files: pictures by plain file name, which the template reads as ``/name``.

    Raises:
        TypeError: the data holds a value of another kind.
        ValueError: a file name that could lead elsewhere.
        TemplateError: the template is wrong, or does not fit the data.
    """
    with _laid_out(template, data) as root:
        for name, content in (files or {}).items():
            _place(root, name, content)
        made = _compile(
            root, format="pdf", pdf_standards=list(STANDARDS), timestamp=int(created.timestamp())
        )
    if not isinstance(made, bytes):
        raise TemplateError("the template made no document")
    return made


def render_png(template: Path, data: Mapping[str, Any]) -> list[bytes]:
    """A picture of each page, for documents that cannot hold what typst draws.

    Raises:
        TypeError: as of :func:`render_pdf`; likewise TemplateError.
    """
    with _laid_out(template, data) as root:
        made = _compile(root, format="png", ppi=PPI)
    return [made] if isinstance(made, bytes) else made or []


@contextmanager
def _laid_out(template: Path, data: Mapping[str, Any]) -> Iterator[Path]:
    """A folder of its own with all that a template reads."""
    with tempfile.TemporaryDirectory(prefix="sang-pdf-") as folder:
        root = Path(folder)
        for source in LIBRARY.glob("*.typ"):
            shutil.copyfile(source, root / source.name)
        (root / "main.typ").write_text(_source(template), encoding="utf-8")
        (root / "data.json").write_text(json.dumps(_prepared(data)), encoding="utf-8")
        yield root


def _source(template: Path) -> str:
    """A template's text; one that asks for a package would go to the network for it."""
    text = template.read_text(encoding="utf-8")
    if _PACKAGE.search(text):
        raise TemplateError(
            f"{template.name} imports a package; documents are made without network"
        )
    return text


def _compile(root: Path, **form: Any) -> bytes | list[bytes] | None:
    """Compile ``main.typ`` of a folder, with the project's fonts only and without packages."""
    nowhere = root / "no-packages"
    compiler = typst.Compiler(
        root / "main.typ",
        root=root,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        package_path=nowhere,
        package_cache_path=nowhere,
    )
    try:
        return compiler.compile(**form)
    except typst.TypstError as error:
        raise TemplateError(error.diagnostic) from error


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def _place(root: Path, name: str, content: bytes) -> None:
    if not _FILE_NAME.fullmatch(name) or (root / name).exists():
        raise ValueError(f"{name!r} is no name for a file of a document")
    (root / name).write_bytes(content)


def _prepared(value: object) -> object:
    """The data with every text made showable."""
    match value:
        case str():
            return showable(clean_text(value))
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {str(key): _prepared(item) for key, item in value.items()}
        case Sequence():
            return [_prepared(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be handed to a template")
