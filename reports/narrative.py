"""Plain sentences made by rule from sealed figures: what rose and fell, where, against what.

Each rule says nothing rather than something doubtful: no percentage of nothing, no comparison
with a period that is not closed, no best zone among a handful of recipients.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

from flask_babel import gettext as _

from registry.facts.engine import Number
from registry.facts.measures import MEASURES
from registry.i18n import language
from reports.comparing import same
from reports.context import Aim
from reports.figures import NOWHERE, Sealed
from reports.report import Book, Report
from reports.wording import shown, title_of, with_unit

TOLD = ("members_active", "messages_published", "received_rate", "pass_on_rate", "reach_evidenced")
"""The measures whose course is told."""
YEARLY = ("members_active", "pass_on_rate")
"""Those that are also compared with the same period of the year before."""
RANKED = "pass_on_rate"
"""By which zones are compared, among those with at least :data:`FEWEST` recipients."""
FEWEST = 30


def sentences(report: Report) -> list[str]:
    """What a report says of its place, in the language at hand; few sentences, perhaps none."""
    return [*_course(report), *_year_ago(report), *_zones(report), *_targets(report)]


def _course(report: Report) -> Iterator[str]:
    before = report.before
    if before is not None:
        against = _("the period before (%(period)s)", period=_label(before))
        yield from filter(None, (_compared(report, name, before, against) for name in TOLD))


def _year_ago(report: Report) -> Iterator[str]:
    book = report.year_ago
    if book is not None and (report.before is None or book.period != report.before.period):
        against = _("the same period of the year before (%(period)s)", period=_label(book))
        yield from filter(None, (_compared(report, name, book, against) for name in YEARLY))


def _label(book: Book) -> str:
    return book.period.label(language(), "short")


def _compared(report: Report, name: str, earlier: Book, against: str) -> str:
    """How a figure stands to an earlier one; empty where one of them is absent."""
    value, before = report.value(name), report.value(name, earlier)
    if value is None or before is None or name not in MEASURES:
        return ""
    said = {"title": title_of(name), "value": with_unit(name, value), "against": against}
    if same(value, before):
        return str(_("%(title)s: %(value)s, unchanged against %(against)s.", **said))
    difference, rose = abs(value - before), value > before
    if before and not MEASURES[name].is_share:
        said["amount"] = f"{difference / before * 100:,.1f}"
        if rose:
            return str(_("%(title)s: %(value)s, up by %(amount)s %% on %(against)s.", **said))
        return str(_("%(title)s: %(value)s, down by %(amount)s %% on %(against)s.", **said))
    said["amount"] = _amount(name, difference)
    if rose:
        return str(_("%(title)s: %(value)s, up by %(amount)s on %(against)s.", **said))
    return str(_("%(title)s: %(value)s, down by %(amount)s on %(against)s.", **said))


def _amount(name: str, difference: Number) -> str:
    if MEASURES[name].is_share:
        return str(_("%(amount)s percentage points", amount=shown(name, difference)))
    return with_unit(name, difference)


def _zones(report: Report) -> Iterator[str]:
    """The best and the worst zone, where two can be told apart as they are printed."""
    rates = [one for cut in report.book.cuts("zone") for one in report.book.of(cut) if _ranks(one)]
    if len(rates) < 2:
        return
    rates.sort(key=lambda one: one.value or 0)
    low, high = rates[0], rates[-1]
    least, most = shown(RANKED, low.value), shown(RANKED, high.value)
    if least != most:
        best = [report.names.of(one.cut) for one in rates if shown(RANKED, one.value) == most]
        worst = [report.names.of(one.cut) for one in rates if shown(RANKED, one.value) == least]
        yield str(
            _(
                "%(title)s was highest in %(best)s (%(most)s %%) and lowest in %(worst)s "
                "(%(least)s %%).",
                title=title_of(RANKED),
                best=", ".join(sorted(best)),
                worst=", ".join(sorted(worst)),
                most=most,
                least=least,
            )
        )


def _ranks(one: Sealed) -> bool:
    counted = (one.denominator or 0) >= FEWEST and one.value is not None
    return one.measure == RANKED and counted and not one.cut.endswith(f"={NOWHERE}")


def _targets(report: Report) -> Iterator[str]:
    for aim in report.context.targets:
        if aim.cut == report.place and (value := report.value(aim.measure)) is not None:
            yield _against(aim, value, report.period.fiscal_year)


def _against(aim: Aim, value: Number, year: int) -> str:
    return str(
        _(
            "%(title)s reached %(share)s %% of the target of fiscal year %(year)s (%(target)s).",
            title=title_of(aim.measure),
            share=share_of(aim, value),
            year=year,
            target=with_unit(aim.measure, aim.value),
        )
    )


def is_met(aim: Aim, value: Number) -> bool:
    """Whether a figure is its target; all figures that may have one are the better for rising."""
    return value >= aim.value or isclose(value, aim.value)


def share_of(aim: Aim, value: Number) -> str:
    """How much of a target a figure is, in per cent; all of it only where it is met."""
    share = value / aim.value * 100
    return f"{share if is_met(aim, value) else min(share, 99.9):,.1f}"
