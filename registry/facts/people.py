"""Facts of members: who stood, came and left, and which districts they cover."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from registry.facts.fact import (
    PLACE,
    Fact,
    by_network,
    by_network_at_end,
    by_network_before,
    by_nobody,
    lately,
    month_number,
    standing,
    stands,
    whether,
    within,
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
    """Members active on the last day of each month."""
    rows = standing(table("member_span"), "from_on", "to_on", months)
    return rows.rename(province="province_code")


def records(months: Months) -> Table:
    """Members active on the last day of each month, with ``confirmed``, ``busy``, ``complete``."""
    rows, known = members(months), table("member").rename(member="id")
    rows = rows.join(known, rows.member_id == known.member)
    rows = whether(rows, "busy", "member_id", _passing_on(months), "member_id")
    rows = whether(rows, "consenting", "member_id", _consenting(months), "member_id")
    recent = month_number(rows.confirmed_on) > rows.month - CONFIRMED_MONTHS
    contact = rows.phone.notnull() | rows.line_id.notnull() | rows.email.notnull()
    return rows.mutate(
        confirmed=(recent & (rows.confirmed_on <= rows["on"])).fill_null(False),
        complete=contact & rows.district_code.notnull() & rows.consenting,
    )


def _passing_on(months: Months) -> Table:
    facts = table("dissemination")
    return lately(facts.filter(facts.state.isin(LIVE)), "member_id", months, CONFIRMED_MONTHS)


def _consenting(months: Months) -> Table:
    rows = table("consent")
    rows = rows.filter(rows.purpose == "registry")
    given = standing(rows, "given_on", "withdrawn_on", months)
    return given.select("member_id", "month").distinct()


def members_before(months: Months) -> Table:
    """Members active on the day before the months, with ``kept``: still active at their end.

    A record that was merged within the months is its survivor's: nobody was lost with it.
    """
    rows, later = table("member_span"), table("member_span")
    rows = rows.filter(stands(rows.from_on, rows.to_on, months.before))
    merged = (rows.ends == MERGED) & (rows.to_on <= months.end)
    rows = rows.filter(~merged.fill_null(False))
    kept = later.filter(stands(later.from_on, later.to_on, months.end)).member_id
    return rows.rename(province="province_code").mutate(
        ibis.literal(months.before, "date").name("on"),
        month=ibis.literal(months.first, "int64"),
        kept=rows.member_id.isin(kept),
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
    homes = active.join(known, active.member_id == known.id).select("district_code", "month")
    counts = homes.group_by(home="district_code", then="month").agg(members=homes.count())
    every = places.cross_join(month_ends(months.first, months.last))
    rows = every.left_join(counts, [every.code == counts.home, every.month == counts.then])
    rows = rows.select("on", "month", "members", province="province_code", district="code")
    return rows.mutate(members=rows.members.fill_null(0))


MEMBERS_AT_END = Fact("members", members, MEMBERS, by_network_at_end, stock=True)
RECORDS = Fact("records", records, MEMBERS, by_network_at_end, stock=True)
MEMBERS_BEFORE = Fact(
    "members_before", members_before, MEMBERS, by_network_before, stock=True, cohort=True
)
ARRIVALS = Fact("arrivals", arrivals, MEMBERS, by_network)
DEPARTURES = Fact("departures", departures, MEMBERS, by_network)
DISTRICTS = Fact("districts", districts, PLACE, by_nobody, stock=True)
