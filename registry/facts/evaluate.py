"""Figures: the one way by which every page, report and command gets its numbers."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from registry.access.scope import Scope
from registry.errors import Refused
from registry.facts.cuts import DIMENSIONS, Cut
from registry.facts.engine import cells
from registry.facts.measure import Figure, Measure
from registry.facts.measures import measure
from registry.facts.query import Source
from registry.facts.spans import Months


def evaluate(
    scope: Scope,
    names: Iterable[str],
    months: Months,
    cut: Cut | None = None,
    source: Source | None = None,
) -> list[Figure]:
    """Figures of measures for some months.

    Args:
        scope: whose facts; see :class:`registry.facts.limits.Limit` for what it lets through.
        names: measures; all must know the dimensions of the cut.
        months: ``Months.of(period)``.
        cut: by which dimensions, limited to what; the whole unless told otherwise.
        source: where the facts lie: the live database, or ``Duck(connection)`` over sealed ones.

    Returns:
        For each measure one figure per cell that has facts (without ``by``: exactly one).

    Raises:
        Refused: no such measure, or it cannot be cut in this way.
    """
    cut = cut or Cut()
    wanted = [measure(name) for name in names]
    for one in wanted:
        check(one, cut)
    components = [name for one in wanted for name in one.components]
    found = cells(scope, components, months, cut, source)
    ordered = sorted(found.items(), key=lambda entry: [(v is None, v) for v in entry[0]])
    return [one.figure(amounts, cell) for one in wanted for cell, amounts in ordered]


def check(one: Measure, cut: Cut) -> None:
    """Refuse a cut that a measure does not know."""
    for name in sorted(cut.needs - one.dimensions):
        raise Refused(
            _(
                "%(measure)s cannot be cut by %(dimension)s; it can by: %(names)s.",
                measure=one.name,
                dimension=name,
                names=", ".join(key for key in DIMENSIONS if key in one.dimensions),
            )
        )
