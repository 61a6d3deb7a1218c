"""Office files are zips: the same parts make the same bytes, whenever they were written."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO


def same_bytes(content: bytes, created: datetime) -> bytes:
    """A zip with its parts as they are, each dated alike."""
    with zipfile.ZipFile(BytesIO(content)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    return packed(parts, created.astimezone(UTC))


def packed(parts: Mapping[str, bytes], moment: datetime) -> bytes:
    """A zip of parts in their order; its clock is that of the moment, wherever that is."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()
