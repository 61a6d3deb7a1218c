"""Figures as people read them."""

from __future__ import annotations

from flask_babel import gettext as _

from registry.facts.engine import Number
from registry.facts.measure import UNIT_NAMES, Measure, Unit
from registry.facts.measures import MEASURES
from reports.layout import RISING_IS_GOOD
from reports.report import Report

ABSENT = "–"
_SAME = 1e-9


def shown(name: str, value: Number | None) -> str:
    """A figure without its unit: shares as a percentage with one decimal; an absent one a dash."""
    if value is None:
        return ABSENT
    one = MEASURES.get(name)
    if one is None:  # a measure of former times
        return f"{value:,.6g}"
    if one.is_share:
        return f"{value * 100:,.1f}"
    return f"{value:,.1f}" if one.is_median else f"{value:,.0f}"


def unit_of(one: Measure) -> str:
    """The unit's name; ``%`` for shares."""
    return "%" if one.unit is Unit.SHARE else str(UNIT_NAMES[one.unit])


def with_unit(name: str, value: Number | None) -> str:
    """A figure with its unit."""
    if value is None or name not in MEASURES:
        return shown(name, value)
    return f"{shown(name, value)} {unit_of(MEASURES[name])}"


def title_of(name: str) -> str:
    """A measure's title; its name where the catalogue no longer knows it."""
    return str(MEASURES[name].title) if name in MEASURES else name


def heading_of(name: str) -> str:
    """A measure's title with its unit, where its figures stand without."""
    return f"{title_of(name)} ({unit_of(MEASURES[name])})"


def change_heads(report: Report) -> list[str]:
    """Heads of a table of what a re-issue says otherwise."""
    numbers = (report.revision - 1, report.revision)
    revisions = (str(_("Revision %(number)s", number=number)) for number in numbers)
    return [_("Figure"), *revisions, _("Difference")]


def change(name: str, value: Number | None, before: Number | None) -> str:
    """The difference to an earlier figure: of shares in percentage points, else in numbers."""
    if before is None:
        return str(_("no earlier figure to compare with"))
    if value is None:
        return str(_("no figure any more"))
    difference = value - before
    if abs(difference) < _SAME:
        return str(_("unchanged"))
    sign = "▲" if difference > 0 else "▼"
    amount = shown(name, abs(difference))
    if name in MEASURES and MEASURES[name].is_share:
        return str(_("%(sign)s %(amount)s percentage points", sign=sign, amount=amount))
    if not before:
        return f"{sign} {amount}"
    return f"{sign} {amount} ({difference / before * 100:+,.1f} %)"


def verdict(name: str, value: Number | None, before: Number | None) -> bool | None:
    """Whether a change is good; None where there is none or where nobody can say."""
    if value is None or before is None or abs(value - before) < _SAME:
        return None
    return value > before if name in RISING_IS_GOOD else None
