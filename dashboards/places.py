"""Shares by province and zone: what several measures of a page say about the same places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards import firmness, parts
from dashboards.charts.bars import Bar, bars
from dashboards.charts.country import country
from dashboards.charts.palette import MAIN, ZONES
from dashboards.exhibits import Cell, Exhibit, amount, said
from dashboards.figures import Split, suits
from dashboards.navigation import rows_link
from dashboards.source import outlines
from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.facts.cuts import Value
from registry.facts.engine import cells
from registry.facts.labels import label, names
from registry.facts.measure import Figure, Measure
from registry.facts.measures import measures

PLACES = ("zone", "province")
Splits = dict[str, Split]
Column = tuple[str, Callable[[Value], Cell]]
"""The head of a column of a table, and its cell for a place."""


@dataclass(frozen=True)
class Places:
    """Measures by place, asked for at once.

    Attributes:
        splits: by the measure's name; those that the filters do not suit are not among them.
    """

    question: Asked
    splits: Splits

    def by(self, name: str, dimension: str) -> dict[Value, Figure]:
        """A measure by province or zone; nothing where the filters do not suit it."""
        split = self.splits.get(name)
        return dict(split.by(dimension)) if split else {}

    def column(self, one: Measure, dimension: str) -> Column:
        """A column that holds a measure."""
        found = self.by(one.name, dimension)

        def cell(place: Value) -> Cell:
            figure = found.get(place)
            link = self.link(one.name, dimension, place) if figure else ""
            return amount(one, figure.value if figure else None, link)

        return str(one.title), cell

    def link(self, name: str, dimension: str, place: Value, **more: str) -> str:
        """Address of the rows of a measure at a place."""
        return "" if place is None else rows_link(name, self.question, **{dimension: place}, **more)


def by_place(scope: Scope, question: Asked, wanted: Sequence[str]) -> Places:
    """Measures by zone and province in one question.

    Args:
        wanted: names of measures whose components add up over places.
    """
    suited = [one for one in measures(wanted) if suits(one, question)]
    components = dict.fromkeys(name for one in suited for name in one.components)
    cut = replace(question.cut, by=PLACES)
    found = cells(scope, components, question.months, cut) if suited else {}
    return Places(question, {one.name: Split(one, PLACES, found, _unsealed) for one in suited})


def _unsealed(_dimension: str, _value: Value) -> None:
    return None


def province_map(
    name: str, title: str, one: Measure, places: Places, columns: Sequence[Column]
) -> Exhibit:
    """The map of a measure with a table of several columns."""
    if one.name not in places.splits:
        return Exhibit(name, title, empty=_("not counted with these filters"), kind="tall")
    found = places.by(one.name, "province")
    known = names("province")
    drawn = _bars(one, places, "province", found)
    blank = [(code, Bar(text, None, "–")) for code, text in known.items() if code not in found]
    every = [(place, bar) for place, bar in zip(found, drawn, strict=True) if place] + blank
    chart = country(
        name,
        [str(place) for place, _bar in every],
        [bar for _place, bar in every],
        outlines(),
        title,
        share=one.is_share,
    )
    return _exhibit(name, title, one, places, "province", columns, chart, "tall")


def zone_bars(
    name: str, title: str, one: Measure, places: Places, columns: Sequence[Column]
) -> Exhibit:
    """Bars of a measure by zone with a table of several columns."""
    found = places.by(one.name, "zone")
    chart = bars(name, _bars(one, places, "zone", found), title) if found else None
    return _exhibit(name, title, one, places, "zone", columns, chart, "")


def _exhibit(
    name: str,
    title: str,
    one: Measure,
    places: Places,
    dimension: str,
    columns: Sequence[Column],
    chart: Component | None,
    kind: str,
) -> Exhibit:
    known = names(dimension)
    found = places.by(one.name, dimension)
    rows = [
        [said(label(dimension, place, known)), *(cell(place) for _head, cell in columns)]
        for place in found
    ]
    return Exhibit(
        name,
        title,
        [str(one.dimension_title(dimension)), *(head for head, _cell in columns)],
        rows if any(figure.value is not None for figure in found.values()) else [],
        chart,
        [one],
        parts.unit_note(one, firmness.of_period(places.question)),
        kind,
        _("There are no figures for this period."),
    )


def _bars(one: Measure, places: Places, dimension: str, found: dict[Value, Figure]) -> list[Bar]:
    known = names(dimension)
    return [
        Bar(
            label(dimension, place, known),
            figure.value,
            parts.value_text(one, figure.value),
            places.link(one.name, dimension, place),
            ZONES.get(place, MAIN) if dimension == "zone" and isinstance(place, int) else MAIN,
        )
        for place, figure in found.items()
    ]


def alone(places: Places, name: str, dimension: str) -> bool:
    """Whether there is at most one place to show, of which the key figures tell already."""
    return len(places.by(name, dimension)) < 2
