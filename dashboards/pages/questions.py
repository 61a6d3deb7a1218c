"""Questions and news from members: how many, how fast they are answered, and what still waits."""

from __future__ import annotations

from datetime import date
from typing import Any

from dash import html
from flask_babel import gettext as _

from dashboards import filters
from dashboards.asked_about import asked_about
from dashboards.by_month import by_month
from dashboards.cards import cards
from dashboards.charts.bars import Bar, bars
from dashboards.charts.palette import MAIN
from dashboards.durations import Duration, duration
from dashboards.exhibits import Exhibit, amount, grid, said
from dashboards.figures import whole
from dashboards.journey import trend
from dashboards.matrix import Parted, is_alone, matrix, parted
from dashboards.navigation import rows_link
from dashboards.pages.overview import heading
from dashboards.waiting import waiting
from registry.access.scope import Scope
from registry.facts.asked import Asked, asked
from registry.facts.labels import label, names
from registry.facts.measures import measure

PATH = "/dashboards/questions"
DIMENSIONS = ("zone", "province", "network_type")
NEWS = "member_news"
RATES = ("questions_answered_rate", "answer_on_standard_rate", "questions_resolved_rate")
MEDIANS = ("first_answer_hours_median", "resolve_hours_median")
CARDS = ("questions_asked", RATES[0], RATES[1], MEDIANS[0], RATES[2], MEDIANS[1], NEWS)
MOST = 15
"""Provinces in the picture of news."""


def title() -> str:
    """The page's name."""
    return str(_("Questions and news"))


def content(scope: Scope, args: dict[str, str], today: date) -> list[Any]:
    """The page for the parameters of an address.

    Raises:
        Refused: a parameter does not exist or lies outside the scope.
    """
    question = asked(scope, filters.with_default(args, today), today)
    months = filters.months_shown(question.period, today)
    ended = question.period.has_ended(today)
    found = whole(scope, question, months, compared=ended, wanted=CARDS)
    course = by_month(scope, question, found, months, CARDS)
    drawn = [trend(*each, question, course) for each in _courses()]
    by = {key: parted(scope, question, found.seal, key, CARDS) for key in DIMENSIONS}
    return [
        html.Div(html.H1(title()), className="page-head"),
        filters.bar(scope, question, today, DIMENSIONS, filters.map_choice(question)),
        heading(question, found, today),
        cards(question, found, today, CARDS, course),
        grid(
            [
                *drawn[:-1],
                duration(_answers(), question, found),
                waiting(scope, question),
                *_parts(question, by),
                drawn[-1],
                *_news(question, by["province"]),
                asked_about(scope, question),
            ]
        ),
    ]


def _courses() -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        ("asked", str(_("Questions asked by month")), ("questions_asked",)),
        ("rates", str(_("Answered and settled by month")), RATES),
        ("medians", str(_("Hours to answer and to settle by month")), MEDIANS),
        ("news", str(_("News from members by month")), (NEWS,)),
    ]


def _answers() -> Duration:
    title = str(_("Time to answer a question"))
    return Duration("answer-times", title, MEDIANS[0], RATES[1], MAIN)


def _parts(question: Asked, by: dict[str, Parted]) -> list[Exhibit]:
    titles = {
        "zone": _("Questions and answers by zone"),
        "network_type": _("Questions and answers by network type"),
        "province": _("Questions and answers by province"),
    }
    return [
        matrix(question, by[key].without(NEWS), title)
        for key, title in titles.items()
        if not is_alone(by[key])
    ]


def _news(question: Asked, by: Parted) -> list[Exhibit]:
    """News by province, the most first; nothing where there is but one province."""
    if is_alone(by):
        return []
    one, title = measure(NEWS), str(_("News from members by province"))
    counts = [(value, row[NEWS].value or 0) for value, row in by.found.items() if NEWS in row]
    counts = sorted((each for each in counts if each[1]), key=lambda each: -each[1])
    if not counts:
        return [Exhibit("news-by-province", title, empty=_("No news came in this period."))]
    known = names("province")
    drawn = [
        Bar(label("province", value, known), count, f"{count:,.0f}",
            "" if value is None else rows_link(NEWS, question, province=value))
        for value, count in counts
    ]  # fmt: skip
    rows = [[said(bar.name), amount(one, bar.value, bar.link)] for bar in drawn]
    chart = bars("news-by-province", drawn[:MOST], title)
    note = _("The %(n)s provinces with the most news.", n=MOST) if len(drawn) > MOST else ""
    heads = [_("Province"), str(one.title)]
    return [Exhibit("news-by-province", title, heads, rows, chart, [one], note)]
