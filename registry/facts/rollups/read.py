"""Reading rollups: clean partitions from the tables and what touched pairs gained since; marked
partitions from the facts themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, not_, or_, select

from registry.access.models import Office
from registry.db import WRITE, db
from registry.facts import query
from registry.facts.bitmaps import BitMap, opened
from registry.facts.components import Component
from registry.facts.cuts import Cell, Cut, Value
from registry.facts.fact import by_publisher
from registry.facts.limits import Limit
from registry.facts.query import Live
from registry.facts.rollups import marks, once
from registry.facts.rollups.catalogue import ROLLED, Rolled
from registry.facts.rollups.marks import Dirty
from registry.facts.rollups.models import TABLES
from registry.facts.rollups.parts import in_rows
from registry.facts.spans import Months
from registry.facts.touched import MEMBER, SIDES, Touched
from registry.geography.models import ProvinceZone
from registry.messages.models import KeyMessage

Sums = dict[Cell, list[Any]]


@dataclass(frozen=True)
class Question:
    """A question that a rollup can answer.

    Attributes:
        cuboid: the name of the cuboid that knows all its dimensions and components.
        months: those of flows; of stocks the ones at whose end something is counted.
        touched: clean months of which more was touched, and the epochs up to which they hold it.
    """

    rolled: Rolled
    cuboid: str
    group: Sequence[Component]
    months: Months
    cut: Cut
    limit: Limit
    touched: Mapping[int, int] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The cuboid's table."""
        return TABLES[self.rolled.name][self.cuboid]


def totals(
    rolled: Rolled, group: Sequence[Component], months: Months, cut: Cut, limit: Limit
) -> Mapping[Cell, Sequence[Any]] | None:
    """Totals of a fact's components by cell, in their order; None where no rollup knows them."""
    cuboid = rolled.cuboid(_needs(rolled, cut, limit), group)
    if cuboid is None or (limit.bureaus and rolled.fact.owned is not by_publisher):
        return None
    if rolled.fact.stock and not cut.by_month:
        months = Months(months.first, months.first) if rolled.fact.cohort else months.at_end
    dirty = dict(marks.dirty(rolled, months))
    touched = {month: gap.since for month, gap in marks.touched(rolled, months).items()}
    if touched and _sees_others():
        return None
    for month in touched.keys() & dirty.keys():  # counted whole from the facts
        dirty[month] = marks.WHOLE
        touched.pop(month)
    question = Question(rolled, cuboid, group, months, cut, limit, touched)
    if dirty and not _has_clean(question, dirty):
        return None
    return _summed(question, dirty)


def _sees_others() -> bool:
    """Whether others' folding may come between two statements: writers on PostgreSQL see it."""
    return bool(db.session.info.get(WRITE)) and db.engine.dialect.name == "postgresql"


def _needs(rolled: Rolled, cut: Cut, limit: Limit) -> frozenset[str]:
    """Dimensions of the cuboid: a topic is its message's, a limit may ask for the office."""
    needs = cut.needs
    if "topic" in needs:
        needs = (needs - {"topic"}) | {"message"}
    if limit.bureaus or (rolled.fact.by_office and not limit.everything):
        needs |= {"office"}
    if rolled.fact.by_office and "zone" in needs and cut.as_of == "now":
        needs |= {"office"}
    return needs


def _has_clean(question: Question, dirty: Dirty) -> bool:
    """Whether anything clean lies in the months: else the facts alone are as good."""
    rows = question.table
    where = [_span(question), *_clean(rows, dirty)]
    return db.session.execute(select(rows.c.month).where(*where).limit(1)).first() is not None


def _span(question: Question) -> ColumnElement[bool]:
    return question.table.c.month.between(question.months.first, question.months.last)


def _clean(rows: Table, dirty: Dirty) -> list[ColumnElement[bool]]:
    parts = [
        and_(rows.c.month == month, rows.c.province.in_(sorted(places)))
        if places
        else rows.c.month == month
        for month, places in dirty.items()
    ]
    return [not_(or_(*parts))] if parts else []


