"""The controls of the period: its kind, then which one; or its first and its last month."""

from __future__ import annotations

from datetime import date

from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards.controls import Options, select_of
from registry.facts.asked import Asked
from registry.i18n import language
from registry.periods.calendar import Period, PeriodKind, month_of, periods_between
from registry.periods.names import KIND_NAMES
from registry.periods.relative import RELATIVE_NAMES, Relative


def period_controls(question: Asked, first: date, today: date) -> list[Component]:
    """The controls for a question.

    Args:
        first: the day since which there are figures.
    """
    period, word = question.period, question.relative
    if word:
        options = [{"label": str(name), "value": key.value} for key, name in RELATIVE_NAMES.items()]
        return [_kinds(question, today), select_of("period", _("Period"), options, word.value)]
    if question.ranged or not isinstance(period, Period):
        return [_kinds(question, today), *_ends(question, first, today)]
    known = sorted({*periods_between(first, today, period.kind), period}, reverse=True)
    options = [
        {"label": each.label(language(), _style(each)), "value": each.code} for each in known
    ]
    return [_kinds(question, today), select_of("period", _("Period"), options, period.code)]


def _kinds(question: Asked, today: date) -> Component:
    """The kinds of periods; each leads to the one nearest to what is shown."""
    near = min(question.period.end, today)
    values = {kind: Period.containing(near, kind).code for kind in KIND_NAMES}
    if isinstance(question.period, Period):
        values[question.period.kind] = question.period.code
    options = [{"label": str(name), "value": values[kind]} for kind, name in KIND_NAMES.items()]
    word = question.relative or Relative.LAST_12_MONTHS
    first, last = _months(question, today)
    options.append({"label": _("Relative to today"), "value": word.value})
    options.append({"label": _("From month to month"), "value": f"{first}..{last}"})
    return select_of("kind", _("Kind of period"), options, "..".join(question.written.values()))


def _months(question: Asked, today: date) -> tuple[str, str]:
    """Codes of the first and the last month shown, as far as they have begun."""
    now = month_of(today)
    ends = (min(month, now) for month in (question.period.first_month, question.period.last_month))
    first, last = (Period(month).code for month in ends)
    return first, last


def _ends(question: Asked, first: date, today: date) -> list[Component]:
    begin, end = (Period.parse(code) for code in _months(question, today))
    known = sorted({*periods_between(first, today), begin, end}, reverse=True)
    options: Options = [{"label": each.label(language()), "value": each.code} for each in known]
    return [
        select_of("from", _("From the month"), options, begin.code),
        select_of("to", _("To the month"), options, end.code),
    ]


def _style(period: Period) -> str:
    """Names that fit a control: those of months do in full."""
    return "long" if period.kind is PeriodKind.MONTH else "short"
