"""Dissemination: how far, how fast, where and when messages are received and passed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from dash import html
from flask_babel import gettext as _

from dashboards import filters
from dashboards.by_month import ByMonth, by_month
from dashboards.cards import cards
from dashboards.charts.palette import STEPS
from dashboards.durations import Duration, duration
from dashboards.exhibits import Exhibit, grid
from dashboards.figures import REACH, Whole, whole
from dashboards.journey import trend
from dashboards.matrix import is_alone, matrix, parted
from dashboards.pages.overview import DIMENSIONS, heading
from dashboards.rhythm import rhythm
from dashboards.steps import FUNNEL, evidence, funnel
from registry.access.scope import Scope
from registry.facts.asked import Asked, asked

PATH = "/dashboards/dissemination"
CARDS = (
    *("received_rate", "receive_minutes_median", "receive_on_standard_rate"),
    *("pass_on_rate", "pass_on_minutes_median", "pass_on_on_standard_rate"),
    *("disseminations", "evidence_accepted_rate"),
)
RATES = ("received_rate", "pass_on_rate", "pass_on_minutes_median", "pass_on_on_standard_rate")


def title() -> str:
    """The page's name."""
    return str(_("Receiving and passing on"))


def content(scope: Scope, args: dict[str, str], today: date) -> list[Any]:
    """The page for the parameters of an address.

    Raises:
        Refused: a parameter does not exist or lies outside the scope.
    """
    question = asked(scope, filters.with_default(args, today), today)
    months = filters.months_shown(question.period, today)
    ended, wanted = question.period.has_ended(today), (*CARDS, *FUNNEL, *REACH)
    found = whole(scope, question, months, compared=ended, wanted=wanted)
    course = by_month(scope, question, found, months, (*CARDS, *REACH))
    return [
        html.Div(html.H1(title()), className="page-head"),
        filters.bar(scope, question, today, DIMENSIONS, filters.map_choice(question)),
        heading(question, found, today),
        cards(question, found, today, CARDS, course),
        grid(
            [
                funnel(question, found),
                _reach(question, course),
                *(duration(one, question, found) for one in _durations()),
                rhythm(scope, question),
                evidence(question, found),
                *_parts(scope, question, found),
            ]
        ),
    ]


def _reach(question: Asked, course: ByMonth) -> Exhibit:
    note = _("Potential, reported and evidenced reach answer three questions and are never added.")
    drawn = trend("reach-by-month", str(_("Reach by month")), REACH, question, course)
    return replace(drawn, note=" · ".join(filter(None, (note, course.unclosed))))


def _durations() -> list[Duration]:
    titles = {
        "receive": (_("Time to receive a message"), STEPS["received"]),
        "pass_on": (_("Time to pass a message on"), STEPS["passed_on"]),
    }
    return [
        Duration(
            f"{step}-times", title, f"{step}_minutes_median", f"{step}_on_standard_rate", colour
        )
        for step, (title, colour) in titles.items()
    ]


def _parts(scope: Scope, question: Asked, found: Whole) -> list[Exhibit]:
    titles = {
        "zone": _("Receiving and passing on by zone"),
        "channel_kind": _("Receiving and passing on by kind of channel"),
        "network_type": _("Receiving and passing on by network type"),
        "message_kind": _("Receiving and passing on by message kind"),
        "province": _("Receiving and passing on by province"),
    }
    made = [(parted(scope, question, found.seal, key, RATES), titles[key]) for key in titles]
    return [matrix(question, one, title) for one, title in made if not is_alone(one)]
