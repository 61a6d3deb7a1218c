"""The messages of a period, each with its figures and its mark, the way to its own page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from dashboards import parts
from dashboards.navigation import page_link
from registry.access.scope import Scope
from registry.bulk import among
from registry.db import db
from registry.facts.asked import Asked
from registry.facts.evaluate import evaluate
from registry.facts.measure import Figure
from registry.facts.measures import measures
from registry.i18n import day, short_name_of
from registry.messages.models import (
    MESSAGE_KIND_NAMES,
    MESSAGE_STATE_NAMES,
    KeyMessage,
    MessageKind,
    MessageState,
)
from registry.messages.visibility import message_within

COLUMNS = (
    *("recipients", "received_rate", "pass_on_rate"),
    *("reach_potential", "reach_reported", "reach_evidenced"),
)
MOST = 100
"""Messages in the list; those with the most recipients."""
CHANGED = {MessageState.CORRECTED: "warn", MessageState.WITHDRAWN: "bad"}


def listing(scope: Scope, question: Asked, path: str) -> list[Component]:
    """The table; said so when the period has none."""
    found = _figures(scope, question)
    known = _messages(scope, list(found))
    rows = [
        _row(known[number], found[number], question, path) for number in found if number in known
    ]
    title = _("Key messages of the period")
    if not rows:
        return [parts.panel(title, parts.empty(_("Nothing was published in this period.")))]
    shown = measures(COLUMNS)
    heads = [_("Key message"), *(str(one.title) for one in shown)]
    more = len(rows) > MOST
    note = _("The %(n)s messages with the most recipients.", n=MOST) if more else ""
    return [parts.panel(title, parts.table(heads, rows[:MOST]), parts.how(*shown), note=note)]


def _figures(scope: Scope, question: Asked) -> dict[int, dict[str, Figure]]:
    """Figures by message, the one with the most recipients first."""
    cut = replace(question.cut, by=("message",))
    found: dict[int, dict[str, Figure]] = {}
    for figure in evaluate(scope, COLUMNS, question.months, cut):
        found.setdefault(int(figure.cell[0] or 0), {})[figure.measure] = figure
    order = sorted(found, key=lambda number: (-(found[number]["recipients"].value or 0), -number))
    return {number: found[number] for number in order}


def _messages(scope: Scope, numbers: list[int]) -> dict[int, KeyMessage]:
    query = select(KeyMessage).where(among(KeyMessage.id, numbers), message_within(scope))
    query = query.options(joinedload(KeyMessage.office))
    return {row.id: row for row in db.session.scalars(query)}


def _row(message: KeyMessage, found: dict[str, Figure], question: Asked, path: str) -> list[Any]:
    return [
        _named(message, page_link(path, question, message=message.id, period="")),
        *(parts.value_text(one, found[one.name].value) for one in measures(COLUMNS)),
    ]


def day_and_office(message: KeyMessage) -> str:
    """When a message came out and whose it is: one title may stand for several messages."""
    return f"{day(message.published_at)} · {short_name_of(message.office)}"


def _named(message: KeyMessage, address: str) -> Component:
    """Title, day, office, kind, and the mark of what was corrected or withdrawn."""
    state, kind = message.as_state, MESSAGE_KIND_NAMES[MessageKind(message.kind)]
    about = f"{day_and_office(message)} · {kind}"
    said: list[Any] = [html.A(message.title, href=address), html.Br(), html.Small(about)]
    if state in CHANGED:
        name = str(MESSAGE_STATE_NAMES[state])
        said += [" ", html.Span(name, className=f"state {CHANGED[state]}")]
    return html.Span(said)
