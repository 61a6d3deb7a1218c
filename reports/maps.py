"""Maps of a report: provinces by shades, as many of them in each shade."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from flask_babel import gettext as _

from registry.documents.outlines import map_svg
from registry.facts.engine import Number
from reports import layout
from reports.figures import NOWHERE
from reports.report import Report
from reports.tables import cuts_of
from reports.wording import heading_of, shown

SHADES = ("#e3ecf5", "#b4cce4", "#7ea6cf", "#4479b3", "#1f4f86")
FEWEST, NAMED = 2, 3
"""Provinces that make a map, and those named in words at each end."""


@dataclass(frozen=True)
class Drawn:
    """A map.

    Attributes:
        alt: what it shows, in words.
        legend: colour and range of each shade.
    """

    title: str
    alt: str
    legend: list[tuple[str, str]]
    svg: bytes


def maps_of(report: Report) -> list[Drawn]:
    """The maps of those measures of which several provinces have a figure."""
    found = (_map(report, name) for name in layout.MAPS)
    return [one for one in found if one is not None]


def _map(report: Report, name: str) -> Drawn | None:
    table = next(one for one in layout.TABLES if one.dimension == "province")
    values = {
        cut: value
        for cut in cuts_of(report, table)
        if cut.partition("=")[2] != NOWHERE and (value := report.book.value(name, cut)) is not None
    }
    if len(values) < FEWEST:
        return None
    shades = shaded(list(values.values()))
    order = sorted(values, key=lambda cut: values[cut], reverse=True)

    def said(cuts: list[str]) -> str:
        return ", ".join(f"{report.names.of(cut)} {shown(name, values[cut])}" for cut in cuts)

    return Drawn(
        title=heading_of(name),
        alt=_(
            "%(title)s. Highest: %(most)s. Lowest: %(least)s.",
            title=heading_of(name),
            most=said(order[:NAMED]),
            least=said(order[-NAMED:][::-1]),
        ),
        legend=[
            (colour, _span(name, least, most))
            for colour, (least, most) in zip(_colours(len(shades)), shades, strict=True)
        ],
        svg=map_svg(
            {
                cut.partition("=")[2]: _colours(len(shades))[shade_of(value, shades)]
                for cut, value in values.items()
            }
        ),
    )


def shaded(values: list[Number]) -> list[tuple[Number, Number]]:
    """The least and the greatest figure of each shade; equal figures share one."""
    every = sorted(values)
    bounds = {every[len(every) * place // len(SHADES)] for place in range(1, len(SHADES))}
    starts = sorted({every[0], *bounds})
    ends = [max(one for one in every if one < start) for start in starts[1:]]
    return list(zip(starts, [*ends, every[-1]], strict=True))


def shade_of(value: Number, shades: list[tuple[Number, Number]]) -> int:
    return bisect_right([least for least, _most in shades], value) - 1


def _colours(count: int) -> tuple[str, ...]:
    """The darkest so many: a map of few figures is not pale."""
    return SHADES[len(SHADES) - count :]


def _span(name: str, least: Number, most: Number) -> str:
    ends = dict.fromkeys(shown(name, value) for value in (least, most))
    return " – ".join(ends)
