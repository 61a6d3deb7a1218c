"""The messages of a period, each with its figures and its mark, the way to its own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from dashboards import parts
from dashboards.exhibits import Cell, Exhibit, amount, said
from dashboards.navigation import page_link
from registry.access.scope import Scope
from registry.bulk import among
from registry.db import db
from registry.facts.asked import Asked
from registry.facts.evaluate import evaluate
from registry.facts.measure import Figure
from registry.facts.measures import MEASURES, measures
from registry.i18n import day, short_name_of
from registry.messages.models import (
    MESSAGE_KIND_NAMES,
    MESSAGE_STATE_NAMES,
    KeyMessage,
    MessageKind,
    MessageState,
)
from registry.messages.visibility import message_within

MESSAGE_PAGE = "/dashboards/message"
"""Address of the page of one message."""
COLUMNS = (
    *("recipients", "received_rate", "pass_on_rate"),
    *("reach_potential", "reach_reported", "reach_evidenced"),
)
FURTHEST = ("reach_evidenced", "passed_on", "pass_on_rate", "recipients")
BY_REACH = FURTHEST[:2]
"""Measures by which messages went furthest, the first one first."""
MOST, TOP = 100, 10
"""Messages in the list of all, and in that of those that went furthest."""
CHANGED = {MessageState.CORRECTED: "warn", MessageState.WITHDRAWN: "bad"}


@dataclass(frozen=True)
class Listed:
    """A message with its figures."""

    message: KeyMessage
    found: dict[str, Figure]


def listing(scope: Scope, question: Asked) -> Exhibit:
    """The messages of the period, the one with the most recipients first."""
    title, nothing = _("Key messages of the period"), _("Nothing was published in this period.")
    rows = _listed(scope, _figures(scope, question, COLUMNS, COLUMNS[:1]))
    note = _("The %(n)s messages with the most recipients.", n=MOST) if len(rows) > MOST else ""
    return _exhibit("messages", title, rows[:MOST], COLUMNS, question, note, nothing)


def furthest(scope: Scope, question: Asked) -> Exhibit:
    """The messages of the period that carried furthest."""
    title, nothing = _("Messages that carried furthest"), _("No message was passed on yet.")
    if question.cut.needs - frozenset.intersection(*(MEASURES[n].dimensions for n in FURTHEST)):
        nothing = _("not counted with these filters")
        return Exhibit("furthest", title, empty=nothing, kind="wide")
    found = _figures(scope, question, FURTHEST, BY_REACH)
    carried = [n for n, figures in found.items() if any(figures[name].value for name in BY_REACH)]
    rows = _listed(scope, {number: found[number] for number in carried[: TOP * 3]})[:TOP]
    note = _("The first %(n)s by evidenced reach, then by those who passed on.", n=TOP)
    return _exhibit("furthest", title, rows, FURTHEST, question, note, nothing)


def _figures(
    scope: Scope, question: Asked, names: Sequence[str], order: Sequence[str]
) -> dict[int, dict[str, Figure]]:
    """Figures by message, the highest first."""
    cut = replace(question.cut, by=("message",))
    found: dict[int, dict[str, Figure]] = {}
    for figure in evaluate(scope, names, question.months, cut):
        found.setdefault(int(figure.cell[0] or 0), {})[figure.measure] = figure

    def place(number: int) -> tuple[float, ...]:
        return (*(-(found[number][name].value or 0) for name in order), -number)

    return {number: found[number] for number in sorted(found, key=place)}


def _listed(scope: Scope, found: dict[int, dict[str, Figure]]) -> list[Listed]:
    """Messages with their figures, in their order; of those out of sight none."""
    query = select(KeyMessage).where(among(KeyMessage.id, list(found)), message_within(scope))
    rows = db.session.scalars(query.options(joinedload(KeyMessage.office)))
    known = {row.id: row for row in rows}
    return [Listed(known[number], found[number]) for number in found if number in known]


def _exhibit(
    name: str,
    title: str,
    rows: Sequence[Listed],
    columns: Sequence[str],
    question: Asked,
    note: str,
    nothing: str,
) -> Exhibit:
    shown = measures(columns)
    about = [_("Published"), _("Office"), _("Message kind"), _("State")]
    heads = [_("Key message"), *(str(one.title) for one in shown)]
    drawn = [[_named(row.message, _address(row, question)), *_texts(row, columns)] for row in rows]
    return Exhibit(
        name,
        title,
        [heads[0], *about, *heads[1:]],
        [_cells(row, columns, question) for row in rows],
        measures=shown,
        note=note,
        kind="wide",
        empty=nothing,
        drawing=parts.table(heads, drawn, kind="stacked"),
    )


def _address(row: Listed, question: Asked) -> str:
    return page_link(MESSAGE_PAGE, question, message=row.message.id, period="")


def _texts(row: Listed, columns: Sequence[str]) -> list[str]:
    return [parts.value_text(one, row.found[one.name].value) for one in measures(columns)]


def _cells(row: Listed, columns: Sequence[str], question: Asked) -> list[Cell]:
    message = row.message
    return [
        said(message.title, _address(row, question)),
        said(day(message.published_at)),
        said(short_name_of(message.office)),
        said(MESSAGE_KIND_NAMES[MessageKind(message.kind)]),
        said(MESSAGE_STATE_NAMES[message.as_state]),
        *(amount(one, row.found[one.name].value) for one in measures(columns)),
    ]


def day_and_office(message: KeyMessage) -> str:
    """When a message came out and whose it is: one title may stand for several messages."""
    return f"{day(message.published_at)}{parts.SPACE}· {short_name_of(message.office)}"


def _named(message: KeyMessage, address: str) -> Component:
    """Title, day, office, kind, and the mark of what was corrected or withdrawn."""
    state, kind = message.as_state, MESSAGE_KIND_NAMES[MessageKind(message.kind)]
    about = f"{day_and_office(message)}{parts.SPACE}· {kind}"
    said: list[Any] = [html.A(message.title, href=address), html.Br(), html.Small(about)]
    if state in CHANGED:
        name = str(MESSAGE_STATE_NAMES[state])
        said += [" ", html.Span(name, className=f"state {CHANGED[state]}")]
    return html.Span(said)
