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
    month_number,
    stands,
    within,
)
from registry.facts.schema import table
from registry.facts.spans import Months, months_back
from registry.messages.ledger_models import LIVE

CONFIRMED_MONTHS = 12
"""A record counts as confirmed for so many months."""
MERGED = "merge"
"""How a span ends whose record was merged into another one."""
MEMBERS = PLACE | {"network_type"}


def _standing(day: object, month: int) -> Table:
    rows = table("member_span")
    rows = rows.filter(stands(rows.from_on, rows.to_on, day))
    return rows.rename(province="province_code").mutate(
        ibis.literal(day, "date").name("on"), month=ibis.literal(month, "int64")
    )


def members(months: Months) -> Table:
    """Members active on the last day."""
    return _standing(months.end, months.last)


def records(months: Months) -> Table:
    """Members active on the last day, with ``confirmed``, ``busy`` and ``complete``."""
    rows, day = _standing(months.end, months.last), months.end
    known = table("member").rename(member="id")
    rows = rows.join(known, rows.member_id == known.member)
    since = months_back(day, CONFIRMED_MONTHS)
    confirmed = (rows.confirmed_on > since) & (rows.confirmed_on <= day)
    contact = rows.phone.notnull() | rows.line_id.notnull() | rows.email.notnull()
    return rows.mutate(
        confirmed=confirmed.fill_null(False),
        busy=rows.member_id.isin(_passing_on(since, day)),
        complete=contact & rows.district_code.notnull() & rows.member_id.isin(_consenting(day)),
    )


def _passing_on(since: object, day: object) -> ibis.Value:
    facts = table("dissemination")
    recent = (facts["on"] > since) & (facts["on"] <= day)
    return facts.filter(recent, facts.state.isin(LIVE)).member_id


def _consenting(day: object) -> ibis.Value:
    rows = table("consent")
    given = (rows.purpose == "registry") & stands(rows.given_on, rows.withdrawn_on, day)
    return rows.filter(given).member_id


def members_before(months: Months) -> Table:
    """Members active on the day before the months, with ``kept``: still active at their end.

    A record that was merged within the months is its survivor's: nobody was lost with it.
    """
    rows, later = _standing(months.before, months.first), table("member_span")
    merged = (rows.ends == MERGED) & (rows.to_on <= months.end)
    rows = rows.filter(~merged.fill_null(False))
    kept = later.filter(stands(later.from_on, later.to_on, months.end)).member_id
    return rows.mutate(kept=rows.member_id.isin(kept))


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
    """All districts, with ``members``: how many are active there on the last day."""
    active, known, places = _standing(months.end, months.last), table("member"), table("district")
    homes = active.join(known, active.member_id == known.id).select("district_code")
    counts = homes.group_by("district_code").agg(members=homes.count())
    rows = places.left_join(counts, places.code == counts.district_code)
    rows = rows.select("members", province="province_code", district="code")
    return rows.mutate(
        ibis.literal(months.end, "date").name("on"),
        month=ibis.literal(months.last, "int64"),
        members=rows.members.fill_null(0),
    )


MEMBERS_AT_END = Fact("members", members, MEMBERS, by_network_at_end, stock=True)
RECORDS = Fact("records", records, MEMBERS, by_network_at_end, stock=True)
MEMBERS_BEFORE = Fact("members_before", members_before, MEMBERS, by_network_before, stock=True)
ARRIVALS = Fact("arrivals", arrivals, MEMBERS, by_network)
DEPARTURES = Fact("departures", departures, MEMBERS, by_network)
DISTRICTS = Fact("districts", districts, PLACE, by_nobody, stock=True)
