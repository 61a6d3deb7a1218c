"""What a measure is: arithmetic over components, with its rule said in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from registry.facts.components import COMPONENTS
from registry.facts.cuts import CHANNEL_OF, DIMENSIONS, Cell
from registry.facts.engine import Amounts, Number
from registry.facts.histograms import bucket_names, median


class Unit(StrEnum):
    """In what a measure counts."""

    NETWORKS = "networks"
    MEMBERS = "members"
    CHANNELS = "channels"
    PEOPLE = "people"
    MESSAGES = "messages"
    TIMES = "times"
    ITEMS = "items"
    DISTRICTS = "districts"
    SHARE = "share"
    MINUTES = "minutes"
    HOURS = "hours"


UNIT_NAMES = {
    Unit.NETWORKS: _l("networks"),
    Unit.MEMBERS: _l("members"),
    Unit.CHANNELS: _l("channels"),
    Unit.PEOPLE: _l("people"),
    Unit.MESSAGES: _l("messages"),
    Unit.TIMES: _l("times"),
    Unit.ITEMS: _l("items"),
    Unit.DISTRICTS: _l("districts"),
    Unit.SHARE: _l("per cent"),
    Unit.MINUTES: _l("minutes"),
    Unit.HOURS: _l("hours"),
}


@dataclass(frozen=True)
class Measure:
    """A measure of the catalogue.

    Attributes:
        title: its name (Thai and English, by the language at hand).
        unit: what its value counts; shares lie between 0 and 1.
        numerator: the component counted, or the prefix of its buckets for a median.
        denominator: the component divided by; None for a plain count or sum.
        rule: one sentence: what is counted, over what.
        absent: one sentence: when there is no value (which is never 0).
        source: the facts it rests on, in words.
        version: raised with every change of the rule; sealed figures keep theirs.
    """

    name: str
    title: Any
    unit: Unit
    numerator: str
    denominator: str | None
    rule: Any
    absent: Any
    source: Any
    version: int = 1

    @property
    def opened(self) -> str:
        """The component whose rows stand behind it; of a median all with a known duration."""
        if self.is_median:
            return self.numerator.removesuffix("_minutes") + "_timed"
        return self.numerator

    @property
    def is_median(self) -> bool:
        """Whether it is read from the buckets of a duration."""
        return self.unit in (Unit.MINUTES, Unit.HOURS)

    @property
    def is_share(self) -> bool:
        """Whether it is a share between 0 and 1."""
        return self.unit is Unit.SHARE

    @property
    def components(self) -> tuple[str, ...]:
        """Names of the components that it reads."""
        if self.is_median:
            return bucket_names(self.numerator)
        return (self.numerator, self.denominator) if self.denominator else (self.numerator,)

    @property
    def dimensions(self) -> frozenset[str]:
        """By which it may be cut."""
        common = frozenset.intersection(
            *(COMPONENTS[name].fact.dimensions for name in self.components)
        )
        return common & PLACES if self.name == "members_passing_on" else common

    def dimension_title(self, dimension: str) -> Any:
        """A dimension as its facts mean it: the channel is the office's, or the members'."""
        fact = COMPONENTS[self.components[0]].fact.name
        own = CHANNEL_OF.get(fact) if dimension == "channel_kind" else None
        return own or DIMENSIONS[dimension]

    def figure(self, amounts: Amounts, cell: Cell = ()) -> Figure:
        """Its value from the components of one cell."""
        if self.is_median:
            return self._median(amounts, cell)
        above = amounts[self.numerator]
        if self.denominator is None:
            return Figure(self.name, cell, above, above, None)
        below = amounts[self.denominator]
        value = above / below if above is not None and below else None
        return Figure(self.name, cell, value, above, below)

    def _median(self, amounts: Amounts, cell: Cell) -> Figure:
        known = [amounts[name] for name in self.components]
        if all(count is None for count in known):
            return Figure(self.name, cell, None, None, None)
        counts = [count or 0 for count in known]
        value = median(counts)
        if value is not None and self.unit is Unit.HOURS:
            value /= 60
        return Figure(self.name, cell, value, None, sum(counts))

    def title_in(self, locale: str) -> str:
        """Its name in one language."""
        with force_locale(locale):
            return str(self.title)


PLACES = frozenset({"zone", "province", "month"})


@dataclass(frozen=True)
class Figure:
    """A value of a measure, with what it was made of; absent values are None, never 0."""

    measure: str
    cell: Cell
    value: Number | None
    numerator: Number | None
    denominator: Number | None
