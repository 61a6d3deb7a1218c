"""The overview: key figures, where and when, the way of messages, and what needs attention."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards import filters
from dashboards.attention import attention
from dashboards.breakdown import breakdowns
from dashboards.by_month import by_month
from dashboards.cards import cards
from dashboards.exhibits import grid
from dashboards.figures import BREAKDOWNS, CARDS, FUNNEL, Split, Whole, split, whole
from dashboards.journey import journey, trends
from dashboards.messages_list import furthest
from registry.access.scope import Scope
from registry.errors import Refused
from registry.facts.asked import Asked, asked
from registry.facts.sealed import seal_of
from registry.i18n import day, language

DIMENSIONS = ("zone", "province", "network_type", "channel_kind", "message_kind", "topic", "office")
PATH = "/dashboards/"


def title() -> str:
    """The page's name."""
    return str(_("Overview"))


def content(scope: Scope, args: dict[str, str], today: date) -> list[Any]:
    """The page for the parameters of an address.

    Raises:
        Refused: a parameter does not exist or lies outside the scope.
    """
    question = asked(scope, filters.with_default(args, today), today)
    shown = args.get("measure") or BREAKDOWNS[0]
    if shown not in BREAKDOWNS:
        raise Refused(_("“%(name)s” cannot be shown in the breakdowns.", name=shown[:60]))
    months = filters.months_shown(question.period, today)
    found = whole(scope, question, months, compared=question.period.has_ended(today))
    parted = split(scope, question, shown, found.seal)
    course = by_month(scope, question, found, months, (*CARDS, *FUNNEL))
    more = [filters.map_choice(question), filters.measure_choice(BREAKDOWNS, shown)]
    return [
        html.Div(html.H1(title()), className="page-head"),
        filters.bar(scope, question, today, DIMENSIONS, *more),
        heading(question, found, today),
        cards(question, found, today, course=course),
        attention(scope, question, parted, found.seal),
        grid(
            [
                *journey(question, found),
                *trends(question, course),
                *breakdowns(question, parted, _before(scope, question, shown, found)),
                furthest(scope, question),
            ]
        ),
    ]


def _before(scope: Scope, question: Asked, shown: str, found: Whole) -> Split | None:
    """The breakdowns of the period before; none while the period is under way, or none were."""
    if found.before not in found.earlier or found.before.first < found.begins:
        return None
    before = replace(question, period=question.period.previous())
    return split(scope, before, shown, seal_of(scope, before, parts=True))


def heading(question: Asked, found: Whole, today: date) -> Component:
    """Which period is shown, and how firm its figures are."""
    seal = found.seal
    if seal is None:
        return html.P([html.B(question.label(language())), *unclosed(question, today)],
                      className="shown")  # fmt: skip
    when = _("sealed on %(day)s", day=day(seal.period.closed_at))
    note = f"{when}; {_live() if seal.cut is not None else _unsealed()}"
    state = html.Span(_("Closed period"), className="state good")
    return html.P(
        [html.B(question.label(language())), " ", state, " ", html.Span(note)], className="shown"
    )


def unclosed(question: Asked, today: date) -> list[Any]:
    """How firm the figures of a period are that is not closed."""
    if question.period.has_ended(today):
        text, note = _("Not closed yet"), _("the figures may still change")
    else:
        text = _("Period under way")
        note = _("counted up to today, so it is not compared yet")
    return [" ", html.Span(text, className="state warn"), " ", html.Span(note)]


def _live() -> str:
    return str(_("trends and what needs attention are counted from today's records"))


def _unsealed() -> str:
    return str(_("figures for these filters are counted anew from today's records"))
