"""Cells of a table behind which too few persons stand for those who may not see who they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from registry.access.scope import Scope
from registry.db import once
from registry.facts.components import COMPONENTS
from registry.facts.cuts import Cell, Cut, Value
from registry.facts.few import persons_by_cell
from registry.facts.measure import Measure
from registry.facts.rows import FEWEST, Behind, Part
from registry.facts.spans import Months
from registry.geography.queries import province_zones

Persons = Mapping[Cell, int]


def closed_cells(scope: Scope, one: Measure, months: Months, cut: Cut) -> set[Cell]:
    """The cells of a measure whose figures are not given: for what counts, or what it is over."""
    parts: list[Part] = ["numerator", "denominator"] if one.denominator else ["numerator"]
    closed: set[Cell] = set()
    for part in parts:
        behind = Behind(scope, Scope(), one, part, months, cut)
        if behind.of_persons:
            day = cut.today if cut.as_of == "now" else months.end
            closed |= too_few(_persons(behind), cut.by, province_zones(day))
    return closed


def tells_of_persons(one: Measure, months: Months, cut: Cut) -> bool:
    """Whether the rows behind a measure are those of members."""
    return Behind(Scope(), Scope(), one, "numerator", months, cut).of_persons


def _persons(behind: Behind) -> Persons:
    """Persons by cell; several measures of a table rest on the same rows."""
    key = ("persons", behind.scope.key, behind.component.name, behind.months, behind.cut)
    return once(key, lambda: _counted(behind))


def _counted(behind: Behind) -> Persons:
    fact = COMPONENTS[behind.component.name].fact
    alone = fact.stock and (fact.cohort or bool(behind.scope.network_offices))
    if not (alone and behind.cut.by_month):
        return persons_by_cell(behind)
    found: dict[Cell, int] = {}
    for month in behind.months.each():
        found |= persons_by_cell(
            Behind(behind.scope, behind.who, behind.measure, behind.part, month, behind.cut)
        )
    return found


def too_few(persons: Persons, by: Collection[str], zones: Mapping[str, int]) -> set[Cell]:
    """Cells of fewer than five persons, and those by which they could be found by subtraction.

    Along each dimension the cells of one row of the table make up a whole that may be known, as
    the provinces of a zone do: where all that is closed in it are too few even together, the
    smallest of the others is closed as well.
    """
    closed = {cell for cell, count in persons.items() if 0 < count < FEWEST}
    for place, name in enumerate(by):
        wholes: dict[tuple[Value, ...], list[Cell]] = defaultdict(list)
        for cell in persons:
            zone = zones.get(str(cell[place])) if name == "province" else None
            wholes[(*cell[:place], zone, *cell[place + 1 :])].append(cell)
        for cells in wholes.values():
            few = [cell for cell in cells if cell in closed]
            if few and sum(persons[cell] for cell in few) < FEWEST:
                many = [cell for cell in cells if cell not in closed]
                closed.update(sorted(many, key=lambda cell: (persons[cell], str(cell)))[:1])
    return closed
