"""How a figure is cut: by which dimensions, limited to what, on which map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registry.errors import Refused
from registry.periods.calendar import to_bangkok_date, utc_now

DIMENSIONS = {
    "zone": _l("Zone"),
    "province": _l("Province"),
    "network_type": _l("Network type"),
    "channel_kind": _l("Channel kind"),
    "message_kind": _l("Message kind"),
    "topic": _l("Topic"),
    "office": _l("Office"),
    "message": _l("Key message"),
    "month": _l("Month"),
    "weekday": _l("Weekday"),
    "hour": _l("Hour of the day"),
}
OFFICES_CHANNEL = _l("Kind of the office's channel")
MEMBERS_CHANNEL = _l("Kind of the members' channel")
CHANNEL_OF = {
    "publications": OFFICES_CHANNEL,
    "recipients": OFFICES_CHANNEL,
    "noticed": OFFICES_CHANNEL,
    "disseminations": MEMBERS_CHANNEL,
}
"""Whose channel a fact knows: a message comes by the office's and goes on by the members'."""
NUMBERS = frozenset({"zone", "message", "month", "weekday", "hour", "network"})
"""Dimensions whose values are whole numbers."""

AsOf = Literal["then", "now"]
Value = str | int | None
Cell = tuple[Value, ...]
LONGEST = 200
"""Letters that a limit of a figure may have."""


@dataclass(frozen=True)
class Cut:
    """A question about facts, apart from which measure and which months.

    Attributes:
        by: dimensions for which each value gets its own cell.
        where: limits, ``(dimension, values)``; sorted, so that equal cuts are equal keys.
        as_of: zones by the map of the fact's day (``then``) or by that of ``today`` (``now``).
    """

    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[Value, ...]], ...] = ()
    as_of: AsOf = "then"
    today: date = field(default_factory=lambda: to_bangkok_date(utc_now()))

    @property
    def needs(self) -> frozenset[str]:
        """Every dimension that it asks for."""
        return frozenset(self.by) | {name for name, _values in self.where}

    @property
    def by_month(self) -> bool:
        """Whether each month gets its own cell."""
        return "month" in self.by


def cut(
    by: Iterable[str] = (),
    where: Mapping[str, object] | None = None,
    as_of: str = "then",
    today: date | None = None,
) -> Cut:
    """Make a cut from names and values that people wrote.

    Raises:
        Refused: there is no such dimension or map, or a value is not of its kind.
    """
    if as_of not in ("then", "now"):
        raise Refused(_("“%(text)s” is not a map: choose “then” (as it was) or “now”.", text=as_of))
    limits = tuple(sorted((name, _values(name, given)) for name, given in (where or {}).items()))
    names = tuple(dict.fromkeys(_known(name) for name in by))
    days = {} if today is None else {"today": today}
    return Cut(names, limits, "now" if as_of == "now" else "then", **days)


def _known(name: str) -> str:
    if name not in DIMENSIONS:
        raise Refused(
            _(
                "“%(name)s” is not a dimension; there are: %(names)s.",
                name=name[:40],
                names=", ".join(DIMENSIONS),
            )
        )
    return name


def _values(name: str, given: object) -> tuple[Value, ...]:
    _known(name)
    values = given if isinstance(given, (list, tuple, set, frozenset)) else [given]
    return tuple(sorted((_value(name, value) for value in values), key=str))


def _value(name: str, value: object) -> Value:
    if value is None:
        return None
    text = str(value)
    if name not in NUMBERS and text.isprintable() and len(text) <= LONGEST:
        return text
    if name not in NUMBERS or not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Refused(_("“%(value)s” is not a value of %(name)s.", value=text[:40], name=name))
    return int(text)
