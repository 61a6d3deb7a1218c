"""Office files are zips: the same parts make the same bytes, whenever they were written."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO


def same_bytes(content: bytes, created: datetime) -> bytes:
    """A zip with its parts as they are, each dated alike."""
    moment, buffer = created.astimezone(UTC).timetuple()[:6], BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            info = zipfile.ZipInfo(part.filename, moment)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(part))
    return buffer.getvalue()
