"""Pictures from outside: told by their first bytes, opened in a limited child, written anew."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from registry.documents.child import run_child
from registry.documents.picture_child import beside
from registry.errors import Refused

MEMORY_MB, SECONDS = 1024, 20
STARTS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}
SUFFIXES = {"jpeg": ".jpg", "png": ".png"}


@dataclass(frozen=True)
class Picture:
    """A picture written anew: its bytes, ``image/jpeg`` or ``image/png``, size in pixels.

    Attributes:
        thumbnail: a JPEG of at most 320 pixels a side.
        small: a JPEG of about 60 KB for slow phones; None where the picture is as small itself.
        dhash: difference hash of 64 bits as 16 hex digits; empty for a plain picture.
    """

    data: bytes
    content_type: str
    suffix: str
    width: int
    height: int
    thumbnail: bytes
    small: bytes | None
    dhash: str


def is_picture(data: bytes) -> bool:
    """Whether the first bytes are those of a PNG, JPEG, GIF or WebP."""
    webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return webp or data.startswith(tuple(STARTS))


def clean_picture(data: bytes, name: str, *, side: int = 2560) -> Picture:
    """Write a picture anew, upright and without its metadata.

    Args:
        name: what the person called the file; only for the sentence.
        side: longest side in pixels; larger pictures are made smaller.

    Raises:
        Refused: it is no picture, is damaged, or is too large to open.
    """
    if not is_picture(data):
        raise Refused(
            _("The file %(name)s is not a picture; choose a JPEG, PNG, WebP or GIF.", name=name)
        )
    with tempfile.TemporaryDirectory(prefix="sang-picture-") as folder:
        source, target = Path(folder) / "in", Path(folder) / "out"
        source.write_bytes(data)
        answer = _in_child(source, target, side)
        if answer.get("refused") == "ModuleNotFoundError":
            raise RuntimeError("Pillow is not installed")
        if "kind" not in answer:
            raise Refused(_sentence(str(answer.get("refused")), name))
        return _picture(target, answer)


def _picture(target: Path, answer: dict[str, Any]) -> Picture:
    kind, small = str(answer["kind"]), beside(target, "small")
    return Picture(
        data=target.read_bytes(),
        content_type=f"image/{kind}",
        suffix=SUFFIXES[kind],
        width=answer["width"],
        height=answer["height"],
        thumbnail=beside(target, "thumbnail").read_bytes(),
        small=small.read_bytes() if small.exists() else None,
        dhash=answer["dhash"],
    )


def _in_child(source: Path, target: Path, side: int) -> dict[str, Any]:
    paths = [str(source), str(target), str(side)]
    return run_child("registry.documents.picture_child", paths, MEMORY_MB, SECONDS)


def _sentence(reason: str, name: str) -> str:
    if reason in {"DecompressionBombError", "DecompressionBombWarning", "MemoryError"}:
        text = _("The picture %(name)s has too many pixels to open; make it smaller and try again.")
    else:
        text = _(
            "The picture %(name)s is damaged and cannot be opened; save it again as JPEG or PNG."
        )
    return str(text % {"name": name})
