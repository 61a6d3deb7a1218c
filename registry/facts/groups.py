"""Facts of networks and of channels with their audiences."""

from __future__ import annotations

import ibis
from ibis.expr.types import BooleanValue, Table

from registry.facts.fact import (
    PLACE,
    Fact,
    bits,
    by_network_at_end,
    by_publisher,
    lately,
    month_number,
    standing,
    stands,
    together,
    within,
    without,
)
from registry.facts.schema import table
from registry.facts.spans import Months
from registry.messages.ledger_models import LIVE

DORMANT_MONTHS = 6
"""A network without a publication and a dissemination for so many months is dormant."""


def _networks() -> Table:
    rows, offices = table("network"), table("office").select(home="province_code", key="id")
    rows = rows.left_join(offices, rows.office_id == offices.key).drop("key")
    rows = rows.mutate(province=ibis.coalesce(rows.province_code, rows.home))
    return rows.rename(network_type="type_code")


def networks(months: Months) -> Table:
    """Networks that stand at the end of some of the months, with the flag ``dormant``."""
    rows = standing(_networks(), "founded_on", "closed_on", months)
    alive = lately(ibis.union(_published(), _passed_on()), "network_id", months, DORMANT_MONTHS)
    rows = rows.left_join(alive, rows.id == alive.its).drop("its")
    first, beyond = ibis.literal(months.first), ibis.literal(months.last) + 1
    ripe = ibis.least(month_number(rows.founded_on) + DORMANT_MONTHS, beyond)
    old = bits(ibis.greatest(ripe, first), beyond, months)
    return rows.mutate(network=rows.id, dormant=without(old, rows.bits.coalesce(0))).drop("bits")


def _published() -> Table:
    facts, channels = table("publication"), table("channel")
    served = channels.filter(channels.network_id.notnull())
    joined = facts.join(served, facts.channel_id == served.id)
    return joined.select("network_id", "month")


def _passed_on() -> Table:
    facts, spans = table("dissemination"), table("network_member")
    facts = facts.filter(facts.state.isin(LIVE)).select("member_id", "on", "month")
    there = stands(spans.from_on, spans.to_on, facts["on"])
    joined = facts.join(spans, [facts.member_id == spans.member_id, there])
    return joined.select("network_id", "month")


def foundings(months: Months) -> Table:
    """Networks founded in the months."""
    rows = _networks()
    rows = rows.filter(within(months, rows.founded_on))
    return rows.mutate(rows.founded_on.name("on"), month=month_number(rows.founded_on))


def channels(months: Months) -> Table:
    """Channels open at the end of some of the months, with their latest ``audience`` until then.

    A member's channel counts while the member is active and lies where the member does; an
    office's lies where the office does and has the type of the network that it serves.
    """
    rows = standing(table("channel"), "opened_on", "retired_on", months)
    rows = rows.rename(channel_kind="kind")
    rows = ibis.union(_of_members(rows, months), _of_offices(rows))
    counts = _standing_beside(_counts(), "since", "until", months)
    joined = rows.left_join(counts, rows.id == counts.its)
    rows = together(joined).drop("its")
    return rows.mutate(counted=rows.audience.notnull())


def _counts() -> Table:
    """What each channel counted, from when to when; absent before it first did."""
    counts = table("audience_count")
    known = counts.select(
        "audience",
        its="channel_id",
        since="on",
        until=counts["on"].lead().over(group_by=counts.channel_id, order_by=counts["on"]),
    )
    before = counts.group_by(its="channel_id").agg(until=counts["on"].min())
    before = before.select(
        its="its", until="until", since=ibis.date("0001-01-01"), audience=ibis.null("int64")
    )
    return ibis.union(known, before.select(known.columns))


_OF_CHANNEL = ("id", "channel_kind", "member_id", "office_id", "begins", "until")


def _of_members(rows: Table, months: Months) -> Table:
    spans = _standing_beside(table("member_span"), "from_on", "to_on", months)
    spans = spans.select(
        "its_begins", "its_until", "network_type", who="member_id", province="province_code"
    )
    joined = together(rows.join(spans, rows.member_id == spans.who))
    return joined.select(*_OF_CHANNEL, "province", "network_type")


def _standing_beside(rows: Table, start: str, stop: str, months: Months) -> Table:
    rows = standing(rows.rename(its_start=start, its_stop=stop), "its_start", "its_stop", months)
    return rows.rename(its_begins="begins", its_until="until").drop("its_start", "its_stop")


def _of_offices(rows: Table) -> Table:
    offices = table("office").select(key="id", province="province_code")
    served = table("network").select(served="id", network_type="type_code")
    joined = rows.join(offices, rows.office_id == offices.key)
    joined = joined.left_join(served, joined.network_id == served.served)
    return joined.select(*_OF_CHANNEL, "province", "network_type")


def _channel_owned(rows: Table, offices: frozenset[int], months: Months) -> BooleanValue:
    return by_publisher(rows, offices, months) | by_network_at_end(rows, offices, months)


NETWORKS = Fact(
    "networks",
    networks,
    PLACE | {"network_type", "office"},
    by_publisher,
    stock=True,
    steady=True,
    flags=("dormant",),
    by_office=True,
)
FOUNDINGS = Fact(
    "foundings", foundings, PLACE | {"network_type", "office"}, by_publisher, by_office=True
)
CHANNELS = Fact(
    "channels",
    channels,
    PLACE | {"network_type", "channel_kind"},
    _channel_owned,
    stock=True,
    steady=True,
    codes=("counted",),
    by_office=True,
)
