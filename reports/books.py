"""Reading sealed figures from the catalogue into what renderings take."""

from __future__ import annotations

from sqlalchemy import select

from registry.access.scope import Scope
from registry.db import db
from registry.i18n import language
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.periods.models import SealedFigure, SealedPeriod
from reports.chain import home
from reports.figures import Sealed
from reports.names import Names, read_names
from reports.report import Book, Report

HISTORY = 8
"""Consecutive closed periods that a trend shows."""
LANGUAGE = "th"
"""The language of the sealed documents."""


def book_of(row: SealedPeriod, *, whole_only: bool = False) -> Book:
    """The sealed figures of a closed period, perhaps only those of the whole."""
    cell = SealedFigure
    query = select(
        *(cell.measure, cell.version, cell.dimension, cell.cut),
        *(cell.value, cell.numerator, cell.denominator),
    ).where(cell.code == row.code, cell.revision == row.revision)
    if whole_only:
        query = query.where(cell.dimension == "")
    found = db.session.execute(query.order_by(cell.id))
    return Book(Period.parse(row.code), tuple(Sealed.of(*values) for values in found))


def history_of(book: Book) -> tuple[Book, ...]:
    """A book with those of the periods just before it, as far as they are closed; oldest first."""
    run, period = [book], book.period.previous()
    while len(run) < HISTORY and (row := catalogue.sealed(period.code)) is not None:
        run.append(book_of(row, whole_only=True))
        period = period.previous()
    return tuple(reversed(run))


def replaced_by(row: SealedPeriod) -> SealedPeriod | None:
    """The revision that a re-issue took the place of; None for the first one."""
    known = catalogue.revisions(row.code)
    return next((one for one in known if one.revision == row.revision - 1), None)


def seen_of(scope: Scope, row: SealedPeriod) -> tuple[Book, Names]:
    """The sealed figures of a closed period that a scope sees, with their names."""
    names = read_names(home(row), row.end, language())
    return book_of(row).limited(scope, names), names


def report_of(row: SealedPeriod) -> Report:
    """Everything that a rendering of a closed period shows, in the language at hand."""
    book, earlier = book_of(row), replaced_by(row)
    return Report(
        book=book,
        revision=row.revision,
        closed_at=row.closed_at,
        keep_until=row.keep_until,
        proof=row.manifest_sha256,
        names=read_names(home(row), row.end, language()),
        history=history_of(book),
        replaced=book_of(earlier) if earlier else None,
        reason=row.reason or "",
    )
