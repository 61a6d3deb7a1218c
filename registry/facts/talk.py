"""Facts of the exchange with members: questions and news that they send in."""

from __future__ import annotations

from ibis.expr.types import Table

from registry.facts.fact import PLACE, Fact, by_network, minutes_between, with_standard, within
from registry.facts.schema import table
from registry.facts.spans import Months


def questions(months: Months) -> Table:
    """Questions asked in the months; ``minutes`` until the answer, absent while there is none."""
    rows = table("question")
    rows = rows.filter(within(months, rows.month)).rename(province="province_code")
    rows = with_standard(rows, "answer")
    return rows.mutate(minutes=minutes_between(rows.answered_at, rows.asked_at))


def news(months: Months) -> Table:
    """Items that members sent in during the months."""
    rows = table("member_news")
    return rows.filter(within(months, rows.month)).rename(province="province_code")


QUESTIONS = Fact("questions", questions, PLACE | {"network_type"}, by_network)
NEWS = Fact("news", news, PLACE | {"network_type"}, by_network)
