"""Which facts are rolled up, in which cuboids: groups of dimensions whose totals are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from registry.facts.components import COMPONENTS, Component
from registry.facts.cuts import Cut
from registry.facts.fact import Fact
from registry.facts.groups import CHANNELS, FOUNDINGS, NETWORKS
from registry.facts.ledger import DISSEMINATIONS, PUBLICATIONS, RECIPIENTS
from registry.facts.notices import NOTICED
from registry.facts.people import (
    ARRIVALS,
    DEPARTURES,
    DISTRICTS,
    MEMBERS_AT_END,
    MEMBERS_BEFORE,
    RECORDS,
)
from registry.facts.query import BITS
from registry.facts.spans import Months
from registry.facts.talk import NEWS, QUESTIONS
from registry.periods.calendar import PeriodKind

PLACED = ("month", "province", "zone")
"""Dimensions of every cuboid; the zone is that of the facts' day."""
NOWHERE = ""
"""The province of a partition that holds all provinces, or facts without one."""
LAG = 90
"""Seconds for which a partition of a fact that may lag is left as it is."""
LONGEST = 12
_TYPE = ("network_type",)
_KINDS = ("network_type", "channel_kind")


@dataclass(frozen=True, eq=False)
class Rolled:
    """A fact that is rolled up.

    Attributes:
        cuboids: by name, the dimensions that each knows beside ``PLACED``; the narrowest first.
        once_in: the cuboids that keep what is counted once; every one unless told otherwise.
        mark: the name of its marks; facts that change together share one.
        by_province: whether its partitions are single provinces, or whole months.
        lag: seconds for which a marked partition may be shown as it was.
        length: of a cohort, the months of the periods that are kept, each under its first month.
    """

    fact: Fact
    cuboids: Mapping[str, tuple[str, ...]]
    mark: str
    once_in: tuple[str, ...] | None = None
    by_province: bool = True
    lag: int = 0
    length: int = 1

    @property
    def name(self) -> str:
        """What its table and its months go by."""
        return f"cohort_{self.length}" if self.fact.cohort else self.fact.name

    @property
    def longest(self) -> int:
        """Months of it that are made at once at most: so many fit into memory."""
        return BITS if self.fact.steady else LONGEST

    def asked_about(self, partitions: Months) -> list[Months]:
        """The months to ask about for some partitions: of cohorts those of each by itself."""
        if not self.fact.cohort:
            return [partitions]
        return [Months(month, month + self.length - 1) for month in partitions.numbers]

    def around(self, first: int, last: int) -> Months:
        """The partitions that a change within some months may change.

        A cohort stood before its first month, and is looked for at the end of its last.
        """
        return (
            Months(first - self.length + 1, last + 1) if self.fact.cohort else Months(first, last)
        )

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """Its components, in the order of the catalogue."""
        return tuple(one for one in COMPONENTS.values() if one.fact.name == self.fact.name)

    def keys(self, cuboid: str) -> tuple[str, ...]:
        """The dimensions of a cuboid, in the order of its table."""
        return (*PLACED, *self.cuboids[cuboid])

    def kept(self, cuboid: str) -> tuple[Component, ...]:
        """What a cuboid keeps: sums, then what is counted once."""
        sums = (one for one in self.components if not one.distinct)
        if self.once_in is not None and cuboid not in self.once_in:
            return tuple(sums)
        return (*sums, *(one for one in self.components if one.distinct))

    def cuboid(self, needs: frozenset[str], group: Iterable[Component]) -> str | None:
        """The narrowest cuboid that knows the dimensions and keeps the components, if any does."""
        asked = set(group)
        for name in self.cuboids:
            if needs <= {*self.keys(name)} and asked <= {*self.kept(name)}:
                return name
        return None


def _define() -> dict[str, Rolled]:
    ledger = {"place": (), "kinds": _KINDS, "message": ("office", "message_kind", "message")}
    passed_on = {
        "place": (),
        "office": ("office",),
        "kinds": _KINDS,
        "hours": ("weekday", "hour"),
        "message": ledger["message"],
    }
    published = {
        "place": ("office",),
        "kinds": ("office", *_KINDS, "message_kind"),
        "message": ("office", "message_kind", "message"),
    }
    asked = {"place": (), "kinds": _TYPE, "message": ("message",)}
    typed = {"place": (), "kinds": _TYPE}
    here = {"place": (), "district": ("district",)}
    named = {"kinds": ("office", *_TYPE), "network": ("office", *_TYPE, "network")}
    counted = {"place": ("office",), "kinds": ("office", *_KINDS)}
    every = (
        Rolled(RECIPIENTS, ledger, "recipients"),
        Rolled(NOTICED, ledger, "recipients"),
        Rolled(DISSEMINATIONS, passed_on, "disseminations", once_in=("place", "office")),
        Rolled(PUBLICATIONS, published, "publications", by_province=False),
        Rolled(QUESTIONS, asked, "questions", by_province=False),
        Rolled(NEWS, typed, "news", by_province=False),
        Rolled(ARRIVALS, typed, "arrivals", by_province=False),
        Rolled(DEPARTURES, typed, "departures", by_province=False),
        Rolled(FOUNDINGS, {"kinds": ("office", *_TYPE)}, "foundings", by_province=False),
        Rolled(MEMBERS_AT_END, typed, "members"),
        Rolled(RECORDS, typed, "records", lag=LAG),
        Rolled(NETWORKS, named, "networks", by_province=False, lag=LAG),
        Rolled(CHANNELS, counted, "channels", by_province=False, lag=LAG),
        Rolled(DISTRICTS, here, "districts", by_province=False, lag=LAG),
        *(
            Rolled(MEMBERS_BEFORE, typed, "cohorts", by_province=False, lag=LAG, length=kind.length)
            for kind in PeriodKind
        ),
    )
    return {rolled.name: rolled for rolled in every}


ROLLED = _define()
"""Rolled-up facts by their name."""


def rolled_of(fact: Fact, months: Months, cut: Cut) -> Rolled | None:
    """The rollup in which a question about some months is answered, if there is one."""
    if not fact.cohort:
        return ROLLED.get(fact.name)
    length = 1 if cut.by_month else len(months.numbers)
    return ROLLED.get(f"cohort_{length}")
