"""Which sealed figures answer a question: only whole cuts that someone may see were sealed."""

from __future__ import annotations

from registry.access.scope import Scope
from registry.facts.cuts import Cut
from registry.geography.queries import province_zones
from registry.periods.calendar import Run


def sealed_cut(scope: Scope, cut: Cut, period: Run) -> str | None:
    """The sealed cut that a question asks for, or None where none was sealed.

    Sealed are the whole and each zone, province, channel kind and network type, on the map of
    their day.  Someone who sees a part of the country gets the cut that *is* that part, or one
    inside it; never one that holds more.
    """
    if cut.as_of == "now" or len(cut.where) > 1 or scope.network_offices:
        return None
    if not cut.where:
        return "" if scope.everything else _place(scope, period)
    name, values = cut.where[0]
    if len(values) != 1 or name not in SEALED:
        return None
    inside = scope.everything or (name == "province" and values[0] in scope.provinces)
    if not inside and name == "zone":
        inside = _place(scope, period) == f"zone={values[0]}"
    return f"{name}={values[0]}" if inside else None


SEALED = ("zone", "province", "channel_kind", "network_type")


def _place(scope: Scope, period: Run) -> str | None:
    """The province, or the zone of the period's last day, that a scope is made of."""
    if len(scope.provinces) == 1:
        return f"province={next(iter(scope.provinces))}"
    zones = province_zones(period.end)
    for zone in set(zones.values()):
        if scope.provinces == {code for code, of in zones.items() if of == zone}:
            return f"zone={zone}"
    return None
