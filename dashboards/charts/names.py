"""Names beside what they name: a long one takes two lines."""

from __future__ import annotations

SPACE = "\N{NO-BREAK SPACE}"
"""Between an edge and what is written beside it."""


def in_two(name: str) -> list[str]:
    """A name parted at the space nearest to its middle; one without a space stays whole."""
    spaces = [place for place, letter in enumerate(name) if letter == " "]
    if not spaces:
        return [name]
    middle = min(spaces, key=lambda place: abs(place - len(name) / 2))
    return [name[:middle], name[middle + 1 :]]
