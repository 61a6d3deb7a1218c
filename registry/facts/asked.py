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
from registry.facts.asked_period import period_of
from registry.facts.cuts import DIMENSIONS, Cut, Value, cut
from registry.facts.labels import names
from registry.facts.spans import Months
from registry.geography.models import ProvinceZone
from registry.messages.models import OUT, KeyMessage, Publication
from registry.messages.visibility import message_within
from registry.periods.calendar import Period, Run, month_of
from registry.periods.relative import RELATIVE_NAMES, Relative

LIMITS = (
    *("zone", "province", "network_type", "channel_kind", "message_kind", "topic", "office"),
    *("message", "weekday", "hour"),
)
"""Dimensions by which a question may be limited."""
SINGLE = frozenset({"topic", "message"})
"""Limits of one value; the others may be given several, with commas between them."""


@dataclass(frozen=True)
class Asked:
    """A checked question: a period and a cut.

    Attributes:
        life: every month of one message since it came out, where no period was named; the
            period is then the month in which it came out.
        word: the relative word by which the period was asked for, if any.
        ranged: whether it was asked for by its first and last month.
    """

    period: Run
    cut: Cut
    life: Months | None = None
    word: Relative | None = None
    ranged: bool = False

    @property
    def relative(self) -> Relative | None:
        """The word for the period, if it was asked for by one and still means the same."""
        same = self.word is not None and self.word.on(self.cut.today) == self.period
        return self.word if same else None

    @property
    def months(self) -> Months:
        """The months of the period, or of the message's life."""
        return self.life or Months(self.period.first_month, self.period.last_month)

    @property
    def written(self) -> dict[str, str]:
        """The parameters that name the period in an address: a relative one stays relative."""
        if self.life is not None:
            return {}
        if self.relative:
            return {"period": self.relative.value}
        if isinstance(self.period, Period) and not self.ranged:
            return {"period": self.period.code}
        first, last = (Period(month) for month in (self.period.first_month, self.period.last_month))
        return {"from": first.code, "to": last.code}

    @property
    def code(self) -> str:
        """The period as operators write it; of a message's life its first and last month."""
        return self.period.code if self.life is None else _run(self.life).code

    def label(self, language: str) -> str:
        """The period as people read it."""
        if self.life is not None:
            return _run(self.life).label(language)
        text = self.period.label(language)
        return f"{RELATIVE_NAMES[self.relative]} ({text})" if self.relative else text


def _run(months: Months) -> Run:
    return Run(months.first, months.last - months.first + 1)


def asked(scope: Scope, args: Mapping[str, str], today: date, by: tuple[str, ...] = ()) -> Asked:
    """Check a question.

    Args:
        args: ``period`` (a code or a relative word), or ``from`` and ``to`` (months); ``as_of``
            and any of ``LIMITS``, several values with commas between them; others are not
            looked at.  A question about one message needs no period: it is then about all
            months since it came out.

    Raises:
        Refused: one sentence; for a place outside the scope the same as for one that is not.
    """
    where = {name: _given(name, args[name]) for name in LIMITS if args.get(name)}
    question = cut(by, where, args.get("as_of") or "then", today)
    for name, values in question.where:
        _check(scope, name, values)
    if "message" in where and not any(args.get(name) for name in ("period", "from", "to")):
        life = life_of(scope, dict(question.where)["message"], today)
        return Asked(Period(life.first), question, life)
    period, word = period_of(args, today)
    return Asked(period, question, word=word, ranged=bool(args.get("from")))


def _given(name: str, text: str) -> list[str]:
    """The values of a limit, each once."""
    parts = [text] if name in SINGLE else [part.strip() for part in text.split(",")]
    return list(dict.fromkeys(part for part in parts if part)) or [text]


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


def _check(scope: Scope, name: str, values: Collection[Value]) -> None:
    known = _known(scope, name, values)
    for value in values:
        if known is not None and value not in known:
            raise Refused(
                _(
                    "%(dimension)s “%(value)s” does not exist or lies outside your area; "
                    "choose another one.",
                    dimension=DIMENSIONS[name],
                    value=str(value)[:40],
                )
            )


def _known(scope: Scope, name: str, values: Collection[Value]) -> Collection[Value] | None:
    if name == "message":
        return db.session.scalars(_published(scope).where(KeyMessage.id.in_(values))).all()
    return values_of(scope, name)


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


def topics_of(scope: Scope) -> list[str]:
    """The topics of messages that have left the house, as far as the scope sees."""
    published = KeyMessage.id.in_(_published(scope))
    query = select(KeyMessage.topic).where(published, KeyMessage.topic.is_not(None)).distinct()
    return sorted(topic for topic in db.session.scalars(query) if topic)
