"""The same measures for several spans of months at once, with as few questions as possible.

What adds up over months is asked once, by month, and summed for each span; what stands at an end
and what is counted once per span (distinct things) is asked for each span.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from registry.access.scope import Scope
from registry.facts.components import COMPONENTS
from registry.facts.cuts import Cut
from registry.facts.engine import Amounts, Number, cells, cells_of
from registry.facts.measure import Figure
from registry.facts.measures import measure
from registry.facts.spans import Months


@dataclass(frozen=True)
class Series:
    """Components by month and by span."""

    monthly: dict[int, Amounts]
    spans: dict[Months, Amounts]

    def figure(self, name: str, span: Months) -> Figure:
        """A measure over a span; for one that does not only add up, a span asked for."""
        one = measure(name)
        known = self.spans.get(span, {})
        return one.figure(
            {key: known[key] if key in known else self._sum(key, span) for key in one.components}
        )

    def _sum(self, name: str, span: Months) -> Number | None:
        months = range(span.first, span.last + 1)
        found = [self.monthly[month][name] for month in months if month in self.monthly]
        known = [value for value in found if value is not None]
        return sum(known) if known else COMPONENTS[name].empty


def series(
    scope: Scope, names: Iterable[str], spans: Sequence[Months], cut: Cut, *others_by_month: Months
) -> Series:
    """Measures over spans, and by month from the first to the last month of all of them.

    Args:
        names: measures that the cut suits.
        spans: each asked for what does not add up over months.
        others_by_month: more months to know by month only.
    """
    components = {key for name in names for key in measure(name).components}
    sums = sorted(key for key in components if _adds_up(key))
    every = [*spans, *others_by_month]
    hull = Months(min(span.first for span in every), max(span.last for span in every))
    found = cells(scope, sums, hull, replace(cut, by=("month",))) if sums else {}
    monthly = {int(cell[0] or 0): amounts for cell, amounts in found.items()}
    others = sorted(components - set(sums))
    whole = replace(cut, by=())
    known = cells_of(scope, others, list(dict.fromkeys(spans)), whole) if others else {}
    return Series(monthly, {span: found[()] for span, found in known.items()})


def _adds_up(name: str) -> bool:
    component = COMPONENTS[name]
    return not (component.distinct or component.fact.stock)
