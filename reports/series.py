"""A measure over all closed periods of a length: what was sealed, and where its rule changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from registry.access.scope import Scope
from registry.db import db
from registry.facts.cuts import Cut, Value
from registry.facts.engine import Number
from registry.facts.sealed import sealed_cut
from registry.i18n import language
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.periods.models import SealedFigure
from reports.wording import shown


@dataclass(frozen=True)
class Point:
    """A closed period.

    Attributes:
        value: as it was sealed; None where there was none.
        text: as people read it.
        version: of the measure's rule; None where the period knows no such measure.
        rule_changed: whether the closed period before followed another version.
    """

    period: Period
    label: str
    revision: int
    value: Number | None
    text: str
    version: int | None
    rule_changed: bool


def series_of(scope: Scope, measure: str, kind: str, cut: str) -> list[Point]:
    """The points of a measure, the earliest first; the revision in force of each period.

    A zone is left out where it held other provinces than the scope sees.
    """
    rows = [
        row for row in catalogue.list_periods() if row.kind == kind and _seen(scope, cut, row.code)
    ]
    cell = SealedFigure
    query = select(cell.code, cell.revision, cell.value, cell.version).where(
        cell.measure == measure, cell.cut == cut, cell.code.in_([row.code for row in rows])
    )
    known = {(one.code, one.revision): one for one in db.session.execute(query)}
    points, before = list[Point](), None
    for row in sorted(rows, key=lambda row: row.start):
        found, period = known.get((row.code, row.revision)), Period.parse(row.code)
        value, version = (found.value, found.version) if found else (None, None)
        changed = None not in (version, before) and version != before
        label = period.label(language(), "short")
        text = shown(measure, value)
        points.append(Point(period, label, row.revision, value, text, version, changed))
        before = before if version is None else version
    return points


def _seen(scope: Scope, cut: str, code: str) -> bool:
    """Whether a scope sees a cut of a closed period, on the map of its time."""
    if scope.everything:
        return True
    dimension, _sign, value = cut.partition("=")
    asked: Value = int(value) if dimension == "zone" else value
    where = ((dimension, (asked,)),) if cut else ()
    return sealed_cut(scope, Cut(where=where), Period.parse(code)) == cut


@dataclass(frozen=True)
class Line:
    """A line to be drawn in a box of 1000 by 240.

    Attributes:
        runs: points in a row that have values, as x and y.
        breaks: x of the points at which the rule changed.
        top: the value at the upper edge; the lower edge is 0.
    """

    runs: list[list[tuple[float, float]]]
    breaks: list[float]
    top: float


WIDTH, HEIGHT = 1000, 240


def line_of(points: list[Point]) -> Line:
    """The line of a series; a period without a value leaves a gap."""
    top = max((point.value or 0 for point in points), default=0) or 1
    step = WIDTH / max(1, len(points) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for place, point in enumerate(points):
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append((round(place * step, 1), round(HEIGHT * (1 - point.value / top), 1)))
    changed = [place for place, point in enumerate(points) if point.rule_changed]
    breaks = [round((place - 0.5) * step, 1) for place in changed]
    return Line([run for run in runs if run], breaks, top)
