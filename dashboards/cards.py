"""The key figures, each with its change, its rule and the way to its rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards import parts
from dashboards.figures import CARDS, Whole
from dashboards.navigation import rows_link
from registry.facts.asked import Asked
from registry.facts.measure import Figure, Measure
from registry.facts.measures import measures


def cards(question: Asked, found: Whole, today: date) -> Component:
    """All key figures."""
    ended = question.period.has_ended(today)
    made = [_card(one, question, found, ended) for one in measures(CARDS)]
    return html.Div(made, className="key-figures")


def _card(one: Measure, question: Asked, found: Whole, ended: bool) -> Component:
    now = found.figure(one.name, found.now)
    if now is None:
        note = html.P(_("not counted with these filters"), className="change")
        return html.Article([html.H2(str(one.title)), html.Strong("–"), note], className="key")
    sealed = found.seal.figure(one.name) if found.seal else None
    value = sealed.value if sealed else now.value
    body: list[Any] = [
        html.H2(str(one.title)),
        html.A(
            [html.Strong(parts.value_text(one, value)), " ", html.Span(parts.unit_text(one))],
            href=rows_link(one.name, question),
            title=_("Show the rows behind this figure"),
        ),
    ]
    if sealed and _differs(one, sealed.value, now.value):
        live = _("Live today: %(value)s", value=parts.with_unit(one, now.value))
        body.append(html.P(live, className="change live"))
    body += _changes(one, now, found) if ended else []
    return html.Article([*body, parts.how(one)], className="key")


def _differs(one: Measure, sealed: float | None, live: float | None) -> bool:
    return parts.value_text(one, sealed) != parts.value_text(one, live)


def _changes(one: Measure, now: Figure, found: Whole) -> list[Component]:
    lines: list[Component] = []
    for span, words in (
        (found.before, _("from the period before")),
        (found.last_year, _("from a year ago")),
    ):
        before = found.figure(one.name, span)
        if before is not None:
            lines.append(html.P(parts.change(one, now, before, words), className="change"))
    return lines
