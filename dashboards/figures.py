"""The figures of the overview, gathered within a scope; nothing here draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.facts.asked_period import first_fact
from registry.facts.cuts import Cell, Value
from registry.facts.engine import Amounts, Number, cells
from registry.facts.measure import Figure, Measure
from registry.facts.measures import measure, measures
from registry.facts.sealed import Seal, seal_of, sealed_cut
from registry.facts.series import Series, series
from registry.facts.spans import Months
from registry.periods.calendar import month_of
from registry.periods.models import SealedFigure

CARDS = (
    *("members_active", "networks_active", "members_passing_on", "messages_published"),
    *("recipients", "received_rate", "pass_on_rate", "publish_on_standard_rate"),
    *("reach_potential", "reach_reported", "reach_evidenced", "questions_answered_rate"),
)
FUNNEL = ("recipients", "received", "passed_on")
REACH = ("reach_potential", "reach_reported", "reach_evidenced")
BREAKDOWNS = (
    *("pass_on_rate", "received_rate", "recipients", "passed_on", "publications"),
    *("reach_potential", "reach_reported", "reach_evidenced"),
    *("members_active", "members_new", "channels_active", "networks_active"),
)
"""Measures that the map and the bars can show; the first one unless told otherwise."""
SPLIT = ("zone", "province", "channel_kind", "network_type")


@dataclass(frozen=True)
class Whole:
    """The key figures of a period, of the one before, and of the same one a year earlier."""

    found: Series
    now: Months
    before: Months
    last_year: Months
    known: frozenset[str]
    seal: Seal | None
    earlier: Mapping[Months, Seal | None] = field(default_factory=dict)
    begins: int = 0
    """The month with which the records begin: what starts earlier is nothing to compare with."""

    def figure(self, name: str, span: Months) -> Figure | None:
        """A measure over a span; None where the filters do not suit it."""
        return self.found.figure(name, span) if name in self.known else None

    def shown(self, name: str) -> Figure | None:
        """A measure of the period as it is shown: sealed where it was sealed, else live."""
        return self._told(name, self.now, self.seal)

    def compared(self, name: str, span: Months) -> Figure | None:
        """The same of an earlier period."""
        return self._told(name, span, self.earlier.get(span))

    def _told(self, name: str, span: Months, seal: Seal | None) -> Figure | None:
        live, row = self.figure(name, span), seal.figure(name) if seal else None
        if live is None or row is None:
            return live
        return Figure(name, (), row.value, row.numerator, row.denominator)


def suits(one: Measure, question: Asked) -> bool:
    """Whether a measure knows all dimensions by which the question is limited."""
    return question.cut.needs <= one.dimensions


def whole(
    scope: Scope,
    question: Asked,
    months: range,
    *,
    compared: bool,
    wanted: Iterable[str] = (*CARDS, *FUNNEL),
) -> Whole:
    """Key figures of a question, and by month what adds up.

    Args:
        wanted: names of measures; those that the filters do not suit are left out.
        compared: whether the figures of the periods before are wanted as well.
    """
    period = question.period
    before = (period.previous(), period.same_last_year())
    now, *earlier = (Months.of(each) for each in (period, *before))
    names = [one.name for one in measures(dict.fromkeys(wanted)) if suits(one, question)]
    spans = [now, *(earlier if compared else [])]
    found = series(scope, names, spans, question.cut, Months(months[0], months[-1]))
    seal = seal_of(scope, question, parts=True)
    begins = month_of(first_fact(question.cut.today))
    asked = before if compared else ()
    seals = {Months.of(one): seal_of(scope, replace(question, period=one)) for one in asked}
    return Whole(found, now, earlier[0], earlier[1], frozenset(names), seal, seals, begins)


@dataclass(frozen=True)
class Split:
    """A measure's components, split by every dimension of the page that it knows.

    Attributes:
        sealed: the sealed figure of one value of a dimension, where the period is closed.
    """

    one: Measure
    dimensions: tuple[str, ...]
    found: dict[Cell, Amounts]
    sealed: Callable[[str, Value], SealedFigure | None]

    def by(self, dimension: str) -> list[tuple[Value, Figure]]:
        """The measure by one dimension; nothing where it cannot be cut by it."""
        if dimension not in self.dimensions:
            return []
        place, sums = self.dimensions.index(dimension), dict[Value, Amounts]()
        for cell, amounts in self.found.items():
            known = sums.get(cell[place])
            if known is None:
                sums[cell[place]] = dict(amounts)
                continue
            for name, value in amounts.items():
                known[name] = _plus(known[name], value)
        ordered = sorted(sums.items(), key=lambda entry: (entry[0] is None, entry[0]))
        return [(value, self._figure(dimension, value, amounts)) for value, amounts in ordered]

    def _figure(self, dimension: str, value: Value, amounts: Amounts) -> Figure:
        row = self.sealed(dimension, value)
        if row is None:
            return self.one.figure(amounts, (value,))
        return Figure(self.one.name, (value,), row.value, row.numerator, row.denominator)


def _plus(one: Number | None, other: Number | None) -> Number | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other


def sealed_part(
    scope: Scope, question: Asked, seal: Seal | None, name: str, dimension: str, value: Value
) -> SealedFigure | None:
    """The sealed figure of a measure for one value of a dimension; None where there is none."""
    if seal is None or value is None:
        return None
    where = dict(question.cut.where) | {dimension: (value,)}
    part = replace(question.cut, where=tuple(where.items()))
    place = sealed_cut(scope, part, question.period)
    return None if place is None else seal.figures.get((name, place))


def split(scope: Scope, question: Asked, name: str, seal: Seal | None) -> Split:
    """Ask once for a measure of ``BREAKDOWNS``, which all add up over every dimension."""
    one = measure(name)

    def sealed(dimension: str, value: Value) -> SealedFigure | None:
        return sealed_part(scope, question, seal, name, dimension, value)

    if not suits(one, question):
        return Split(one, (), {}, sealed)
    dimensions = tuple(key for key in SPLIT if key in one.dimensions)
    cut = replace(question.cut, by=dimensions)
    return Split(one, dimensions, cells(scope, one.components, question.months, cut), sealed)
