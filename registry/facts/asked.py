"""Reading a question about figures from an address or a command line, and checking it.

Whatever does not exist and whatever lies outside the asker's scope get the same sentence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from registry.access.scope import Scope
from registry.db import db
from registry.errors import Refused
from registry.facts.cuts import DIMENSIONS, Cut, Value, cut
from registry.facts.labels import names
from registry.facts.spans import Months
from registry.geography.models import ProvinceZone
from registry.messages.models import OUT, KeyMessage, Publication
from registry.messages.visibility import message_within
from registry.periods.calendar import Period, month_of

LIMITS = (
    *("zone", "province", "network_type", "channel_kind", "message_kind", "topic", "office"),
    "message",
)
"""Dimensions by which a question may be limited."""


@dataclass(frozen=True)
class Asked:
    """A checked question: a period and a cut.

    Attributes:
        life: every month of one message since it came out, where no period was named; the
            period is then the month in which it came out.
    """

    period: Period
    cut: Cut
    life: Months | None = None

    @property
    def months(self) -> Months:
        """The months of the period, or of the message's life."""
        return self.life or Months.of(self.period)

    @property
    def code(self) -> str:
        """The period as operators write it; of a message's life its first and last month."""
        if self.life is None:
            return self.period.code
        return f"{Period(self.life.first).code}--{Period(self.life.last).code}"

    def label(self, language: str) -> str:
        """The period as people read it."""
        if self.life is None:
            return self.period.label(language)
        first, last = (Period(month).label(language) for month in (self.life.first, self.life.last))
        return first if first == last else f"{first} – {last}"


def asked(scope: Scope, args: Mapping[str, str], today: date, by: tuple[str, ...] = ()) -> Asked:
    """Check a question.

    Args:
        args: ``period``, ``as_of`` and any of ``LIMITS``; others are not looked at.  A question
            about one message needs no period: it is then about all months since it came out.

    Raises:
        Refused: one sentence; for a place outside the scope the same as for one that is not.
    """
    where = {name: args[name] for name in LIMITS if args.get(name)}
    question = cut(by, where, args.get("as_of") or "then", today)
    for name, values in question.where:
        for value in values:
            _check(scope, name, value)
    text = args.get("period", "").strip().upper()
    if not text and "message" in where:
        life = life_of(scope, dict(question.where)["message"], today)
        return Asked(Period(life.first), question, life)
    period = Period.parse(text)
    if period.start > today:
        raise Refused(_("The period %(code)s has not begun yet.", code=period.code))
    return Asked(period, question)


def life_of(scope: Scope, messages: Collection[Value], today: date) -> Months:
    """The months from the first publication of some messages to this one."""
    first = select(func.min(Publication.month)).where(
        Publication.message_id.in_(_published(scope).where(KeyMessage.id.in_(messages)))
    )
    last = month_of(today)
    return Months(min(db.session.scalar(first) or last, last), last)


def _published(scope: Scope) -> Select[int]:
    """Messages that have left the house, as far as the scope sees."""
    return select(KeyMessage.id).where(message_within(scope), KeyMessage.state.in_(sorted(OUT)))


def _is_there(scope: Scope, name: str, value: Value) -> bool:
    if name == "message":
        return db.session.scalar(_published(scope).where(KeyMessage.id == value)) is not None
    known = values_of(scope, name)
    return known is None or value in known


def _check(scope: Scope, name: str, value: Value) -> None:
    if not _is_there(scope, name, value):
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
