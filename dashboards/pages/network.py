"""The network: its size and growth, what it consists of, where it reaches and where it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

from dash import html
from flask_babel import gettext as _

from dashboards import filters
from dashboards.by_month import by_month
from dashboards.cards import cards
from dashboards.exhibits import grid
from dashboards.figures import whole
from dashboards.network_growth import by_channel_kind, by_network_type, growth
from dashboards.network_places import (
    ASKED,
    coverage,
    dormant,
    empty_districts,
    single_districts,
    stale_provinces,
    thin_districts,
)
from dashboards.pages.overview import heading
from dashboards.places import by_place
from registry.access.scope import Scope
from registry.facts.asked import asked

PATH = "/dashboards/network"
DIMENSIONS = ("zone", "province", "network_type")
SHOWN = (
    *("networks_active", "networks_new", "networks_dormant"),
    *("members_active", "members_new", "members_left", "retention_rate"),
    *("channels_active", "channel_audience"),
    *("districts_covered_rate", "districts_single_member"),
    "members_confirmed_rate",
)


def title() -> str:
    """The page's name."""
    return str(_("Network and coverage"))


def content(scope: Scope, args: dict[str, str], today: date) -> list[Any]:
    """The page for the parameters of an address.

    Raises:
        Refused: a parameter does not exist or lies outside the scope.
    """
    question = asked(scope, filters.with_default(args, today), today)
    ended, months = question.period.has_ended(today), filters.months_shown(question.period, today)
    found = whole(scope, question, months, compared=ended, wanted=SHOWN)
    course = by_month(scope, question, found, months, SHOWN)
    places, thin = by_place(scope, question, ASKED), thin_districts(scope, question)
    blocks = [
        growth(question, course),
        coverage(places),
        by_network_type(scope, question),
        by_channel_kind(scope, question),
        stale_provinces(places),
        empty_districts(question, thin),
        single_districts(question, thin),
        dormant(scope, question),
    ]
    return [
        html.Div(html.H1(title()), className="page-head"),
        filters.bar(scope, question, today, DIMENSIONS, filters.map_choice(question)),
        heading(question, found, today),
        cards(question, found, today, SHOWN, course),
        grid([block for block in blocks if block is not None]),
    ]
