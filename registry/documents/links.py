"""Web addresses typed by people: only http and https, and nothing that hides where it leads."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 2_000
_BARE = re.compile(r"(?:[^\s/:@?#.]+\.)+[^\W\d_]{2,}(?:[/?#]\S*)?")
_FORBIDDEN = re.compile(r"[\s\\<>\"`\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def safe_url(text: str) -> str | None:
    """The address to keep, or ``None`` when it must be refused.

    ``www.example.go.th/x`` gets ``https://`` in front.  Refused are other schemes (``javascript:``,
    ``data:``, ``file:`` …), hidden characters, a name or password before the host, a host without
    a dot, and more than 2,000 characters.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or _FORBIDDEN.search(text):
        return None
    if _BARE.fullmatch(text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return text if "." in host.strip(".") or ":" in host else None
