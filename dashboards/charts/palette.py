"""Colours: few, safe for colour blindness, and always the same for the same thing."""

from __future__ import annotations

INK, MUTED, LINE, PAPER, BLACK = "#1b2733", "#55626e", "#d8dfe5", "#ffffff", "#000000"
MAIN = "#0b4f6c"
STEPS = {"recipients": "#7d93a3", "received": "#2f7ea8", "passed_on": "#0b4f6c"}
"""From a message's recipients to those who passed it on: ever darker."""
REACH = {
    "reach_potential": "#c9b27c",
    "reach_reported": "#c27c0e",
    "reach_evidenced": "#7a4a00",
}
"""Three kinds of reach that are never added: a family of their own."""
ZONES = {
    0: "#4d4d4d",
    1: "#332288",
    2: "#88ccee",
    3: "#44aa99",
    4: "#117733",
    5: "#999933",
    6: "#ddcc77",
    7: "#cc6677",
    8: "#882255",
}
"""Zones (Paul Tol's muted scheme)."""
SCALE = ((0.0, "#eef3f6"), (0.25, "#bcd3de"), (0.5, "#7fadc2"), (0.75, "#3c7f9e"), (1.0, "#083a50"))
"""Light to dark for a map."""


def written_on(colour: str) -> str:
    """The colour of letters on a colour: black or white, whichever stands out more."""
    light = _light(colour) + 0.05
    return PAPER if 1.05 / light > light / 0.05 else BLACK


def _light(colour: str) -> float:
    """Relative luminance (WCAG 2), from 0 to 1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
