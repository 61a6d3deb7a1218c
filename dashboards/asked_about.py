"""The messages that members asked about most; of a question nothing but its number is told."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import select

from dashboards.exhibits import Cell, Exhibit, amount, said
from dashboards.figures import suits
from dashboards.navigation import page_link
from registry.access.scope import Scope
from registry.bulk import among
from registry.db import db
from registry.facts.asked import Asked
from registry.facts.evaluate import evaluate
from registry.facts.measure import Figure
from registry.facts.measures import measures
from registry.messages.models import OUT, KeyMessage
from registry.messages.visibility import message_within

COLUMNS = ("questions_asked", "questions_answered_rate", "questions_resolved_rate")
MOST = 15
"""Messages in the table."""
MESSAGE = "/dashboards/message"


def asked_about(scope: Scope, question: Asked) -> Exhibit:
    """Messages by questions, most first; of messages outside the scope no title is told."""
    title, shown = _("Messages asked about most"), measures(COLUMNS)
    if not suits(shown[0], question):
        return Exhibit("asked-about", title, empty=_("not counted with these filters"))
    found = _figures(scope, question)
    titles = _titles(scope, [number for number in found if number])
    order = sorted(titles, key=lambda number: (-(found[number][COLUMNS[0]].value or 0), -number))
    rows = [
        [
            Cell(titles[number], titles[number],
                 page_link(MESSAGE, question, message=number, period="")),
            *(amount(one, found[number][one.name].value) for one in shown),
        ]
        for number in order[:MOST]
    ]  # fmt: skip
    general = found.get(0, {}).get(COLUMNS[0])
    if general and general.value:
        rows.append(
            [said(_("About no message")), *(amount(m, found[0][m.name].value) for m in shown)]
        )
    note = _("The %(n)s messages with the most questions.", n=MOST) if len(order) > MOST else ""
    heads = [_("Key message"), *(str(one.title) for one in shown)]
    empty = _("No question was asked in this period.")
    return Exhibit("asked-about", title, heads, rows, None, shown, note, "wide", empty)


def _figures(scope: Scope, question: Asked) -> dict[int, dict[str, Figure]]:
    """Figures by message; 0 stands for questions about none."""
    cut = replace(question.cut, by=("message",))
    found: dict[int, dict[str, Figure]] = {}
    for figure in evaluate(scope, COLUMNS, question.months, cut):
        found.setdefault(int(figure.cell[0] or 0), {})[figure.measure] = figure
    return found


def _titles(scope: Scope, numbers: list[int]) -> dict[int, str]:
    query = select(KeyMessage.id, KeyMessage.title).where(
        among(KeyMessage.id, numbers), message_within(scope), KeyMessage.state.in_(sorted(OUT))
    )
    return dict(db.session.execute(query).all())
