"""Where a figure is about: the zone of a row, and what lies within a scope."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
from ibis.expr.types import BooleanValue, Table, TimestampValue, Value
from sqlalchemy import select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.db import db
from registry.facts.cuts import Cut
from registry.facts.fact import Fact, only, seconds, stands
from registry.facts.schema import table
from registry.facts.spans import Months
from registry.members.queries import whole_zones

THAI_OFFSET = 7 * 3600
"""Seconds by which Thailand is ahead of UTC, all year round."""


@dataclass(frozen=True)
class Limit:
    """A scope as facts know it.

    Provinces limit the facts of members to those whose province of the day lies inside, and the
    facts of offices to the offices there; a regional office counts as inside when all provinces
    of its zone (of today) are.  Bureaus see what their own publications, networks and channels
    brought about, wherever it was.
    """

    everything: bool
    provinces: tuple[str, ...] = ()
    offices_inside: frozenset[int] = frozenset()
    bureaus: frozenset[int] = frozenset()


def limit_of(scope: Scope) -> Limit:
    """The limit that a scope means today."""
    if scope.everything:
        return Limit(True)
    inside = _offices_inside(scope) if scope.provinces else frozenset()
    return Limit(False, tuple(sorted(scope.provinces)), inside, scope.network_offices)


def _offices_inside(scope: Scope) -> frozenset[int]:
    here = Office.province_code.in_(sorted(scope.provinces))
    regional = Office.province_code.is_(None) & Office.zone_code.in_(sorted(whole_zones(scope)))
    return frozenset(db.session.scalars(select(Office.id).where(here | regional)))


def limited(fact: Fact, rows: Table, months: Months, limit: Limit) -> Table:
    """The rows that lie within a limit."""
    if limit.everything:
        return rows
    inside: BooleanValue = rows.province.isin(limit.provinces)
    if fact.by_office and limit.offices_inside:
        inside = inside | rows.office_id.isin(sorted(limit.offices_inside))
    if limit.bureaus:
        inside = inside | fact.owned(rows, limit.bureaus, months)
    return rows.filter(inside.fill_null(False))


def stamped(fact: Fact, rows: Table, cut: Cut) -> Table:
    """Add the columns of the dimensions that a cut needs and that rows do not carry."""
    needs = cut.needs
    if "office" in needs or ("zone" in needs and fact.by_office):
        rows = _with_office(rows)
    if "zone" in needs:
        rows = _with_zone(fact, rows, cut)
    if "message" in needs:
        rows = rows.mutate(message=rows.message_id)
    if "topic" in needs:
        topics = table("key_message").select("topic", key="id")
        rows = rows.left_join(topics, rows.message_id == topics.key).drop("key")
    if "weekday" in needs:
        rows = rows.mutate(weekday=rows["on"].day_of_week.index())
    if "hour" in needs:
        rows = rows.mutate(hour=only(rows.time_known, _hour(rows["at"])))
    return rows


def _hour(moment: TimestampValue) -> Value:
    """The hour in Thailand; moments are kept in UTC."""
    return ((seconds(moment) + THAI_OFFSET) / 3600).floor().cast("int64") % 24


def _with_office(rows: Table) -> Table:
    offices = table("office").select(key="id", office="code", office_zone="zone_code")
    return rows.left_join(offices, rows.office_id == offices.key).drop("key")


def _with_zone(fact: Fact, rows: Table, cut: Cut) -> Table:
    zones = table("province_zone")
    if cut.as_of == "now":
        zones = zones.filter(stands(zones.valid_from, zones.valid_to, cut.today))
    zones = zones.select("valid_from", "valid_to", place="province_code", zone="zone_code")
    matches = [rows.province == zones.place]
    if cut.as_of == "then":
        matches.append(stands(zones.valid_from, zones.valid_to, rows["on"]))
    joined = rows.left_join(zones, matches).drop("place", "valid_from", "valid_to")
    if fact.by_office:
        joined = joined.mutate(zone=ibis.coalesce(joined.zone, joined.office_zone))
    return joined


def filtered(rows: Table, cut: Cut) -> Table:
    """The rows that a cut's limits leave."""
    for name, values in cut.where:
        known = [value for value in values if value is not None]
        kept = rows[name].isin(known) if known else ibis.literal(False)
        rows = rows.filter((kept | rows[name].isnull()) if None in values else kept)
    return rows
