"""What the page of a closed period shows: sealed figures, within a scope."""

from __future__ import annotations

from dataclasses import dataclass

from registry.access.scope import Scope
from registry.facts.measures import MEASURES
from registry.periods.models import SealedPeriod
from reports import layout
from reports.books import report_of
from reports.classes.services import class_of
from reports.context import Context
from reports.narrative import sentences
from reports.official_information import Classed
from reports.report import Report
from reports.tables import rows_of
from reports.target_section import target_said
from reports.wording import change, shown, unit_of


@dataclass(frozen=True)
class Card:
    """A key figure."""

    title: str
    value: str
    unit: str
    change: str
    target: str


@dataclass(frozen=True)
class Shown:
    """A table, ready to print."""

    layout: layout.Table
    rows: list[list[str]]


@dataclass(frozen=True)
class ClosedPage:
    """The figures of a page.

    Attributes:
        place: what the cards are about.
        told: sentences made by rule.
        classed: whether the report may be disclosed today.
    """

    place: str
    cards: list[Card]
    tables: list[Shown]
    told: list[str]
    context: Context
    classed: Classed


def closed_page(scope: Scope, row: SealedPeriod) -> ClosedPage:
    """The figures of a closed period that a scope sees."""
    report = report_of(row, scope)
    cut = report.place
    seen = cut is not None and report.book.has(layout.KEY[0], cut)
    cards = [_card(report, name) for name in _CARDS] if seen else []
    tables = [_table(report, table) for table in layout.TABLES]
    place = report.names.of(cut) if cut is not None else ""
    told = sentences(report) if seen else []
    filled = [one for one in tables if one.rows]
    classed = report.classed or class_of(row)
    return ClosedPage(place, cards, filled, told, report.context, classed)


_CARDS = (*layout.KEY, *layout.REACH)


def _card(report: Report, name: str) -> Card:
    one, value, before = MEASURES[name], report.value(name), report.earlier(name)
    unit = "" if value is None else unit_of(one)
    said = "" if before is None else change(name, value, before)
    return Card(str(one.title), shown(name, value), unit, said, target_said(report, name))


def _table(report: Report, table: layout.Table) -> Shown:
    rows = []
    for row in rows_of(report, table):
        pairs = zip(table.columns, row[1:], strict=True)
        rows.append([row[0], *(shown(column.measure, value) for column, value in pairs)])
    return Shown(table, rows)
