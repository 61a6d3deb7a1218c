"""What periods and their kinds are called, in the language at hand."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from registry.i18n import language
from registry.periods.calendar import Period, PeriodKind

KIND_NAMES = {
    PeriodKind.MONTH: _l("Month"),
    PeriodKind.QUARTER: _l("Quarter"),
    PeriodKind.HALF: _l("Half year"),
    PeriodKind.YEAR: _l("Fiscal year"),
}


def named(code: str, style: str = "long") -> str:
    """A period by its code; styles as :meth:`~registry.periods.calendar.Period.label`."""
    return Period.parse(code).label(language(), style)
