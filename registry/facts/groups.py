"""Facts of networks and of channels with their audiences."""

from __future__ import annotations

import ibis
from ibis.expr.types import BooleanValue, Table, Value

from registry.facts.fact import (
    PLACE,
    Fact,
    by_network_at_end,
    by_publisher,
    month_number,
    stands,
    within,
)
from registry.facts.schema import table
from registry.facts.spans import Months, months_back
from registry.messages.ledger_models import LIVE

DORMANT_MONTHS = 6
"""A network without a publication and a dissemination for so many months is dormant."""


def _networks() -> Table:
    rows, offices = table("network"), table("office").select(home="province_code", key="id")
    rows = rows.left_join(offices, rows.office_id == offices.key).drop("key")
    rows = rows.mutate(province=ibis.coalesce(rows.province_code, rows.home))
    return rows.rename(network_type="type_code")


def networks(months: Months) -> Table:
    """Networks that stand on the last day, with ``dormant``."""
    rows, day = _networks(), months.end
    rows = rows.filter(stands(rows.founded_on, rows.closed_on, day))
    since = months_back(day, DORMANT_MONTHS)
    busy = rows.id.isin(_published(since, day)) | rows.id.isin(_passed_on(since, day))
    return rows.mutate(
        ibis.literal(day, "date").name("on"),
        month=ibis.literal(months.last, "int64"),
        dormant=(rows.founded_on <= since) & ~busy,
    )


def _published(since: object, day: object) -> Value:
    facts, channels = table("publication"), table("channel")
    recent = facts.filter(facts["on"] > since, facts["on"] <= day).channel_id
    return channels.filter(channels.network_id.notnull(), channels.id.isin(recent)).network_id


def _passed_on(since: object, day: object) -> Value:
    facts, spans = table("dissemination"), table("network_member")
    facts = facts.filter(facts["on"] > since, facts["on"] <= day, facts.state.isin(LIVE))
    facts = facts.select("member_id", "on")
    there = stands(spans.from_on, spans.to_on, facts["on"])
    return facts.join(spans, [facts.member_id == spans.member_id, there]).network_id


def foundings(months: Months) -> Table:
    """Networks founded in the months."""
    rows = _networks()
    rows = rows.filter(within(months, rows.founded_on))
    return rows.mutate(rows.founded_on.name("on"), month=month_number(rows.founded_on))


def channels(months: Months) -> Table:
    """Channels open on the last day with their latest ``audience`` on or before it.

    A member's channel counts while the member is active and lies where the member does; an
    office's lies where the office does and has the type of the network that it serves.
    """
    rows, day = table("channel"), months.end
    rows = rows.filter(stands(rows.opened_on, rows.retired_on, day)).rename(channel_kind="kind")
    rows = ibis.union(_of_members(rows, day), _of_offices(rows))
    counted = _audiences(day)
    rows = rows.left_join(counted, rows.id == counted.channel_id).drop("channel_id")
    return rows.mutate(
        ibis.literal(day, "date").name("on"), month=ibis.literal(months.last, "int64")
    )


def _of_members(rows: Table, day: object) -> Table:
    spans = table("member_span")
    spans = spans.filter(stands(spans.from_on, spans.to_on, day))
    spans = spans.select("network_type", who="member_id", province="province_code")
    joined = rows.join(spans, rows.member_id == spans.who)
    return joined.select("id", "channel_kind", "member_id", "office_id", "province", "network_type")


def _of_offices(rows: Table) -> Table:
    offices = table("office").select(key="id", province="province_code")
    served = table("network").select(served="id", network_type="type_code")
    joined = rows.join(offices, rows.office_id == offices.key)
    joined = joined.left_join(served, joined.network_id == served.served)
    return joined.select("id", "channel_kind", "member_id", "office_id", "province", "network_type")


def _audiences(day: object) -> Table:
    rows = table("audience_count")
    rows = rows.filter(rows["on"] <= day)
    order = ibis.window(group_by=rows.channel_id, order_by=rows["on"].desc())
    rows = rows.mutate(place=ibis.row_number().over(order))
    return rows.filter(rows.place == 0).select("channel_id", "audience")


def _channel_owned(rows: Table, offices: frozenset[int], months: Months) -> BooleanValue:
    return by_publisher(rows, offices, months) | by_network_at_end(rows, offices, months)


NETWORKS = Fact(
    "networks",
    networks,
    PLACE | {"network_type", "office"},
    by_publisher,
    stock=True,
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
    by_office=True,
)
