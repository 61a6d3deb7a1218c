"""Components: what adds up. Each is defined once, here, over the rows of one fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import ibis
from ibis.expr.types import BooleanValue, Table, Value

from registry.facts.fact import IN_TIME, SPAN, Fact, one, only
from registry.facts.groups import CHANNELS, FOUNDINGS, NETWORKS
from registry.facts.histograms import BUCKETS, bucket_names
from registry.facts.ledger import DISSEMINATIONS, PUBLICATIONS, RECIPIENTS, evidenced
from registry.facts.notices import NOTICED, told
from registry.facts.office_reports import OFFICE_REPORTS, due, on_time
from registry.facts.people import (
    ARRIVALS,
    DEPARTURES,
    DISTRICTS,
    MEMBERS_AT_END,
    MEMBERS_BEFORE,
    RECORDS,
)
from registry.facts.talk import NEWS, QUESTIONS, judged

Condition = Callable[[Table], BooleanValue]


@dataclass(frozen=True)
class Component:
    """A number that adds up over the rows of a fact.

    Attributes:
        value: what a row contributes: 1 or 0, an amount that may be absent, or, where
            ``distinct``, the key of the thing that is counted once; None: every row counts.
        empty: what no rows at all amount to: 0 for a count, absent for an amount.
        clocked: whether it also counts rows that only the clock changes; see ``Fact.open``.
        rests_on: tables of ``LATER`` without which it is not known; absent then, never 0.
    """

    name: str
    fact: Fact
    value: Callable[[Table], Value] | None = None
    distinct: bool = False
    empty: int | None = 0
    clocked: bool = False
    rests_on: frozenset[str] = frozenset()

    def amount(self, total: float | None, lacks: frozenset[str]) -> float | None:
        """What a total over rows stands for where some tables are lacking."""
        if self.rests_on & lacks:
            return None
        return self.empty if total is None else total

    def total(self, rows: Table) -> Value:
        """The aggregate over rows."""
        if self.value is None:
            return rows.count()
        value = self.value(rows)
        return value.nunique() if self.distinct else value.sum()

    def contributes(self, rows: Table) -> BooleanValue:
        """Which rows stand behind the number."""
        if self.value is None:
            return ibis.literal(True)
        value = self.value(rows)
        return value.notnull() if self.distinct or self.empty is None else value == 1


def _count(name: str, fact: Fact, condition: Condition) -> Component:
    return Component(name, fact, lambda rows: one(condition(rows)))


def _all(name: str, fact: Fact) -> Component:
    return Component(name, fact)


def _amount(name: str, fact: Fact, value: Callable[[Table], Value]) -> Component:
    return Component(name, fact, value, empty=None)


def _distinct(name: str, fact: Fact, value: Callable[[Table], Value]) -> Component:
    return Component(name, fact, value, distinct=True)


def _buckets(prefix: str, fact: Fact, column: str) -> Iterator[Component]:
    for name, (low, high) in zip(bucket_names(prefix), BUCKETS, strict=True):
        yield _count(name, fact, _between(column, low, high))


def _between(column: str, low: int, high: int | None) -> Condition:
    def inside(rows: Table) -> BooleanValue:
        if column + SPAN in rows.columns:  # rows that were gathered know the bucket alone
            return rows[column + SPAN] == low
        above = rows[column] >= low
        return above if high is None else above & (rows[column] < high)

    return inside


def _known(column: str) -> Condition:
    return lambda rows: rows[column + SPAN if column + SPAN in rows.columns else column].notnull()


def _in_time(column: str) -> Condition:
    def holds(rows: Table) -> BooleanValue:
        if column + IN_TIME in rows.columns:
            return rows[column + IN_TIME]
        return rows[column] <= rows.standard

    return holds


def _timed(prefix: str, fact: Fact, column: str) -> Iterator[Component]:
    """Three things about a duration: known, within the standard of the day, in buckets."""
    yield _count(f"{prefix}_timed", fact, _known(column))
    yield _count(f"{prefix}_on_standard", fact, _in_time(column))
    yield from _buckets(f"{prefix}_minutes", fact, column)


def _define() -> Iterator[Component]:
    yield from _networks()
    yield from _members()
    yield from _ledger()
    yield _all("questions", QUESTIONS)
    yield _count("answered", QUESTIONS, lambda rows: rows.answered_at.notnull())
    yield replace(_count("answer_judged", QUESTIONS, judged), clocked=True)
    yield from _timed("answer", QUESTIONS, "minutes")
    yield from _resting({"question_resolution"}, _resolutions())
    yield _all("news", NEWS)
    yield from _resting({"owed_report", "office_report"}, _office_reports())


def _resting(tables: Iterable[str], components: Iterable[Component]) -> Iterator[Component]:
    for component in components:
        yield replace(component, rests_on=frozenset(tables))


def _resolutions() -> Iterator[Component]:
    yield _count("resolved", QUESTIONS, lambda rows: rows.resolved_at.notnull())
    yield _count("resolve_timed", QUESTIONS, lambda rows: rows.resolve_minutes.notnull())
    yield from _buckets("resolve_minutes", QUESTIONS, "resolve_minutes")


def _office_reports() -> Iterator[Component]:
    yield replace(_count("reports_due", OFFICE_REPORTS, due), clocked=True)
    yield _count("reports_on_time", OFFICE_REPORTS, on_time)


def _changes() -> Iterator[Component]:
    yield _distinct("corrected", PUBLICATIONS, lambda rows: only(rows.corrected, rows.message_id))
    yield _distinct("withdrawn", PUBLICATIONS, lambda rows: only(rows.withdrawn, rows.message_id))


def _notices() -> Iterator[Component]:
    yield _all("notice_owed", NOTICED)
    yield _count("notice_told", NOTICED, told)


def _networks() -> Iterator[Component]:
    yield _all("networks", NETWORKS)
    yield _count("dormant", NETWORKS, lambda rows: rows.dormant)
    yield _all("founded", FOUNDINGS)
    yield _all("channels", CHANNELS)
    yield _amount("audience", CHANNELS, lambda rows: rows.audience)
    yield _count("uncounted_of_offices", CHANNELS, _uncounted(of_offices=True))
    yield _count("uncounted_of_members", CHANNELS, _uncounted(of_offices=False))


def _uncounted(*, of_offices: bool) -> Condition:
    def holds(rows: Table) -> BooleanValue:
        return ~rows.counted & (rows.office_id.notnull() == of_offices)

    return holds


def _members() -> Iterator[Component]:
    yield _all("members", MEMBERS_AT_END)
    yield _count("confirmed", RECORDS, lambda rows: rows.confirmed)
    yield _count("stale", RECORDS, lambda rows: rows.stale)
    yield _count("complete", RECORDS, lambda rows: rows.complete)
    yield _all("members_before", MEMBERS_BEFORE)
    yield _count("kept", MEMBERS_BEFORE, lambda rows: rows.kept)
    yield _count("joined", ARRIVALS, lambda rows: rows.starts == "join")
    yield _count("left", DEPARTURES, lambda rows: rows.ends.isin(("left", "deceased")))
    yield _all("districts", DISTRICTS)
    yield _count("districts_covered", DISTRICTS, lambda rows: rows.members > 0)
    yield _count("districts_of_one", DISTRICTS, lambda rows: rows.members == 1)


def _ledger() -> Iterator[Component]:
    yield _all("publications", PUBLICATIONS)
    yield _distinct("messages", PUBLICATIONS, lambda rows: rows.message_id)
    yield from _resting({"message_move"}, _changes())
    yield from _timed("publish", PUBLICATIONS, "minutes")
    yield _all("recipients", RECIPIENTS)
    yield _count("received", RECIPIENTS, lambda rows: rows.received)
    yield _count("passed_on", RECIPIENTS, lambda rows: rows.passed)
    yield from _timed("receive", RECIPIENTS, "receive_minutes")
    yield from _timed("pass_on", RECIPIENTS, "pass_minutes")
    yield from _resting({"message_move", "release", "delivery"}, _notices())
    yield _count("disseminations", DISSEMINATIONS, lambda rows: rows.live)
    yield _distinct(
        "members_passing_on", DISSEMINATIONS, lambda rows: only(rows.live, rows.member_id)
    )
    yield _amount(
        "potential", DISSEMINATIONS, lambda rows: only(rows.carries, rows.audience_potential)
    )
    yield _amount("reported", DISSEMINATIONS, lambda rows: only(rows.live, rows.audience_reported))
    yield _amount("evidenced", DISSEMINATIONS, evidenced)
    yield _count("accepted", DISSEMINATIONS, lambda rows: rows.state == "accepted")
    yield _count(
        "reviewed", DISSEMINATIONS, lambda rows: rows.state.isin(("accepted", "sent_back"))
    )


COMPONENTS = {component.name: component for component in _define()}
"""Every component by its name."""


def by_fact(components: Iterable[Component]) -> list[list[Component]]:
    """Components grouped by the fact over whose rows they are counted."""
    groups: dict[str, list[Component]] = defaultdict(list)
    for component in components:
        groups[component.fact.name].append(component)
    return list(groups.values())
