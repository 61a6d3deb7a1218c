"""Questions still open today, by how long they have waited."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dash import html
from flask import url_for
from flask_babel import gettext as _

from dashboards import parts
from dashboards.charts.bars import Bar, bars
from dashboards.exhibits import Exhibit, count, said
from registry.access.gate import may
from registry.access.roles import Permission
from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.geography.queries import province_zones
from registry.messages.open_queries import COLUMNS, open_by_age
from registry.periods.calendar import utc_now

COLOURS = ("#2f7ea8", "#c9b27c", "#c27c0e", "#7a4a00")
"""From what was just asked to what has waited longest."""


def waiting(scope: Scope, question: Asked) -> Exhibit:
    """Open questions of any period; with the way to their list for those who answer them."""
    title = _("Questions still open")
    limits = _limits(question)
    if limits is None:
        return Exhibit("open", title, empty=_("not counted with these filters"))
    counts = open_by_age(scope, utc_now(), limits)
    if not any(counts):
        return Exhibit("open", title, empty=_("No question waits for an answer today."))
    names = (_("up to 1 day"), _("1–3 days"), _("3–7 days"), _("over 7 days"))
    drawn = [
        Bar(name, number, f"{number:,}", "", colour)
        for name, number, colour in zip(names, counts, COLOURS, strict=True)
    ]
    rows = [[said(bar.name), count(bar.value)] for bar in drawn]
    heads = [_("Waiting for"), _("Questions")]
    note = _("As of now, whatever the period: the office has the next word.")
    chart = bars("open", drawn, title)
    told: list[Any] = [chart, parts.equal_values(heads, [[bar.name, bar.text] for bar in drawn])]
    if may(Permission.QUESTIONS_ANSWER):
        address = url_for("questions.index", show="open", whose="all")
        text = _("Read the open questions (%(n)s)", n=f"{sum(counts):,}")
        told.append(html.P(html.A(text, href=address)))
    return Exhibit("open", title, heads, rows, chart, note=note, drawing=html.Div(told))


def _limits(question: Asked) -> Mapping[str, Collection[Any]] | None:
    """The filters as questions know them, zones by today's map; None where one does not suit."""
    limits: dict[str, Collection[Any]] = {}
    for name, values in question.cut.where:
        if name == "zone":
            continue
        if name not in COLUMNS:
            return None
        limits[name] = values
    if zones := dict(question.cut.where).get("zone"):
        today = province_zones(question.cut.today)
        inside = {code for code, zone in today.items() if zone in zones}
        limits["province"] = inside & set(limits.get("province", inside))
    return limits
