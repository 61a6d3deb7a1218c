"""Reading a question about figures from an address or a command line, and checking it.

Whatever does not exist and whatever lies outside the asker's scope get the same sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.scope import Scope
from registry.db import db
from registry.errors import Refused
from registry.facts.cuts import DIMENSIONS, Cut, Value, cut
from registry.facts.labels import names
from registry.facts.spans import Months
from registry.geography.models import ProvinceZone
from registry.periods.calendar import Period

LIMITS = ("zone", "province", "network_type", "channel_kind", "message_kind", "topic", "office")
"""Dimensions by which a question may be limited."""


@dataclass(frozen=True)
class Asked:
    """A checked question: a period and a cut."""

    period: Period
    cut: Cut

    @property
    def months(self) -> Months:
        """The months of the period."""
        return Months.of(self.period)


def asked(scope: Scope, args: Mapping[str, str], today: date, by: tuple[str, ...] = ()) -> Asked:
    """Check a question.

    Args:
        args: ``period``, ``as_of`` and any of ``LIMITS``; others are not looked at.

    Raises:
        Refused: one sentence; for a place outside the scope the same as for one that is not.
    """
    period = Period.parse(args.get("period", "").strip().upper())
    if period.start > today:
        raise Refused(_("The period %(code)s has not begun yet.", code=period.code))
    where = {name: args[name] for name in LIMITS if args.get(name)}
    question = cut(by, where, args.get("as_of") or "then", today)
    for name, values in question.where:
        for value in values:
            _check(scope, name, value)
    return Asked(period, question)


def _check(scope: Scope, name: str, value: Value) -> None:
    known = values_of(scope, name)
    if known is not None and value not in known:
        raise Refused(
            _(
                "%(dimension)s “%(value)s” does not exist or lies outside your area; "
                "choose another one.",
                dimension=DIMENSIONS[name],
                value=str(value)[:40],
            )
        )


def values_of(scope: Scope, name: str) -> frozenset[Value] | None:
    """Values that someone may choose; None where any text may stand (topics)."""
    if name == "topic":
        return None
    if scope.everything or scope.network_offices or name not in ("zone", "province"):
        return frozenset(names(name))
    if name == "province":
        return frozenset(scope.provinces)
    inside = ProvinceZone.province_code.in_(sorted(scope.provinces))
    return frozenset(db.session.scalars(select(ProvinceZone.zone_code).where(inside)))
