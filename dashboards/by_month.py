"""Key figures month by month, with one question more at most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dashboards import firmness
from dashboards.figures import Whole, suits
from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.facts.components import COMPONENTS
from registry.facts.evaluate import evaluate
from registry.facts.measure import Figure, Measure
from registry.facts.measures import measures
from registry.facts.spans import Months


@dataclass(frozen=True)
class ByMonth:
    """Measures of a run of months.

    Attributes:
        months: their numbers, in order.
        standing: those of measures that do not add up, by measure and month.
        unclosed: which of the months are not closed, in words.
    """

    months: range
    found: Whole
    standing: dict[tuple[str, int], Figure]
    known: frozenset[str]
    unclosed: str = ""

    def suits(self, name: str) -> bool:
        """Whether the filters suit a measure."""
        return name in self.known

    def values(self, one: Measure) -> list[float | int | None]:
        """A measure's value in each month; one that nothing is known of counts as none."""
        return [self._value(one, month) for month in self.months]

    def _value(self, one: Measure, month: int) -> float | int | None:
        if one.name not in self.known:
            return None
        if adds_up(one):
            figure = self.found.figure(one.name, Months(month, month))
        else:
            figure = self.standing.get((one.name, month))
        if figure is None:
            return None if one.is_share or one.is_median else 0
        return figure.value


def by_month(
    scope: Scope, question: Asked, found: Whole, months: range, names: Iterable[str]
) -> ByMonth:
    """Ask for what stands at a month's end or is counted once a month; the rest is in ``found``."""
    cut = replace(question.cut, by=("month",))
    wanted = [
        one
        for one in measures(names)
        if suits(one, question) and (adds_up(one) or cut.needs <= one.dimensions)
    ]
    asked = [one.name for one in wanted if not adds_up(one)]
    figures = evaluate(scope, asked, Months(months[0], months[-1]), cut) if asked else []
    standing = {(figure.measure, int(figure.cell[0] or 0)): figure for figure in figures}
    known = frozenset(one.name for one in wanted)
    return ByMonth(months, found, standing, known, firmness.of_months(months, question.cut.today))


def adds_up(one: Measure) -> bool:
    """Whether its components add up over months."""
    known = [COMPONENTS[name] for name in one.components]
    return not any(component.distinct or component.fact.stock for component in known)
