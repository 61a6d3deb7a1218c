"""The limited child that opens a picture:
``python -m registry.documents.picture_child IN OUT SIDE MEMORY SECONDS``.

It imports nothing of Sang and writes the picture anew, so that neither hidden data (where a
photograph was taken, a program behind the pixels) nor a trap for the decoder passes on.  Beside
``OUT`` it writes ``OUT.thumbnail``, and ``OUT.small`` for slow phones where that is smaller.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

MAX_PIXELS = 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
THUMBNAIL_SIDE = 320
SMALL_BYTES = 60 * 1024
SMALLER = ((1080, 70), (960, 60), (800, 50), (640, 45), (480, 40), (320, 30))
"""Longest sides in pixels and JPEG qualities that are tried until a picture is small enough."""


def limit(memory_mb: int, seconds: int) -> None:
    """Bind this process to its memory and time; no dump is left of what it read."""
    size = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024 * 1024, 64 * 1024 * 1024))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def rewrite(source: Path, target: Path, side: int) -> dict[str, object]:
    """Write the first frame upright, without its metadata, no side longer than ``side`` pixels."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(source, formats=FORMATS) as found:
        if found.width * found.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        upright = ImageOps.exif_transpose(found)
        clear = "A" in upright.getbands() or "transparency" in upright.info
        picture = upright.convert("RGBA" if clear else "RGB")
    picture.thumbnail((side, side))
    plain = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    kind = "PNG" if clear or found.format in {"PNG", "GIF"} else "JPEG"
    options = {"quality": 85} if kind == "JPEG" else {}
    plain.save(target, kind, optimize=True, **options)
    size = (plain.width, plain.height)
    plain.thumbnail((SMALLER[0][0],) * 2)
    opaque = on_white(plain)
    beside(target, "thumbnail").write_bytes(as_jpeg(opaque, THUMBNAIL_SIDE, 75))
    small = smaller(opaque)
    if len(small) < target.stat().st_size:
        beside(target, "small").write_bytes(small)
    return {
        "kind": kind.lower(),
        "width": size[0],
        "height": size[1],
        "dhash": difference_hash(opaque),
    }


def beside(target: Path, name: str) -> Path:
    """Where another version of a picture is written."""
    return target.with_name(f"{target.name}.{name}")


def on_white(picture: Any) -> Any:
    """The picture without its transparency, which JPEG has not."""
    from PIL import Image

    if picture.mode == "RGB":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def as_jpeg(picture: Any, side: int, quality: int) -> bytes:
    """A JPEG with no side longer than ``side`` pixels."""
    copy, buffer = picture.copy(), BytesIO()
    copy.thumbnail((side, side))
    copy.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def smaller(picture: Any) -> bytes:
    """The first version that weighs at most :data:`SMALL_BYTES`, or else the last one tried."""
    data = b""
    for side, quality in SMALLER:
        data = as_jpeg(picture, side, quality)
        if len(data) <= SMALL_BYTES:
            break
    return data


def difference_hash(picture: Any) -> str:
    """64 bits as 16 hex digits: which of two neighbouring fields is the brighter one.

    Pictures made smaller, brighter or saved again differ in a few bits.  Empty for a plain
    picture: all of these would look alike.
    """
    tones = picture.convert("L").resize((9, 8)).tobytes()
    rows = [tones[start : start + 9] for start in range(0, 72, 9)]
    bits = "".join("01"[row[at] < row[at + 1]] for row in rows for at in range(8))
    return f"{int(bits, 2):016x}" if "1" in bits else ""


def main(arguments: list[str]) -> None:
    """Run with the limits given on the command line; the answer is one line of JSON."""
    source, target, side, memory_mb, seconds = arguments
    limit(int(memory_mb), int(seconds))
    os.umask(0o077)
    try:
        answer = rewrite(Path(source), Path(target), int(side))
    except BaseException as error:  # noqa: BLE001 - a decoder may raise anything at all
        answer = {"refused": type(error).__name__}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
