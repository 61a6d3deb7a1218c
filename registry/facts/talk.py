"""Facts of the exchange with members: questions and news that they send in."""

from __future__ import annotations

from ibis.expr.types import BooleanValue, Table

from registry.facts.fact import (
    PLACE,
    Fact,
    by_network,
    minutes_between,
    seconds,
    with_standard,
    within,
)
from registry.facts.schema import table
from registry.facts.spans import Months


def questions(months: Months) -> Table:
    """Questions asked in the months.

    ``minutes`` until the answer are absent while there is none; ``due`` is the epoch second at
    which the standard time is over.
    """
    rows = table("question")
    rows = rows.filter(within(months, rows.month)).rename(province="province_code")
    rows = with_standard(rows, "answer")
    return rows.mutate(
        minutes=minutes_between(rows.answered_at, rows.asked_at),
        due=seconds(rows.asked_at) + rows.standard * 60,
    )


def judged(rows: Table) -> BooleanValue:
    """Questions with an answer, and those whose time was over before today."""
    return rows.answered_at.notnull() | (rows.due <= rows.now)


def news(months: Months) -> Table:
    """Items that members sent in during the months."""
    rows = table("member_news")
    return rows.filter(within(months, rows.month)).rename(province="province_code")


QUESTIONS = Fact("questions", questions, PLACE | {"network_type"}, by_network, clocked=True)
NEWS = Fact("news", news, PLACE | {"network_type"}, by_network)
