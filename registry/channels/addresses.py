"""Which account a web address leads to: one spelling for all ways of writing it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

SAME = {
    "fb.com": "facebook.com",
    "fb.me": "facebook.com",
    "twitter.com": "x.com",
    "youtu.be": "youtube.com",
    "instagr.am": "instagram.com",
    "page.line.me": "line.me",
}
"""Hosts that lead to the same accounts as others."""
PREFIX = re.compile(r"^(www|m|mobile|web|th-th|mbasic)\.")
WRAPPED = re.compile(r"^/(?:r/ti/p|ti/p|people/[^/]+|pages/[^/]+|channel|c|user)(?=/.)")
PLACES = frozenset(
    {"facebook.com", "x.com", "youtube.com", "instagram.com", "tiktok.com", "line.me"}
)
"""Sites on which the first part of the path names an account."""
KEPT_APART = frozenset({"groups", "ti", "g", "watch", "shorts"})


def identity_of(url: str | None) -> str:
    """An address in the one spelling by which accounts are compared; empty for none.

    >>> identity_of("https://m.facebook.com/PRDThailand/?ref=share")
    'facebook.com/prdthailand'
    """
    if not url:
        return ""
    parts = urlsplit(url.strip())
    host = PREFIX.sub("", (parts.hostname or "").lower().rstrip("."))
    host = SAME.get(host, host)
    path = re.sub("/{2,}", "/", unquote(parts.path)).casefold().rstrip("/")
    if host == "facebook.com" and path == "/profile.php":
        return f"{host}/{parse_qs(parts.query).get('id', [''])[0]}"
    if host in PLACES:
        path = _account(WRAPPED.sub("", path))
        return f"{host}{path}" if path else ""
    return f"{host}{path}"


def _account(path: str) -> str:
    """Of ``/@name/videos`` the name; what is told apart by more than one part stays whole."""
    first = path.lstrip("/").split("/")[0]
    return path if first in KEPT_APART else f"/{first.lstrip('@')}" if first else ""
