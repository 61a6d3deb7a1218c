"""What a fact is: rows of a span of months, each with its place, kinds and contributions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ibis
from ibis.expr.types import BooleanValue, Table, Value

from registry.facts.histograms import EDGES
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
        steady: a stock whose rows come once for all the months that they stand, with ``begins``
            and ``until`` in place of ``on`` and ``month``; see :func:`standing`.
        codes: columns of few values on which all conditions of its components rest.
        coded: adds those codes that its rows do not carry: only rows that are gathered by them
            need them, and databases that write each column out wherever it is named choke on them.
        flags: of a steady stock, columns that say by their bits in which months something holds.
        cohort: what stood before the months and is followed to their end, not month by month.
        open: which rows the clock may change although nobody does; its rows also carry ``now``,
            the epoch second at which the cut's today begins.
        pair: of a fact of the ledger, what its rows change together with; see
            :mod:`registry.facts.touched`.  What else changes a fact marks whole partitions.
        plain: the rows without what other rows decide, enough for what is counted once.
        by_office: placed by an office; one without a province lies in the zone of the office.
    """

    name: str
    rows: Callable[..., Table]
    dimensions: frozenset[str]
    owned: Owned
    stock: bool = False
    steady: bool = False
    codes: tuple[str, ...] = ()
    coded: Callable[[Table], Table] = lambda rows: rows
    flags: tuple[str, ...] = ()
    cohort: bool = False
    pair: str = ""
    plain: Callable[..., Table] | None = None
    by_office: bool = False
    open: Callable[[Table], BooleanValue] | None = None


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
    """Rows that stand at the end of some of the months: from ``begins`` to before ``until``.

    Both are numbers of months, the first one's and that after the last at the outermost, so that
    few different ones are left.  What stops in the month in which it starts never stands.
    """
    started, stopped = rows[start], rows[stop]
    rows = rows.filter(started <= months.end, stopped.isnull() | (stopped > months.first_end))
    begins = (started <= months.first_end).ifelse(months.first, month_number(started))
    lasting = stopped.isnull() | (stopped > months.end)
    until = lasting.ifelse(ibis.literal(months.last) + 1, month_number(stopped))
    rows = rows.mutate(begins=begins, until=until)
    return rows.filter(rows.begins < rows.until)


def together(joined: Table) -> Table:
    """Of a join with rows that stood ``its_begins`` to ``its_until``: while both stood.

    Where there is no other row, for as long as the one stood.
    """
    joined = joined.mutate(
        begins=ibis.greatest(joined.begins, joined.its_begins.coalesce(joined.begins)),
        until=ibis.least(joined.until, joined.its_until.coalesce(joined.until)),
    )
    return joined.filter(joined.begins < joined.until).drop("its_begins", "its_until")


def at_month_ends(rows: Table, months: Months, flags: Sequence[str] = ()) -> Table:
    """A row for each month at whose end one stands, with its number and its last day.

    Args:
        flags: columns whose bits say in which of the months something holds; see :func:`bits`.
    """
    ends = month_ends(months.first, months.last)
    rows = rows.join(ends, [rows.begins <= ends.month, ends.month < rows.until])
    there = {name: (rows[name] & _bit(rows.month, months)) != 0 for name in flags}
    return rows.drop("begins", "until").mutate(**there)


def bits(begins: Value, until: Value, months: Months) -> Value:
    """The months from one to before another as bits of a number: that of the first month is 1."""
    return _bit(until, months) - _bit(begins, months)


def without(some: Value, others: Value) -> Value:
    """The bits of a number that others do not have."""
    return some - (some & others)


def _bit(month: Value, months: Months) -> Value:
    place = (month - ibis.literal(months.first)).cast("int32")
    return ibis.literal(1).cast("int64") << place


def standing_bits(rows: Table, key: str, months: Months) -> Table:
    """For each key (``its``) the ``bits`` of the months at whose ends some of its rows stand.

    Rows that stand at once are parted first, so that no month is added up twice.
    """
    earlier = ibis.window(group_by=rows[key], order_by=[rows.begins, rows.until], rows=(None, -1))
    taken = rows.until.max().over(earlier)
    rows = rows.mutate(begins=ibis.greatest(rows.begins, taken.coalesce(rows.begins)))
    rows = rows.filter(rows.begins < rows.until)
    found = bits(rows.begins, rows.until, months)
    return rows.group_by(its=key).agg(bits=found.sum().cast("!int64"))


def lately(rows: Table, key: str, months: Months, count: int) -> Table:
    """For each key (``its``) the ``bits`` of months that have rows, or had some ``count`` ago.

    Rows of a month are shown in it and in the ``count - 1`` that follow.
    """
    early = ibis.literal(months.first) - (count - 1)
    rows = rows.filter(rows.month >= early, rows.month <= months.last)
    rows = rows.select(its=key, then="month").distinct()
    place = (rows.then - early).cast("int32")
    found = rows.group_by("its").agg(
        bits=(ibis.literal(1).cast("int64") << place).sum().cast("!int64")
    )
    width = 1
    while width < count:  # each round shows every month in as many again that follow
        step = min(width, count - width)
        found = found.mutate(bits=found.bits | (found.bits >> step))
        width += step
    return found


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


SPAN, IN_TIME = "_span", "_in_time"
"""Ends of the names of columns that tell of a duration: its bucket, and if it kept the standard."""


def with_spans(rows: Table, *names: str) -> Table:
    """Add of durations in minutes the lower edge of their bucket, and if they kept ``standard``.

    Both are absent where the duration is; one below all buckets has the edge -1.
    """
    spans = {name + SPAN: _span(rows[name]) for name in names}
    return rows.mutate(**spans, **{name + IN_TIME: rows[name] <= rows.standard for name in names})


def _span(minutes: Value) -> Value:
    bounds = zip((-1, *EDGES), EDGES, strict=False)
    known = [(minutes < above, low) for low, above in bounds]
    return ibis.cases(*known, (minutes >= EDGES[-1], EDGES[-1]))


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
