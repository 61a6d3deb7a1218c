"""Which lists of rows would tell fewer than five persons apart from those in another list.

Whoever may not see personal data can subtract: the list of a zone less those of all its provinces
but one is the list of that one.  So for each limit of a question the cells of that limit within
the question without it are looked at: those of too few persons are closed, and where they are too
few even together, the smallest of the others is closed as well.  And rows are closed without
which too few would be left of what any other measure of the same fact lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from registry.facts.blanks import SOME
from registry.facts.components import COMPONENTS
from registry.facts.cuts import NUMBERS, Cell, Cut, Value
from registry.facts.limits import Limit
from registry.facts.measures import MEASURES
from registry.facts.query import compiled, selection
from registry.facts.rows import FEWEST, Behind, Counted
from registry.facts.written import written
from registry.geography.queries import province_zones

NAMED = frozenset({"message"})
"""Limits whose value stands in every row of the wider list anyway."""


def tells_apart(behind: Behind) -> bool:
    """Whether rows may not be opened because of what is left of a wider list without them."""
    if not behind.of_persons:
        return False
    return (
        behind.bucket in _closed_spans(behind)
        or _is_beside_few(behind)
        or any(
            not _closed(behind, name).isdisjoint(values)
            for name, values in behind.cut.where
            if name not in NAMED
        )
    )


def _is_beside_few(behind: Behind) -> bool:
    """Whether of another list of the same rows too few persons are left without these.

    Every measure of a fact opens lists of its rows: all recipients, those who received it, those
    who did not, those of whom it is known when.
    """
    others = tuple(sorted(LISTS[behind.component.fact.name] - {behind.counted}, key=str))
    left = behind.ask(_left_of, others)[0] if others else ()
    return any(0 < int(persons or 0) < FEWEST for persons in left)


def _lists() -> Mapping[str, frozenset[Counted]]:
    """By fact, the lists that its measures open: what counts, what could, and what of it does not.

    What could count may be rows of another fact; then its list is that one's.
    """
    found: dict[str, set[Counted]] = defaultdict(set)
    for one in MEASURES.values():
        opened = [Counted(one.opened)]
        if one.denominator:
            opened += [Counted(one.denominator), Counted(one.opened, one.denominator)]
        for some in opened:
            found[COMPONENTS[some.component].fact.name].add(some)
    return {fact: frozenset(some) for fact, some in found.items()}


LISTS = _lists()


def _closed_spans(behind: Behind) -> set[str]:
    """The spans of a duration whose rows stay closed beside the list of all; none for that list."""
    if not behind.bucket:
        return set()
    spans = behind.measure.components
    found = replace(behind, bucket="").ask(_persons_of, tuple(spans))[0]
    persons = sorted((int(count), one) for one, count in zip(spans, found, strict=True) if count)
    few = [one for count, one in persons if count < FEWEST]
    return {one for _count, one in persons[: len(few) + 1]} if few else set()


def _closed(behind: Behind, name: str) -> set[Value]:
    """The values of a limit whose rows stay closed within the question without that limit."""
    others = tuple(limit for limit in behind.cut.where if limit[0] != name)
    persons = _persons(behind, name, replace(behind.cut, by=(name,), where=others))
    closed: set[Value] = set()
    for values in _wholes(behind, name, persons):
        few = [value for value in values if persons[value] < FEWEST]
        if few and _together(behind, name, few, persons) < FEWEST:
            many = [value for value in values if value not in few]
            few += sorted(many, key=lambda value: (persons[value], str(value)))[:1]
        closed.update(few)
    return closed


def _wholes(behind: Behind, name: str, values: Iterable[Value]) -> list[list[Value]]:
    """The values that make up one wider list: provinces those of their zone, others all."""
    if name != "province":
        return [list(values)]
    day = behind.cut.today if behind.cut.as_of == "now" else behind.months.end
    zones, groups = province_zones(day), dict[int | None, list[Value]]()
    for value in values:
        groups.setdefault(zones.get(str(value)), []).append(value)
    return list(groups.values())


def persons_by_cell(behind: Behind) -> dict[Cell, int]:
    """Persons behind each cell of a cut; cells without any are not among them."""
    by = behind.cut.by
    return {
        tuple(_plain(name, value) for name, value in zip(by, row, strict=False)): int(row[-1])
        for row in behind.ask(_counted_by)
        if row[-1]
    }


def _persons(behind: Behind, name: str, cut: Cut) -> dict[Value, int]:
    """Persons by value of a dimension; values without any are not among them."""
    found = behind.ask(_counted_by, cut=cut)
    return {_plain(name, value): int(count) for value, count in found if count}


def _plain(name: str, value: Value) -> Value:
    return int(value) if value is not None and name in NUMBERS else value


def _together(behind: Behind, name: str, values: list[Value], persons: Mapping[Value, int]) -> int:
    """Persons behind several values; one may stand behind more than one of them."""
    at_most = sum(persons[value] for value in values)
    if at_most < FEWEST:
        return at_most
    others = dict(behind.cut.where) | {name: tuple(values)}
    some = replace(behind.cut, by=(), where=tuple(sorted(others.items())))
    return int(behind.ask(_counted_by, cut=some)[0][0])


@written
def _counted_by(counted: Counted, cut: Cut, limit: Limit, dialect: str) -> str:
    """Persons by the cut's dimensions."""
    rows = counted.rows(cut, limit)
    grouped = rows.group_by([rows[name] for name in cut.by]) if cut.by else rows
    return compiled(grouped.agg(persons=rows.member_id.nunique()), dialect)


@written
def _left_of(
    counted: Counted, others: tuple[Counted, ...], cut: Cut, limit: Limit, dialect: str
) -> str:
    """Persons behind other lists who are not behind these rows."""
    rows = selection(COMPONENTS[counted.component].fact, SOME, cut, limit)
    theirs = [other.of(rows) & ~counted.of(rows) for other in others]
    left = {f"l{place}": rows.member_id.nunique(where=one) for place, one in enumerate(theirs)}
    return compiled(rows.agg(**left), dialect)


@written
def _persons_of(
    counted: Counted, components: tuple[str, ...], cut: Cut, limit: Limit, dialect: str
) -> str:
    """Persons behind each of some components."""
    rows = counted.rows(cut, limit)
    conditions = {name: COMPONENTS[name].contributes(rows) for name in components}
    counts = {name: rows.member_id.nunique(where=there) for name, there in conditions.items()}
    return compiled(rows.agg(**counts), dialect)
