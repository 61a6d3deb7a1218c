"""What a browser calls itself, in words that its owner recognises."""

from __future__ import annotations

BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Line/": "LINE", "Firefox": "Firefox"}
BROWSERS |= {"Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows"}
SYSTEMS |= {"Mac OS": "macOS", "Linux": "Linux"}


def browser_name(agent: str | None) -> str:
    """``Chrome · Android`` of a User-Agent line; the line's beginning where it is a stranger."""
    text = agent or ""
    words = (_first(BROWSERS, text), _first(SYSTEMS, text))
    return " · ".join(word for word in words if word) or text[:40] or "–"


def _first(table: dict[str, str], text: str) -> str:
    """The order of a table matters: Edge says that it is Chrome too."""
    return next((name for mark, name in table.items() if mark in text), "")
