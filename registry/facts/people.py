"""Facts of members: who stood, came and left, and which districts they cover."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table, Value

from registry.facts.fact import (
    PLACE,
    Fact,
    at_month_ends,
    bits,
    by_network,
    by_network_at_end,
    by_network_before,
    by_nobody,
    lately,
    month_number,
    one,
    standing,
    standing_bits,
    stands,
    within,
    without,
)
from registry.facts.schema import month_ends, table
from registry.facts.spans import Months
from registry.messages.ledger_models import LIVE

CONFIRMED_MONTHS = 12
"""A record counts as confirmed for so many months."""
MERGED = "merge"
"""How a span ends whose record was merged into another one."""
MEMBERS = PLACE | {"network_type"}


def members(months: Months) -> Table:
    """Spans of members who are active at the end of some of the months."""
    rows = standing(table("member_span"), "from_on", "to_on", months)
    return rows.rename(province="province_code")


def records(months: Months) -> Table:
    """The same with the flags ``confirmed``, ``stale`` and ``complete``."""
    rows, known = members(months), table("member").rename(member="id")
    rows = rows.join(known, rows.member_id == known.member)
    rows = _with_bits(rows, "busy", _passing_on(months))
    rows = _with_bits(rows, "consenting", _consenting(months))
    contact = rows.phone.notnull() | rows.line_id.notnull() | rows.email.notnull()
    rows = rows.mutate(
        confirmed=_confirmed(rows, months),
        complete=one(contact & rows.district_code.notnull()) * rows.consenting,
    )
    every = bits(ibis.literal(months.first), ibis.literal(months.last) + 1, months)
    return rows.mutate(stale=without(every, rows.confirmed | rows.busy))


def _with_bits(rows: Table, name: str, found: Table) -> Table:
    found = found.select(its="its", found="bits")
    joined = rows.left_join(found, rows.member_id == found.its)
    return joined.mutate(joined.found.coalesce(0).name(name)).drop("its", "found")


def _confirmed(rows: Table, months: Months) -> Value:
    """The bits of the months in which the confirmation of a record was of the last year."""
    month = month_number(rows.confirmed_on)
    first, beyond = ibis.literal(months.first), ibis.literal(months.last) + 1
    begins = ibis.least(ibis.greatest(month, first), beyond)
    until = ibis.least(ibis.greatest(month + CONFIRMED_MONTHS, first), beyond)
    return bits(begins, until, months).coalesce(0)


def _passing_on(months: Months) -> Table:
    facts = table("dissemination")
    return lately(facts.filter(facts.state.isin(LIVE)), "member_id", months, CONFIRMED_MONTHS)


def _consenting(months: Months) -> Table:
    rows = table("consent")
    rows = rows.filter(rows.purpose == "registry")
    rows = standing(rows, "given_on", "withdrawn_on", months)
    return standing_bits(rows, "member_id", months)


def members_before(months: Months) -> Table:
    """Members active on the day before the months, with ``kept``: still active at their end.

    A record that was merged within the months is its survivor's: nobody was lost with it.
    """
    rows, later = table("member_span"), table("member_span")
    rows = rows.filter(stands(rows.from_on, rows.to_on, months.before))
    merged = (rows.ends == MERGED) & (rows.to_on <= months.end)
    rows = rows.filter(~merged.fill_null(False))
    stays = rows.to_on.isnull() | (rows.to_on > months.end)
    back = later.filter(later.from_on > months.before)
    back = back.filter(stands(back.from_on, back.to_on, months.end)).member_id
    return rows.rename(province="province_code").mutate(
        ibis.literal(months.before, "date").name("on"),
        month=ibis.literal(months.first, "int64"),
        kept=stays | rows.member_id.isin(back),
    )


def _moves(months: Months, day: str) -> Table:
    rows = table("member_span").rename(province="province_code")
    rows = rows.filter(within(months, rows[day]))
    return rows.mutate(rows[day].name("on"), month=month_number(rows[day]))


def arrivals(months: Months) -> Table:
    """Spans that begin in the months; ``starts`` tells why."""
    return _moves(months, "from_on")


def departures(months: Months) -> Table:
    """Spans that end in the months; ``ends`` tells why."""
    return _moves(months, "to_on")


def districts(months: Months) -> Table:
    """All districts at the end of each month, with ``members``: how many active live there."""
    active, known, places = members(months), table("member"), table("district")
    homes = active.join(known, active.member_id == known.id)
    some = homes.group_by("district_code", "begins", "until").agg(members=homes.count())
    some = at_month_ends(some, months)
    counts = some.group_by(home="district_code", then="month").agg(members=some.members.sum())
    every = places.cross_join(month_ends(months.first, months.last))
    rows = every.left_join(counts, [every.code == counts.home, every.month == counts.then])
    rows = rows.select("on", "month", "members", province="province_code", district="code")
    return rows.mutate(members=rows.members.fill_null(0))


MEMBERS_AT_END = Fact("members", members, MEMBERS, by_network_at_end, stock=True, steady=True)
RECORDS = Fact(
    "records",
    records,
    MEMBERS,
    by_network_at_end,
    stock=True,
    steady=True,
    flags=("confirmed", "stale", "complete"),
)
MEMBERS_BEFORE = Fact(
    "members_before", members_before, MEMBERS, by_network_before, stock=True, cohort=True
)
ARRIVALS = Fact("arrivals", arrivals, MEMBERS, by_network)
DEPARTURES = Fact("departures", departures, MEMBERS, by_network)
DISTRICTS = Fact("districts", districts, PLACE, by_nobody, stock=True)
