"""The limited child that opens a picture: ``python picture_child.py IN OUT SIDE MEMORY SECONDS``.

It imports nothing of Sang and writes the picture anew, so that neither hidden data (where a
photograph was taken, a program behind the pixels) nor a trap for the decoder passes on.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import warnings
from pathlib import Path

MAX_PIXELS = 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


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
    return {"kind": kind.lower(), "width": plain.width, "height": plain.height}


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
