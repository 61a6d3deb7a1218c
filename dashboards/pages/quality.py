"""Data quality: how complete and fresh the data are, what is missing, and where to mend it."""

from __future__ import annotations

from datetime import date
from typing import Any

from dash import html
from flask_babel import gettext as _

from dashboards import filters, quality_records
from dashboards.by_month import by_month
from dashboards.cards import cards
from dashboards.exhibits import grid
from dashboards.figures import whole
from dashboards.pages.overview import heading
from dashboards.places import by_place
from dashboards.quality_open import open_today, unreviewed, unreviewed_ages
from dashboards.quality_records import SHOWN, by_places
from dashboards.quality_tasks import ASKED, tasks
from registry.access.scope import Scope
from registry.errors import Refused
from registry.facts.asked import asked

PATH = "/dashboards/quality"
DIMENSIONS = ("zone", "province", "network_type")


def title() -> str:
    """The page's name."""
    return str(_("Data quality"))


def content(scope: Scope, args: dict[str, str], today: date) -> list[Any]:
    """The page for the parameters of an address.

    Raises:
        Refused: a parameter does not exist or lies outside the scope.
    """
    question = asked(scope, filters.with_default(args, today), today)
    shown = args.get("measure") or SHOWN[0]
    if shown not in SHOWN:
        raise Refused(_("“%(name)s” cannot be shown in the breakdowns.", name=shown[:60]))
    ended, months = question.period.has_ended(today), filters.months_shown(question.period, today)
    found = whole(scope, question, months, compared=ended, wanted=(*SHOWN, *ASKED))
    course = by_month(scope, question, found, months, SHOWN)
    ages = unreviewed_ages(scope, question)
    more = [filters.map_choice(question), filters.measure_choice(SHOWN, shown)]
    return [
        html.Div(html.H1(title()), className="page-head"),
        filters.bar(scope, question, today, DIMENSIONS, *more),
        heading(question, found, today),
        cards(question, found, today, SHOWN, course),
        tasks(question, found, list(open_today(scope, question, ages))),
        grid(
            [
                quality_records.by_month(question, course),
                *by_places(by_place(scope, question, SHOWN), shown),
                unreviewed(ages),
            ]
        ),
    ]
