"""What data lack, as a list that an office can work down: how much, why, and where to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import url_for
from flask_babel import gettext as _

from dashboards.exhibits import Exhibit, count, said
from dashboards.figures import Whole
from dashboards.navigation import rows_link
from registry.access.gate import may
from registry.access.roles import Permission
from registry.facts.asked import Asked

ASKED = (
    *("received_rate", "receive_on_standard_rate"),
    *("questions_answered_rate", "answer_on_standard_rate"),
)
"""Measures from which the tasks of the period are counted, beside those of the key figures."""
P = Permission


@dataclass(frozen=True)
class Task:
    """Something that lacks.

    Attributes:
        why: one sentence: what is counted, and what it spoils.
        rows: address of the rows behind the number.
        way: what to do, and where; empty for those who may not, or where nothing can be done.
    """

    title: str
    number: int
    why: str
    rows: str = ""
    way: tuple[str, str] = ("", "")


def tasks(question: Asked, found: Whole, now: list[Task]) -> Exhibit:
    """All tasks: those of the period's facts, and those that stand open today."""
    every = [
        *(*_records(question, found), *_ledger(question, found)),
        *(*_office_reports(question, found), *now),
    ]
    rows = [
        [
            said(task.title),
            count(task.number, task.rows),
            said(task.why),
            said(task.way[0] or "–", task.way[1]),
        ]
        for task in every
    ]
    return Exhibit(
        "tasks",
        _("What can be mended"),
        [_("What is missing"), _("How many"), _("What it means"), _("Where to mend it")],
        rows,
        kind="bare",
        drawing=html.Div([_tile(task) for task in every], className="key-figures"),
        picture="none",
    )


def _tile(task: Task) -> Component:
    number: Any = html.Strong(f"{task.number:,}")
    if task.rows:
        number = html.A(number, href=task.rows, title=_("Show the rows behind this figure"))
    body = [html.H2(task.title), number, html.P(task.why, className="change")]
    text, address = task.way
    if task.number and address:
        body.append(html.P(html.A(text, href=address), className="way"))
    return html.Article(body, className="key")


def way(needs: Permission, text: str, endpoint: str, **values: Any) -> tuple[str, str]:
    """What to do, and where; empty for those who may not."""
    return (text, url_for(endpoint, **values)) if may(needs) else ("", "")


def _gap(found: Whole, name: str) -> int | None:
    """What a share's denominator holds beyond its numerator; None where filters do not suit."""
    figure = found.figure(name, found.now)
    return int((figure.denominator or 0) - (figure.numerator or 0)) if figure else None


def _missing(name: str, question: Asked) -> str:
    return rows_link(name, question, part="rest")


def _records(question: Asked, found: Whole) -> Iterator[Task]:
    lacking = _gap(found, "records_complete_rate")
    if lacking is not None:
        yield Task(
            _("Incomplete records"),
            lacking,
            _("Active members without a way to reach them, a district or a consent in force."),
            _missing("records_complete_rate", question),
            way(P.MEMBERS_WRITE, _("Members without a consent"), "members.index", lacks="consent"),
        )
    old = _gap(found, "members_confirmed_rate")
    if old is not None:
        yield Task(
            _("Records not confirmed for a year"),
            old,
            _("Active members of whom nobody has confirmed the record in the last 12 months."),
            _missing("members_confirmed_rate", question),
            way(P.MEMBERS_WRITE, _("Confirm these members’ records"), "members.index", stale="1"),
        )


def _ledger(question: Asked, found: Whole) -> Iterator[Task]:
    unknown, received = _gap(found, "received_rate"), found.figure("received_rate", found.now)
    timed = found.figure("receive_on_standard_rate", found.now)
    if unknown is not None and received and timed:
        yield Task(
            _("Recipients without a known receipt"),
            unknown,
            _("They were sent a message in the period; nobody knows whether they received it."),
            _missing("received_rate", question),
            way(P.DISSEMINATION_RECORD, _("Record what is known"), "dissemination.grid_page"),
        )
        yield Task(
            _("Receipts known only by the day"),
            int((received.numerator or 0) - (timed.denominator or 0)),
            _("They count as received, but their hour is not known, so no standard judges them."),
            rows_link("received", question),
        )
    yield from _unanswered(question, found)


def _office_reports(question: Asked, found: Whole) -> Iterator[Task]:
    late = _gap(found, "offices_reported_on_time_rate")
    if late is not None:
        yield Task(
            _("Offices’ reports late or missing"),
            late,
            _("Reports for months and quarters that ended in the period, not in by their day."),
            _missing("offices_reported_on_time_rate", question),
            way(P.REPORTS_VIEW, _("See how reports stand"), "office_reports.index"),
        )


def _unanswered(question: Asked, found: Whole) -> Iterator[Task]:
    judged = found.figure("answer_on_standard_rate", found.now)
    answered = found.figure("questions_answered_rate", found.now)
    if judged and answered:
        yield Task(
            _("Unanswered past the standard time"),
            int((judged.denominator or 0) - (answered.numerator or 0)),
            _("Questions of the period without an answer although the standard time is over."),
            rows_link("answer_on_standard_rate", question, part="denominator"),
            way(P.QUESTIONS_ANSWER, _("Answer them"), "questions.index", show="open", whose="all"),
        )
