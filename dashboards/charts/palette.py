"""Colours: few, safe for colour blindness, and always the same for the same thing."""

from __future__ import annotations

INK, MUTED, LINE, PAPER = "#1b2733", "#55626e", "#d8dfe5", "#ffffff"
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
