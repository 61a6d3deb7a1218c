"""What a fact is: rows of a span of months, each with its place, kinds and contributions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
from ibis.expr.types import BooleanValue, Table, Value

from registry.facts.schema import month_ends, table
from registry.facts.spans import Months

Messages = tuple[int, ...]
"""Ids of messages to which a question is limited; none: all of them."""
Owned = Callable[[Table, frozenset[int], Months], BooleanValue]
PLACE = frozenset({"zone", "province", "month"})
LEDGER = PLACE | {"network_type", "channel_kind", "message_kind", "topic", "office", "message"}


@dataclass(frozen=True)
class Fact:
    """A kind of fact.

    Attributes:
        rows: the rows of some months, with the columns ``on``, ``month``, ``province``, those of
            its other dimensions, and what its components read.  Where ``message`` is a dimension
            it takes messages, too: no other rows need be read for a question about them.
        dimensions: by which it may be cut.
        owned: which rows belong to bureaus (by office id) that see their own networks only.
        stock: what stands at the end of each month, instead of what happens in them.
        cohort: what stood before the months and is followed to their end, not month by month.
        clocked: its rows also carry ``now``: the epoch second at which the cut's today begins.
        by_office: placed by an office; one without a province lies in the zone of the office.
    """

    name: str
    rows: Callable[..., Table]
    dimensions: frozenset[str]
    owned: Owned
    stock: bool = False
    cohort: bool = False
    by_office: bool = False
    clocked: bool = False


def about(rows: Table, messages: Messages) -> Table:
    """The rows of some messages; all where none is named."""
    return rows.filter(rows.message_id.isin(messages)) if messages else rows


def one(condition: Value) -> Value:
    """1 where a condition holds, else 0 (also where it is not known)."""
    return condition.ifelse(1, 0)


def only(condition: Value, value: Value) -> Value:
    """A value where a condition holds, else absent (of no type: sealed members are text)."""
    return condition.ifelse(value, ibis.null())


def within(months: Months, column: Value) -> BooleanValue:
    """Whether a month number or a day lies in the months."""
    low, high = (months.first, months.last) if column.type().is_integer() else _days(months)
    return (column >= low) & (column <= high)


def _days(months: Months) -> tuple[object, object]:
    return months.start, months.end


def month_number(day: Value) -> Value:
    """The month number of a day."""
    return (day.year() * 12 + day.month() - 1).cast("int64")


def stands(start: Value, stop: Value, day: object) -> BooleanValue:
    """Whether a span (stop exclusive, or open) holds a day."""
    return (start <= day) & (stop.isnull() | (stop > day))


def standing(rows: Table, start: str, stop: str, months: Months) -> Table:
    """Rows for each month at whose end their span holds, with its last day and number."""
    ends = month_ends(months.first, months.last)
    return rows.join(ends, stands(rows[start], rows[stop], ends["on"]))


def lately(rows: Table, key: str, months: Months, count: int) -> Table:
    """For each of the months the keys that rows of it or of the ``count - 1`` before it have."""
    ends = month_ends(months.first, months.last)
    before = ibis.literal(months.first) - count
    rows = rows.filter(rows.month > before, rows.month <= months.last)
    rows = rows.select(key, then="month").distinct()
    joined = rows.join(ends, [rows.then > ends.month - count, rows.then <= ends.month])
    return joined.select(key, "month").distinct()


def whether(rows: Table, name: str, key: str, found: Table, its_key: str) -> Table:
    """Add whether a row's key and month are among others, none of which comes twice."""
    found = found.select(its=its_key, its_month="month", there=ibis.literal(True))
    joined = rows.left_join(found, [rows[key] == found.its, rows.month == found.its_month])
    return joined.mutate(joined.there.notnull().name(name)).drop("its", "its_month", "there")


def minutes_between(later: Value, earlier: Value) -> Value:
    """Minutes from one moment to a later one; absent when either is, or when they are swapped."""
    waited = seconds(later) - seconds(earlier)
    return only(waited >= 0, waited / 60)


def seconds(moment: Value) -> Value:
    """Whole seconds: some databases answer with fractions, and all must agree at an edge."""
    found = moment.epoch_seconds()
    return found - found % 1


def with_standard(rows: Table, step: str) -> Table:
    """Add ``standard``: the minutes that the standard of each row's day allows for a step."""
    found = table("time_standard")
    found = found.filter(found.step == step)
    found = found.select(
        found.valid_from,
        standard=found.minutes,
        until=found.valid_from.lead().over(ibis.window(order_by=found.valid_from)),
    )
    joined = rows.left_join(found, stands(found.valid_from, found.until, rows["on"]))
    return joined.drop("valid_from", "until")


def by_publisher(rows: Table, offices: frozenset[int], _months: Months) -> BooleanValue:
    """Rows that an office's own publications, networks or channels brought about."""
    return rows.office_id.isin(sorted(offices))


def by_network(rows: Table, offices: frozenset[int], months: Months) -> BooleanValue:
    """Rows of members who were in a network of the offices during the months."""
    spans = _memberships(offices)
    during = (spans.from_on <= months.end) & (spans.to_on.isnull() | (spans.to_on > months.start))
    return rows.member_id.isin(spans.filter(during).member_id)


def by_network_at_end(rows: Table, offices: frozenset[int], months: Months) -> BooleanValue:
    """Rows of members who are in a network of the offices on the last day."""
    return _in_network_on(rows, offices, months.end)


def by_network_before(rows: Table, offices: frozenset[int], months: Months) -> BooleanValue:
    """Rows of members who were in a network of the offices on the day before the months."""
    return _in_network_on(rows, offices, months.before)


def _in_network_on(rows: Table, offices: frozenset[int], day: object) -> BooleanValue:
    spans = _memberships(offices)
    then = spans.filter(stands(spans.from_on, spans.to_on, day))
    return rows.member_id.isin(then.member_id)


def _memberships(offices: frozenset[int]) -> Table:
    networks, spans = table("network"), table("network_member")
    owned = networks.filter(networks.office_id.isin(sorted(offices))).id
    return spans.filter(spans.network_id.isin(owned))


def by_nobody(_rows: Table, _offices: frozenset[int], _months: Months) -> BooleanValue:
    """Rows that no bureau owns."""
    return ibis.literal(False)
