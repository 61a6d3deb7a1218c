"""Which sealed figures answer a question: only whole cuts that someone may see were sealed."""

from __future__ import annotations

from dataclasses import dataclass

from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.facts.cuts import Cut
from registry.geography.queries import province_zones
from registry.periods import catalogue
from registry.periods.calendar import Run
from registry.periods.models import SealedFigure, SealedPeriod


@dataclass(frozen=True)
class Seal:
    """A closed period, and the cut of its sealed figures that answers the question.

    Attributes:
        cut: None where no cut does.
        figures: by measure and cut.
    """

    period: SealedPeriod
    cut: str | None
    figures: dict[tuple[str, str], SealedFigure]

    def figure(self, name: str) -> SealedFigure | None:
        """The sealed figure of a measure for the cut at hand."""
        return None if self.cut is None else self.figures.get((name, self.cut))


def seal_of(scope: Scope, question: Asked, *, parts: bool = False) -> Seal | None:
    """The seal of a closed period; None while it is open.

    Args:
        parts: whether the figures of other cuts are wanted, too.
    """
    row = catalogue.sealed(question.period.code)
    if row is None:
        return None
    cut = sealed_cut(scope, question.cut, question.period)
    if cut is None and not parts:
        return Seal(row, None, {})
    only = None if parts else cut
    return Seal(row, cut, catalogue.sealed_figures(row.code, row.revision, only))


def sealed_cut(scope: Scope, cut: Cut, period: Run) -> str | None:
    """The sealed cut that a question asks for, or None where none was sealed.

    Sealed are the whole and each zone, province, channel kind and network type, on the map of
    their day.  Someone who sees a part of the country gets the cut that *is* that part, or one
    inside it; never one that holds more.
    """
    if cut.as_of == "now" or len(cut.where) > 1 or scope.network_offices:
        return None
    if not cut.where:
        return "" if scope.everything else _place(scope, period)
    name, values = cut.where[0]
    if len(values) != 1 or name not in SEALED:
        return None
    inside = scope.everything or (name == "province" and values[0] in scope.provinces)
    if not inside and name == "zone":
        inside = _place(scope, period) == f"zone={values[0]}"
    return f"{name}={values[0]}" if inside else None


SEALED = ("zone", "province", "channel_kind", "network_type")


def _place(scope: Scope, period: Run) -> str | None:
    """The province, or the zone of the period's last day, that a scope is made of."""
    if len(scope.provinces) == 1:
        return f"province={next(iter(scope.provinces))}"
    zones = province_zones(period.end)
    for zone in set(zones.values()):
        if scope.provinces == {code for code, of in zones.items() if of == zone}:
            return f"zone={zone}"
    return None
