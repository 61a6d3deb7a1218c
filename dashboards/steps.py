"""The steps of messages from publication to passing on, the pace, and what evidence came."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from dashboards.charts.bars import Bar, bars
from dashboards.charts.palette import MAIN, MUTED, STEPS
from dashboards.exhibits import Cell, Exhibit, amount, count, said
from dashboards.figures import Whole
from dashboards.navigation import rows_link
from registry.access.gate import may
from registry.access.roles import Permission
from registry.documents.cells import Share
from registry.facts.asked import Asked
from registry.facts.measure import Measure
from registry.facts.measures import measure, measures
from registry.messages.ledger_models import DisseminationState

FUNNEL = ("publications", "recipients", "received", "passed_on")
REVIEWED = "evidence_accepted_rate"


def funnel(question: Asked, found: Whole) -> Exhibit:
    """Publications, recipients, received, passed on: of the step before, and of recipients."""
    title = _("From publication to passing on")
    values = [_value(found, name) for name in FUNNEL]
    if any(value is None for value in values):
        return Exhibit("funnel", title, empty=_("not counted with these filters"))
    amounts = [value or 0 for value in values]
    if not any(amounts):
        return Exhibit("funnel", title, empty=_("Nothing was published in this period."))
    drawn, rows = [], []
    for place, (one, value) in enumerate(zip(measures(FUNNEL), amounts, strict=True)):
        link = rows_link(one.name, question)
        before = _share(value, amounts[place - 1]) if place > 1 else Cell(None, "–")
        whole = _share(value, amounts[1]) if place else Cell(None, "–")
        text = f"{value:,.0f}" if place < 2 else f"{value:,.0f} ({whole.text})"
        drawn.append(Bar(str(one.title), value, text, link, STEPS.get(one.name, MUTED)))
        rows.append([said(one.title), amount(one, value, link), before, whole])
    heads = [_("Step"), _("Times"), _("Of the step before"), _("Of recipients")]
    note = _("One publication in one channel reaches many recipients; one recipient is one "
             "member who was sent one message.")  # fmt: skip
    chart = bars("funnel", drawn, title)
    return Exhibit("funnel", title, heads, rows, chart, measures(FUNNEL), note)


def _value(found: Whole, name: str) -> float | None:
    figure = found.shown(name)
    return None if figure is None else figure.value


def _share(part: float, whole: float) -> Cell:
    return Cell(Share(part / whole), f"{part / whole:.1%}") if whole else Cell(None, "–")


def evidence(question: Asked, found: Whole) -> Exhibit:
    """Accepted, sent back, and still waiting for the office."""
    title, one = _("Review of what was reported"), measure(REVIEWED)
    figure, live = found.shown(REVIEWED), found.shown("disseminations")
    if figure is None or live is None:
        return Exhibit("evidence", title, empty=_("not counted with these filters"))
    accepted = figure.numerator or 0
    counts = {
        DisseminationState.ACCEPTED: accepted,
        DisseminationState.SENT_BACK: (figure.denominator or 0) - accepted,
        DisseminationState.REPORTED: (live.value or 0) - accepted,
    }
    total = sum(counts.values())
    if not total:
        return Exhibit("evidence", title, empty=_("Nothing was passed on in this period."))
    drawn = [_bar(state, number, total, question) for state, number in counts.items()]
    rows = [
        [said(bar.name), count(bar.value, bar.link), _share(bar.value or 0, total)] for bar in drawn
    ]
    note = _("Accepted of those reviewed: %(share)s", share=amount(one, figure.value).text)
    heads = [_("State"), _("Times"), _("Share of all")]
    shown: Sequence[Measure] = [one, measure("disseminations")]
    return Exhibit("evidence", title, heads, rows, bars("evidence", drawn, title), shown, note)


def _bar(state: DisseminationState, number: float, total: float, question: Asked) -> Bar:
    titles = {
        DisseminationState.ACCEPTED: (_("Accepted by the office"), MAIN),
        DisseminationState.SENT_BACK: (_("Sent back to the member"), "#c27c0e"),
        DisseminationState.REPORTED: (_("Waiting for the office"), MUTED),
    }
    name, colour = titles[state]
    text = f"{number:,.0f} ({number / total:.0%})"
    return Bar(name, number, text, _reports(state, question), colour)


def _reports(state: DisseminationState, question: Asked) -> str:
    """The rows behind it: measured ones, or the list of disseminations for those who read it."""
    if state is DisseminationState.ACCEPTED:
        return rows_link(REVIEWED, question)
    if question.cut.where or not may(Permission.MESSAGES_READ):
        return ""
    return url_for("dissemination.index", state=state.value, period=question.period.code)