def _summed(question: Question, dirty: Dirty) -> Sums | None:
    """Totals by cell; None where only the facts tell an amount of nothing from none at all."""
    plain = [one for one in question.group if not one.distinct]
    distinct = [one for one in question.group if one.distinct]
    found: Sums = defaultdict(lambda: [None] * len(question.group))
    place = {one.name: index for index, one in enumerate(question.group)}
    taken, bare = set[Cell](), [one.empty is None for one in plain]
    for sign, cell, amounts in _added(question, plain, dirty) if plain else ():
        if sign < 0 and any(
            amount is not None if absent else amount
            for amount, absent in zip(amounts, bare, strict=True)
        ):
            taken.add(cell)
        for one, amount in zip(plain, amounts, strict=True):
            if amount is not None:
                kept = found[cell][place[one.name]]
                found[cell][place[one.name]] = sign * amount + (kept or 0)
    for cell in taken:
        amounts = [found[cell][place[one.name]] for one in plain]
        nothing = (amount == 0 for amount, absent in zip(amounts, bare, strict=True) if absent)
        if not any(amounts) or any(nothing):
            return None
    for one in distinct:
        kept = None if dirty or question.touched else _number(question, one)
        for cell, count in (_counted(question, one, dirty) if kept is None else kept).items():
            found[cell][place[one.name]] = count
    return dict(found)


def _added(
    question: Question, plain: Sequence[Component], dirty: Dirty
) -> Iterator[tuple[int, Cell, Sequence[Any]]]:
    """Totals to be added, or taken away: of clean partitions, touched pairs, and marked ones."""
    asked, dimensions = _asked(question, dirty)
    sums = [func.sum(question.table.c[one.name]) for one in plain]
    width = len(dimensions)
    for row in db.session.execute(asked.add_columns(*sums).group_by(*dimensions)):
        if width or any(value is not None for value in row):
            yield 1, tuple(row[:width]), tuple(row[width:])
    yield from _gained(question, plain)
    yield from _still_open(question, plain, dirty)
    names = [one.name for one in plain]
    for partitions, places in marks.runs(dirty):
        for months in question.rolled.asked_about(partitions):
            counted = query.totals(names, months, question.cut, question.limit, Live(), places)
            yield from ((1, values[:width], values[width:]) for values in counted)


def _gained(
    question: Question, plain: Sequence[Component]
) -> Iterator[tuple[int, Cell, Sequence[Any]]]:
    """What touched pairs amount to now, less what they amounted to."""
    names, width = [one.name for one in plain], len(question.cut.by)
    for months, epoch in _touched_runs(question):
        for side, sign in SIDES.items():
            about = Touched(side, question.rolled.fact.pair, epoch)
            asked = (names, months, question.cut, question.limit, Live())
            for row in query.totals(*asked, touched=about):
                yield sign, row[:width], row[width:]


def _touched_runs(question: Question) -> Iterator[tuple[Months, int]]:
    """Months in a row that hold what was touched up to the same epoch."""
    by_epoch: dict[int, list[int]] = defaultdict(list)
    for month, epoch in sorted(question.touched.items()):
        by_epoch[epoch].append(month)
    for epoch, months in by_epoch.items():
        for run in in_rows(months, len(months)):
            yield run, epoch


def _number(question: Question, one: Component) -> Mapping[Cell, int] | None:
    """How many distinct keys each cell has, where that was counted beforehand."""
    months = question.months
    known = once.numbers(question.rolled, one, [months], question.cut, question.limit)
    return None if known is None else known[months]


def numbers(
    one: Component, spans: Sequence[Months], cut: Cut, limit: Limit
) -> Mapping[Months, Mapping[Cell, int]] | None:
    """The same for several spans at once; None where some are marked, or nothing is kept so."""
    rolled = ROLLED.get(one.fact.name)
    hull = Months(min(span.first for span in spans), max(span.last for span in spans))
    if rolled is None or marks.dirty(rolled, hull) or marks.touched(rolled, hull):
        return None
    return once.numbers(rolled, one, spans, cut, limit)


def _still_open(
    question: Question, plain: Sequence[Component], dirty: Dirty
) -> Iterator[tuple[int, Cell, Sequence[Any]]]:
    """What only the clock has changed in the clean partitions: rollups know no today."""
    names, width = [one.name for one in plain if one.clocked], len(question.cut.by)
    clean = [month for month in question.months.numbers if month not in dirty]
    for months in in_rows(clean, len(clean)) if names else ():
        asked = (names, months, question.cut, question.limit, Live())
        for row in query.totals(*asked, only_open=True):
            found = dict(zip(names, row[width:], strict=True))
            yield 1, row[:width], [found.get(one.name) for one in plain]


