"""How firm figures are: what is not closed yet is said where it is drawn."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from registry.facts.asked import Asked
from registry.facts.labels import month_label
from registry.periods import catalogue
from registry.periods.calendar import Period, month_of

MOST_NAMED = 3
"""More open months than so many are told by the first of them."""


def of_period(question: Asked) -> str:
    """What to say of a period that is not closed; empty for one that is."""
    if catalogue.sealed(question.period.code) is not None:
        return ""
    ended = question.period.has_ended(question.cut.today)
    return str(_("Not closed yet") if ended else _("Period under way"))


def of_months(months: range, today: date) -> str:
    """Which months of a trend are not closed; empty where all are."""
    closed = {row.code for row in catalogue.list_periods()}
    open_ = [month for month in months if Period(month).code not in closed]
    if not open_:
        return ""
    shown = ", ".join(month_label(month) for month in open_)
    if len(open_) > MOST_NAMED:
        shown = _("since %(month)s", month=month_label(open_[0]))
    told = _("Not closed yet: %(months)s", months=shown)
    if month_of(today) not in open_:
        return str(told)
    return str(_("%(told)s (the last one is under way)", told=told))
