"""The rows of a table of figures: one for each period, cell and measure.

What a closed period was sealed with stands there as it was sealed, and the rest is counted now;
each row says which.  Whoever may not see personal data gets no figure of a table that fewer than
five persons stand behind, nor the smallest one beside it.  What several tables tell together,
with other filters or periods, is not judged: they are figures that the dashboards show, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from time import monotonic

from registry.access.scope import Scope
from registry.documents.cells import Cell as Written
from registry.facts.cuts import NUMBERS, Cell, Cut, Value
from registry.facts.engine import Number
from registry.facts.evaluate import evaluate
from registry.facts.labels import label, names
from registry.facts.measure import Measure
from registry.facts.measures import MEASURES
from registry.facts.rows import FEWEST
from registry.facts.sealed import sealed_cut
from registry.facts.spans import Months
from registry.i18n import language
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.periods.models import SealedFigure
from reports.exports.few import closed_cells, tells_of_persons
from reports.exports.question import Question
from reports.figures import NOWHERE, plain
from reports.sealing import Tell, silent

FIRST = ("period", "period_start", "period_end")
LAST = (
    *("measure", "title_th", "title_en", "unit", "version"),
    *("numerator", "denominator", "value", "period_closed", "sealed", "suppressed"),
)
SHOWN = 50
"""Rows of a preview."""
PATIENCE = 2.0
"""Seconds after which a preview, whose page waits for it, asks of no further period."""
MOST_LOOKED_AT = 12
"""Measures of a preview."""


@dataclass(frozen=True)
class Line:
    """A figure of the table.

    Attributes:
        closed: whether its period is closed.
        sealed: whether it is the sealed figure.
        hidden: whether too few persons stand behind it.
    """

    period: Period
    cell: Cell
    measure: Measure
    version: int
    numerator: Number | None
    denominator: Number | None
    value: Number | None
    closed: bool
    sealed: bool
    hidden: bool = False


@dataclass(frozen=True)
class Preview:
    """The first rows of a table, and how many there are in the part that was looked at.

    Attributes:
        columns: those that a page has room for; ``further`` are those that the file has besides.
        part: the question as far as it was asked.
        whole: whether that is all of it.
    """

    columns: list[str]
    further: list[str]
    rows: list[list[Written]]
    count: int
    part: Question
    whole: bool


def columns(question: Question) -> list[str]:
    """Names of the columns: those of machines, the same in every language."""
    places = (column for name in question.cut.by for column in (name, f"{name}_name"))
    return [*FIRST, *places, *LAST]


def rows(scope: Scope, question: Question, tell: Tell = silent) -> Iterator[list[Written]]:
    """All rows of a table, one period after the other."""
    for number, period in enumerate(question.periods):
        tell(period.label(language(), "short"), number, len(question.periods))
        write = _writer(question)
        yield from map(write, _without_few(scope, question, _lines(scope, question, period)))


def preview(scope: Scope, question: Question) -> Preview:
    """The first rows; the others are counted, as far as patience goes."""
    part = replace(question, measures=question.measures[:MOST_LOOKED_AT])
    shown: list[list[Written]] = []
    count, looked_at, until = 0, 0, monotonic() + PATIENCE
    for period in question.periods:
        if looked_at and monotonic() >= until:
            break
        lines = _lines(scope, part, period)
        if len(shown) < SHOWN:
            told = _without_few(scope, part, lines)[: SHOWN - len(shown)]
            shown += map(_writer(part), told)
        count, looked_at = count + len(lines), looked_at + 1
    part = replace(part, periods=question.periods[:looked_at])
    further, kept = _further(part), columns(part)
    seen = [place for place, name in enumerate(kept) if name not in further]
    return Preview(
        columns=[kept[place] for place in seen],
        further=further,
        rows=[[row[place] for place in seen] for row in shown],
        count=count,
        part=part,
        whole=part == question,
    )


def _further(question: Question) -> list[str]:
    """Columns that say for programs what others say for people."""
    other = "title_en" if language() == "th" else "title_th"
    return [*FIRST[1:], *question.cut.by, "measure", other, "unit", "version"]


def _lines(scope: Scope, question: Question, period: Period) -> list[Line]:
    """The figures of a period, by cell and measure."""
    cut, closed = question.cut, catalogue.sealed(period.code) is not None
    figures = evaluate(scope, question.names, Months.of(period), cut)
    found = {
        (one.cell, one.measure): Line(
            period,
            one.cell,
            MEASURES[one.measure],
            MEASURES[one.measure].version,
            *(one.numerator, one.denominator, one.value),
            closed=closed,
            sealed=False,
        )
        for one in figures
    }
    if closed:
        for (cell, name), row in _sealed(scope, cut, period).items():
            if name in question.names:
                values = (row.numerator, row.denominator, row.value)
                found[cell, name] = Line(
                    *(period, cell, MEASURES[name], row.version, *values), closed=True, sealed=True
                )
    order = {name: place for place, name in enumerate(question.names)}
    return sorted(
        found.values(),
        key=lambda one: ([(v is None, v) for v in one.cell], order[one.measure.name]),
    )


def _sealed(scope: Scope, cut: Cut, period: Period) -> Mapping[tuple[Cell, str], SealedFigure]:
    """The sealed figures that a table shows: those of the whole, or of the values of a dimension.

    Sealed are no other cuts, and only on the map of their day.
    """
    limits = dict(cut.where)
    if cut.as_of == "now" or len({*cut.by, *limits}) > 1 or scope.network_offices:
        return {}
    if not cut.by:
        whole = sealed_cut(scope, cut, period)
        known = {} if whole is None else catalogue.sealed_figures(period.code, cut=whole)
        return {((), name): row for (name, _place), row in known.items()}
    dimension = cut.by[0]

    @cache
    def seen(value: Value) -> bool:
        one = replace(cut, by=(), where=((dimension, (value,)),))
        return scope.everything or sealed_cut(scope, one, period) is not None

    return {
        ((value,), name): row
        for (name, place), row in catalogue.sealed_figures(period.code).items()
        if row.dimension == dimension
        and (value := _value(dimension, place)) in limits.get(dimension, (value,))
        and seen(value)
    }


def _value(dimension: str, place: str) -> Value:
    text = place.partition("=")[2]
    if text == NOWHERE:
        return None
    return int(text) if dimension in NUMBERS else text


def _without_few(scope: Scope, question: Question, lines: list[Line]) -> list[Line]:
    """The same with the figures taken out that would tell too few persons apart."""
    if scope.personal or not lines:
        return lines
    months, cut = Months.of(lines[0].period), question.cut
    closed = {one.name: closed_cells(scope, one, months, cut) for one in question.measures}
    personal = {one.name: tells_of_persons(one, months, cut) for one in question.measures}

    def hidden(one: Line) -> bool:
        few = any(0 < (count or 0) < FEWEST for count in (one.numerator, one.denominator))
        return one.cell in closed[one.measure.name] or (
            one.sealed and few and personal[one.measure.name]
        )  # of what was sealed perhaps nobody is left to be counted

    return [
        replace(one, numerator=None, denominator=None, value=None, hidden=True)
        if hidden(one)
        else one
        for one in lines
    ]


def _writer(question: Question) -> Callable[[Line], list[Written]]:
    """What makes the cells of a row."""
    by, known = question.cut.by, {name: names(name) for name in question.cut.by}
    titles = {one.name: (one.title_in("th"), one.title_in("en")) for one in question.measures}

    def write(line: Line) -> list[Written]:
        place: list[Written] = []
        for name, value in zip(by, line.cell, strict=True):
            is_month = name == "month" and isinstance(value, int)
            code = Period(int(value or 0)).code if is_month else value
            place += [code, label(name, value, known[name])]
        return [
            *(line.period.code, line.period.start, line.period.end, *place),
            *(line.measure.name, *titles[line.measure.name], line.measure.unit.value),
            *(line.version, *map(plain, (line.numerator, line.denominator, line.value))),
            *("yes" if flag else "no" for flag in (line.closed, line.sealed, line.hidden)),
        ]

    return write