def _counted(question: Question, one: Component, dirty: Dirty) -> dict[Cell, int]:
    """How many distinct keys each cell has."""
    asked, dimensions = _asked(question, dirty)
    column, width = question.table.c[one.name], len(dimensions)
    sets: dict[Cell, Any] = {}
    others = {epoch: query.touched_members(epoch, Live()) for epoch in question.touched.values()}
    asked = asked.add_columns(column, question.table.c.month).where(column.is_not(None))
    for row in db.session.execute(asked):
        bitmap = opened(row[width])
        if row[-1] in question.touched:
            bitmap = bitmap - others[question.touched[row[-1]]]
        cell: Cell = tuple(row[:width])
        sets[cell] = sets[cell] | bitmap if cell in sets else bitmap
    for cell, keys in _sets_anew(question, one, dirty):
        sets[cell] = sets[cell] | keys if cell in sets else keys
    return {cell: len(bitmap) for cell, bitmap in sets.items() if bitmap}


def _sets_anew(question: Question, one: Component, dirty: Dirty) -> Iterator[tuple[Cell, BitMap]]:
    """From the facts: all of the marked partitions, and the members whom touches are about."""
    about = (question.cut, question.limit, Live())
    for months, places in marks.runs(dirty):
        yield from query.sets(one.name, months, *about, places)
    for months, epoch in _touched_runs(question):
        members = Touched("members", MEMBER, epoch)
        yield from query.sets(one.name, months, *about, touched=members)


def _asked(question: Question, dirty: Dirty) -> tuple[Select[Any], list[ColumnElement[Any]]]:
    """The clean rows that a question is about, with the columns of its dimensions."""
    rows, cut = question.table, question.cut
    known: dict[str, ColumnElement[Any]] = {column.name: column for column in rows.c}
    asked = select().select_from(rows).where(_span(question), *_clean(rows, dirty))
    if "topic" in cut.needs:
        asked = asked.outerjoin(KeyMessage, KeyMessage.id == rows.c.message)
        known["topic"] = KeyMessage.__table__.c.topic
    if "zone" in cut.needs and cut.as_of == "now":
        asked, known["zone"] = _zone_now(question, asked)
    limits = [_among(known[name], values) for name, values in cut.where]
    dimensions = [known[name] for name in cut.by]
    asked = asked.where(*limits, *_inside(question)).add_columns(*dimensions)
    return asked, dimensions


def _zone_now(question: Question, asked: Select[Any]) -> tuple[Select[Any], ColumnElement[Any]]:
    """The zone of today; of what an office without a province did, the office's."""
    rows, day = question.table, question.cut.today
    later = or_(ProvinceZone.valid_to.is_(None), ProvinceZone.valid_to > day)
    today = and_(ProvinceZone.valid_from <= day, later)
    asked = asked.outerjoin(
        ProvinceZone, and_(ProvinceZone.province_code == rows.c.province, today)
    )
    if not question.rolled.fact.by_office:
        return asked, ProvinceZone.__table__.c.zone_code
    asked = asked.outerjoin(Office, Office.code == rows.c.office)
    return asked, func.coalesce(ProvinceZone.zone_code, Office.zone_code)


def _among(column: ColumnElement[Any], values: Sequence[Value]) -> ColumnElement[bool]:
    kept = column.in_([value for value in values if value is not None])
    return or_(kept, column.is_(None)) if None in values else kept


def _inside(question: Question) -> list[ColumnElement[bool]]:
    """What lies within the limit; see :func:`registry.facts.limits.limited`."""
    limit, rows = question.limit, question.table
    if limit.everything:
        return []
    inside: ColumnElement[bool] = rows.c.province.in_(limit.provinces)
    offices = limit.bureaus
    if question.rolled.fact.by_office:
        offices = offices | limit.offices_inside
    if offices:
        codes = select(Office.code).where(Office.id.in_(sorted(offices)))
        inside = or_(inside, rows.c.office.in_(codes))
    return [inside]
