"""Several measures by the values of one dimension: a row for each value, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dash.development.base_component import Component
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dashboards import parts
from dashboards.charts.heatmap import Field, Tile, heatmap
from dashboards.exhibits import Exhibit, amount, said
from dashboards.figures import sealed_part, suits
from dashboards.navigation import rows_link
from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.facts.cuts import Value
from registry.facts.evaluate import evaluate
from registry.facts.labels import label, names
from registry.facts.measure import Figure, Measure
from registry.facts.measures import measures
from registry.facts.sealed import Seal

MOST = 20
"""With more values than these the table alone is shown."""
DARKEST = 0.45
"""Shade of the highest value: what is written on it stays easy to read."""
SHORT: dict[str, Any] = {
    "received_rate": _l("Rate received"),
    "pass_on_rate": _l("Rate passed on"),
    "pass_on_minutes_median": _l("Median minutes"),
    "pass_on_on_standard_rate": _l("In time"),
    "questions_asked": _l("Asked"),
    "questions_answered_rate": _l("Answered rate"),
    "answer_on_standard_rate": _l("In time"),
    "first_answer_hours_median": _l("Median hours"),
    "questions_resolved_rate": _l("Settled rate"),
    "resolve_hours_median": _l("Settled hours"),
}
"""Measures over a narrow column."""
Found = Mapping[Value, Mapping[str, Figure]]


@dataclass(frozen=True)
class Parted:
    """Figures by the values of one dimension, in the order in which they are shown."""

    dimension: str
    shown: tuple[Measure, ...]
    found: Found

    def without(self, name: str) -> Parted:
        """The same without one measure."""
        found = {
            value: {key: figure for key, figure in row.items() if key != name}
            for value, row in self.found.items()
        }
        return Parted(self.dimension, tuple(m for m in self.shown if m.name != name), found)


def parted(
    scope: Scope, question: Asked, seal: Seal | None, dimension: str, wanted: Sequence[str]
) -> Parted:
    """Ask once for all measures that know the dimension and the filters.

    Sealed figures take the place of live ones where the period is closed.
    """
    shown = tuple(
        one for one in measures(wanted) if suits(one, question) and dimension in one.dimensions
    )
    cut, found = replace(question.cut, by=(dimension,)), dict[Value, dict[str, Figure]]()
    figures = evaluate(scope, [one.name for one in shown], question.months, cut) if shown else []
    for live in figures:
        value = live.cell[0]
        row = sealed_part(scope, question, seal, live.measure, dimension, value)
        if row is not None:
            live = Figure(live.measure, (value,), row.value, row.numerator, row.denominator)
        found.setdefault(value, {})[live.measure] = live
    return Parted(dimension, shown, found)


def matrix(question: Asked, one: Parted, title: str) -> Exhibit:
    """A field of cells where the values are few, else the table alone.

    Its rows stand in the order of their names' list.
    """
    name = f"by-{one.dimension}"
    rows = {value: row for value, row in one.found.items() if _told(row)}
    if not rows:
        sentence = _("There are no figures for this period.")
        return Exhibit(name, title, empty=sentence if one.shown else _unsuited())
    known = names(one.dimension)
    order = {value: place for place, value in enumerate(known)}
    values = sorted(rows, key=lambda value: order.get(value, len(order)))
    labels = [label(one.dimension, value, known) for value in values]
    cells = [
        [said(text), *(amount(m, rows[value][m.name].value, _link(m, question, one, value))
                       for m in one.shown)]
        for text, value in zip(labels, values, strict=True)
    ]  # fmt: skip
    heads = [str(one.shown[0].dimension_title(one.dimension)), *(str(m.title) for m in one.shown)]
    chart = _chart(question, one, values, labels, title) if len(values) <= MOST else None
    return Exhibit(name, title, heads, cells, chart, one.shown, kind="" if chart else "long")


def _unsuited() -> str:
    return str(_("not counted with these filters"))


def _told(row: Mapping[str, Figure]) -> bool:
    return any(figure.value or figure.denominator for figure in row.values())


def _link(one: Measure, question: Asked, part: Parted, value: Value) -> str:
    return "" if value is None else rows_link(one.name, question, **{part.dimension: value})


def _chart(
    question: Asked, one: Parted, values: Sequence[Value], labels: Sequence[str], title: str
) -> Component:
    tops = {m.name: max((row[m.name].value or 0) for row in one.found.values()) for m in one.shown}
    tiles = [
        [
            _tile(m, one.found[value][m.name].value, tops[m.name], text,
                  _link(m, question, one, value))
            for m in one.shown
        ]
        for value, text in zip(values, labels, strict=True)
    ]  # fmt: skip
    columns = [str(SHORT.get(m.name, m.title)) for m in one.shown]
    return heatmap(f"by-{one.dimension}", Field(columns, labels, tiles, top=True), title)


def _tile(one: Measure, value: float | None, top: float, text: str, link: str) -> Tile:
    """Darker is more; a median is not shaded, for a long time is nothing to be proud of."""
    shade = 0.0 if one.is_median or not top else DARKEST * (value or 0) / top
    told = f"{text}<br>{one.title}: {parts.with_unit(one, value)}"
    return Tile(shade, told, _written(one, value), link)


def _written(one: Measure, value: float | None) -> str:
    """Short enough for a narrow column."""
    if value is None:
        return "–"
    if one.is_share:
        return f"{value:.0%}"
    return f"{value:,.1f}" if one.is_median and value < 100 else f"{value:,.0f}"


def is_alone(one: Parted) -> bool:
    """Whether there is but one place, which the key figures show already."""
    return one.dimension in ("zone", "province") and len(one.found) == 1
