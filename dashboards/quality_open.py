"""What stands open today, whatever the period: reports, channels and imports that wait."""

from __future__ import annotations

from collections.abc import Iterator

from flask import current_app, url_for
from flask_babel import gettext as _

from dashboards.charts.bars import Bar, bars
from dashboards.exhibits import Exhibit, count, said
from dashboards.quality_tasks import Task, way
from dashboards.waiting import COLOURS
from registry.access.roles import Permission
from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.facts.asked_period import first_fact
from registry.facts.cuts import Cut
from registry.facts.engine import cells
from registry.facts.spans import Months
from registry.geography.queries import province_zones
from registry.messages.unreviewed_queries import lately_unreviewed
from registry.periods.calendar import Period, PeriodKind, month_of, utc_now
from registry.ui import menu_of
from registry.ui import waiting as waiting_behind

P = Permission
IMPORTS = "imports.index"


def open_today(scope: Scope, question: Asked, ages: list[int]) -> Iterator[Task]:
    """What stands open now, whatever the period.

    Args:
        ages: how many reports wait for review, by :func:`unreviewed_ages`.
    """
    yield Task(
        _("Reports waiting for review"),
        sum(ages),
        _("Disseminations that nobody has accepted or sent back yet, as of today."),
        way=_review(),
    )
    of_offices, of_members = uncounted(scope, question)
    yield Task(
        _("Offices’ channels without a count"),
        of_offices,
        _("Open channels of offices whose audience nobody has counted: their reach is unknown."),
        way=way(P.CHANNELS_WRITE, _("Enter a count"), "channels.index"),
    )
    yield Task(
        _("Members’ channels without a count"),
        of_members,
        _("Their audience is entered on the member’s page; until then their reach is unknown."),
        way=way(P.MEMBERS_WRITE, _("Open the members"), "members.index"),
    )
    yield from _imports()


def uncounted(scope: Scope, question: Asked) -> list[int]:
    """Channels without a count at the end of this month: of offices, and of members."""
    this_month = Months.of(Period.containing(question.cut.today, PeriodKind.MONTH))
    return _today(scope, question, ["uncounted_of_offices", "uncounted_of_members"], this_month)


def _today(scope: Scope, question: Asked, names: list[str], months: Months) -> list[int]:
    """Components on today's map, limited to the places of the question alone."""
    places = tuple(one for one in question.cut.where if one[0] in ("zone", "province"))
    today = Cut(where=places, as_of="now", today=question.cut.today)
    found = cells(scope, names, months, today)[()]
    return [int(found[name] or 0) for name in names]


def _review() -> tuple[str, str]:
    text = _("Review the reports")
    return way(P.DISSEMINATION_REVIEW, text, "evidence.index", evidence="all", whose="all")


def _imports() -> Iterator[Task]:
    """Plans of one's own office, for those who import: the menu knows how many wait."""
    for items in menu_of(current_app).values():
        for item in items:
            if item.endpoint == IMPORTS:
                yield Task(
                    _("Imports waiting for a decision"),
                    waiting_behind(item),
                    _("Sheets of your office that were read, with rows that nobody has imported."),
                    way=(_("Review the imports"), url_for(IMPORTS)),
                )


def provinces_of(question: Asked) -> frozenset[str] | None:
    """The provinces that the filters leave, by today's map; None where they name no place."""
    limits = dict(question.cut.where)
    if not {"zone", "province"} & set(limits):
        return None
    zones = province_zones(question.cut.today)
    inside = {code for code, zone in zones.items() if zone in limits.get("zone", (zone,))}
    return frozenset(inside & {str(code) for code in limits.get("province", inside)})


def unreviewed_ages(scope: Scope, question: Asked) -> list[int]:
    """How many reports wait for review, from those just come in to the oldest.

    Those that are reported are live and not accepted.
    """
    young = lately_unreviewed(scope, utc_now(), provinces_of(question))
    found = _today(
        scope,
        question,
        ["disseminations", "accepted"],
        Months(month_of(first_fact(question.cut.today)), month_of(question.cut.today)),
    )
    return [*young, found[0] - found[1] - sum(young)]


def unreviewed(ages: list[int]) -> Exhibit:
    """For how long reports have waited for review."""
    name, title = "unreviewed", _("Reports waiting for review, by how long")
    if not any(ages):
        return Exhibit(name, title, empty=_("No report waits for review today."))
    names = (_("up to 3 days"), _("3–7 days"), _("7–30 days"), _("over 30 days"))
    drawn = [
        Bar(text, value, f"{value:,}", "", colour)
        for text, value, colour in zip(names, ages, COLOURS, strict=True)
    ]
    rows = [[said(bar.name), count(bar.value)] for bar in drawn]
    rows.append([said(_("All reports")), count(sum(ages), _review()[1])])
    note = _("As of now, whatever the period: the office accepts them or sends them back.")
    heads = [_("Waiting for"), _("Reports")]
    return Exhibit(name, title, heads, rows, bars(name, drawn, title), note=note)
