"""Reading which months a question is about: a period, a relative one, or from month to month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select

from registry.db import db, once
from registry.errors import Refused
from registry.i18n import language
from registry.members.models import MemberSpan
from registry.messages.models import Publication
from registry.periods.calendar import Period, Run, month_of, month_start, span
from registry.periods.relative import Relative

YEARS = 10
"""So many years a range may hold, and so long before the first fact it may begin."""


def period_of(args: Mapping[str, str], today: date) -> tuple[Run, Relative | None]:
    """The months that ``period``, or ``from`` and ``to``, name; and the relative word for them.

    Args:
        args: ``period`` is a code (``2569-Q1``) or one of ``Relative``; ``from`` and ``to`` are
            months (``2568-10``), both inclusive.

    Raises:
        Refused: one sentence; a range that cannot be.
    """
    text = args.get("period", "").strip()
    first, last = (args.get(name, "").strip() for name in ("from", "to"))
    if first or last:
        if text or not (first and last):
            raise Refused(
                _("Name either one period, or a first and a last month, of the figures to show.")
            )
        return _range(_month(first), _month(last), today), None
    if text.lower() in set(Relative):
        word = Relative(text.lower())
        return word.on(today), word
    period = Period.parse(text.upper())
    if period.start > today:
        raise Refused(_("The period %(code)s has not begun yet.", code=period.code))
    return period, None


def _month(text: str) -> Period:
    period = Period.parse(text)
    if period.length > 1:
        raise Refused(
            _("“%(text)s” is not a month; write the ends of a range as 2568-10.", text=period.code)
        )
    return period


def _range(first: Period, last: Period, today: date) -> Run:
    if last < first:
        raise Refused(
            _(
                "The range ends in %(last)s, before it begins in %(first)s; swap the two months.",
                first=first.label(language()),
                last=last.label(language()),
            )
        )
    now = Period.containing(today)
    if last > now:
        raise Refused(
            _(
                "The month %(code)s has not begun yet; let the range end in %(now)s or before.",
                code=last.code,
                now=now.code,
            )
        )
    if last.first_month - first.first_month >= YEARS * 12:
        raise Refused(_("A range holds at most %(n)s years; choose a later first month.", n=YEARS))
    earliest = Period(month_of(first_fact(today)) - YEARS * 12)
    if first < earliest:
        raise Refused(
            _("There are no figures before %(code)s; choose a later month.", code=earliest.code)
        )
    return span(first.first_month, last.first_month)


def first_fact(today: date) -> date:
    """The first day of the first publication's month, or that of the first member if earlier."""
    return once(("first_fact", today), lambda: _first_fact(today))


def _first_fact(today: date) -> date:
    month = db.session.scalar(select(func.min(Publication.month)))
    joined = db.session.scalar(select(func.min(MemberSpan.from_on)))
    return min(month_start(month) if month else today, joined or today)
