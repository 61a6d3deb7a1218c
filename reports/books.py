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
from reports.classes.services import classed_anew
from reports.context import read_context
from reports.figures import Sealed
from reports.names import Names, read_names
from reports.office_words import read_words
from reports.report import Book, Report

HISTORY = 8
"""Consecutive closed periods that a trend shows."""
LANGUAGE = "th"
"""The language of the sealed documents."""


def book_of(row: SealedPeriod, cut: str | None = None) -> Book:
    """The sealed figures of a closed period, perhaps only those of one cut."""
    cell = SealedFigure
    query = select(
        *(cell.measure, cell.version, cell.dimension, cell.cut),
        *(cell.value, cell.numerator, cell.denominator),
    ).where(cell.code == row.code, cell.revision == row.revision)
    if cut is not None:
        query = query.where(cell.cut == cut)
    found = db.session.execute(query.order_by(cell.id))
    return Book(Period.parse(row.code), tuple(Sealed.of(*values) for values in found))


def history_of(book: Book, cut: str = "", scope: Scope | None = None) -> tuple[Book, ...]:
    """A book with those of the periods just before it, as far as they are closed; oldest first.

    Args:
        cut: whose figures of former periods are wanted; the whole's unless told otherwise.
        scope: of whoever looks.  A zone that had other provinces then may hold what they must
            not see, and is no longer the same zone: there the run ends.
    """
    run, period = [book], book.period.previous()
    while len(run) < HISTORY and (earlier := _former(period, cut, scope)) is not None:
        run.append(earlier)
        period = period.previous()
    return tuple(reversed(run))


def _former(period: Period, cut: str, scope: Scope | None) -> Book | None:
    row = catalogue.sealed(period.code)
    if row is None:
        return None
    if scope is not None and not scope.everything:
        names = read_names(home(row), row.end, language())
        if names.place(scope) != cut:
            return None
    return book_of(row, cut)


def year_ago_of(book: Book, cut: str = "", scope: Scope | None = None) -> Book | None:
    """The sealed figures of the same period of the year before, as of :func:`history_of`."""
    return _former(book.period.same_last_year(), cut, scope)


def replaced_by(row: SealedPeriod) -> SealedPeriod | None:
    """The revision that a re-issue took the place of; None for the first one."""
    known = catalogue.revisions(row.code)
    return next((one for one in known if one.revision == row.revision - 1), None)


def seen_of(scope: Scope, row: SealedPeriod) -> tuple[Book, Names]:
    """The sealed figures of a closed period that a scope sees, with their names."""
    names = read_names(home(row), row.end, language())
    return book_of(row).limited(scope, names), names


def report_of(row: SealedPeriod, scope: Scope | None = None) -> Report:
    """Everything that a rendering of a closed period shows, in the language at hand.

    Args:
        scope: of whoever looks; without one, the whole.
    """
    book, earlier, scope = book_of(row), replaced_by(row), scope or Scope.all()
    names = read_names(home(row), row.end, language())
    cut = names.place(scope) or ""
    report = Report(
        book=book,
        revision=row.revision,
        closed_at=row.closed_at,
        keep_until=row.keep_until,
        proof=row.manifest_sha256,
        names=names,
        history=history_of(book, cut, scope),
        replaced=book_of(earlier) if earlier else None,
        reason=row.reason or "",
        words=read_words(home(row)),
        context=read_context(home(row)),
        year_ago=year_ago_of(book, cut, scope),
        anew=classed_anew(row),
    )
    return report.limited(scope)
