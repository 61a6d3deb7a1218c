"""Two closed periods, or two revisions of one, side by side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from registry.facts.engine import Number
from registry.facts.measures import MEASURES
from reports.figures import Sealed
from reports.report import Book
from reports.wording import change, shown, unit_of


@dataclass(frozen=True)
class Difference:
    """A figure that two books do not say alike; absent ones are None.

    Attributes:
        rule_changed: whether the two follow different versions of the measure's rule.
    """

    measure: str
    cut: str
    before: Number | None
    after: Number | None
    rule_changed: bool = False

    @property
    def said(self) -> str:
        """What changed, in words."""
        told = change(self.measure, self.after, self.before)
        return f"{told} ({_('rule changed')})" if self.rule_changed else told


def differences(earlier: Book, later: Book) -> Iterator[Difference]:
    """The figures that differ, those of the whole first, in the order of the catalogue."""
    known = {figure.key: figure for figure in earlier.figures}
    there = {figure.key: figure for figure in later.figures}
    for key in _in_order(known.keys() | there.keys()):
        one, other = known.get(key), there.get(key)
        before, after = (None if each is None else each.value for each in (one, other))
        changed = _rule_changed(one, other)
        if changed or not same(before, after):
            yield Difference(*key, before, after, changed)


@dataclass(frozen=True)
class Compared:
    """A figure of two books, ready to print."""

    title: str
    unit: str
    before: str
    after: str
    change: str
    rule_changed: bool
    differs: bool


def side_by_side(earlier: Book, later: Book, cut: str) -> list[Compared]:
    """Every figure of a cut that either of two books holds, in the order of the catalogue."""
    known, there = ({one.measure: one for one in book.of(cut)} for book in (earlier, later))
    rows = []
    for name, one in MEASURES.items():
        before, after = known.get(name), there.get(name)
        if before is None and after is None:
            continue
        old, new = (None if each is None else each.value for each in (before, after))
        rows.append(
            Compared(
                title=str(one.title),
                unit=unit_of(one),
                before=shown(name, old),
                after=shown(name, new),
                change=change(name, new, old),
                rule_changed=_rule_changed(before, after),
                differs=_rule_changed(before, after) or not same(old, new),
            )
        )
    return rows


def same(one: Number | None, other: Number | None) -> bool:
    """Whether two figures are one: sums of fractions may differ in their last digits."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-12)


def _rule_changed(one: Sealed | None, other: Sealed | None) -> bool:
    return one is not None and other is not None and one.version != other.version


def _in_order(keys: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    place = {name: number for number, name in enumerate(MEASURES)}
    return sorted(keys, key=lambda key: (key[1] != "", place.get(key[0], len(place)), key))
