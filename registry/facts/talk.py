"""Facts of the exchange with members: questions and news that they send in."""

from __future__ import annotations

from ibis.expr.types import BooleanValue, Table

from registry.facts.fact import (
    PLACE,
    Fact,
    Messages,
    about,
    by_network,
    minutes_between,
    seconds,
    with_standard,
    within,
)
from registry.facts.schema import table
from registry.facts.spans import Months


def questions(months: Months, messages: Messages = ()) -> Table:
    """Questions asked in the months.

    ``minutes`` until the answer are absent while there is none; ``due`` is the epoch second at
    which the standard time is over.  ``resolve_minutes`` run to the end that stands: a question
    that the member asked on about is open again.
    """
    rows = about(table("question"), messages)
    rows = rows.filter(within(months, rows.month)).rename(province="province_code")
    rows = with_standard(_with_end(rows), "answer")
    return rows.mutate(
        minutes=minutes_between(rows.answered_at, rows.asked_at),
        resolve_minutes=minutes_between(rows.resolved_at, rows.asked_at),
        due=seconds(rows.asked_at) + rows.standard * 60,
    )


def _with_end(rows: Table) -> Table:
    """Add ``resolved_at``: when a question was settled, absent while it is open."""
    ends = table("question_resolution")
    ends = ends.filter(ends.reopened_at.isnull(), ends.question_id.isin(rows.id))
    ends = ends.group_by("question_id").agg(resolved_at=ends["at"].max())
    return rows.left_join(ends, rows.id == ends.question_id).drop("question_id")


def judged(rows: Table) -> BooleanValue:
    """Questions with an answer, and those whose time was over before today."""
    return rows.answered_at.notnull() | (rows.due <= rows.now)


def unanswered(rows: Table) -> BooleanValue:
    """Questions that come to be judged when their time is over, whoever does anything."""
    return rows.answered_at.isnull()


def news(months: Months) -> Table:
    """Items that members sent in during the months."""
    rows = table("member_news")
    return rows.filter(within(months, rows.month)).rename(province="province_code")


QUESTIONS = Fact(
    "questions", questions, PLACE | {"network_type", "message"}, by_network, open=unanswered
)
NEWS = Fact("news", news, PLACE | {"network_type"}, by_network)
