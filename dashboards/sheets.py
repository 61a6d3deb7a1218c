"""Exhibits as workbooks and CSV: numbers as numbers, and what is absent empty, never 0."""

from __future__ import annotations

from io import BytesIO

from flask_babel import gettext as _

from dashboards.exhibits import Exhibit
from dashboards.paper import Paper, rules
from registry.documents.cells import Cell, Share
from registry.documents.csvfile import csv_bytes
from registry.documents.workbook import Chart, Column, Sheet, write_workbook

MOST_BARS = 40
"""More bars than these make no native chart that can be read."""


def csv_of(exhibit: Exhibit) -> bytes:
    """The table of an exhibit; heads only where it is empty."""
    return csv_bytes(exhibit.heads or [exhibit.title], _values(exhibit))


def workbook_of(paper: Paper, exhibit: Exhibit) -> bytes:
    """One exhibit as a workbook."""
    return _written(paper, [_sheet(paper, exhibit)], exhibit.title)


def workbook(paper: Paper) -> bytes:
    """The whole page: what it is, then a sheet for each exhibit."""
    return _written(paper, [_first(paper), *(_sheet(paper, one) for one in paper.exhibits)])


def _written(paper: Paper, sheets: list[Sheet], title: str = "") -> bytes:
    target = BytesIO()
    write_workbook(target, sheets, title=title or paper.title, created=paper.made)
    return target.getvalue()


def _first(paper: Paper) -> Sheet:
    facts = [(_("Page"), paper.title), *paper.facts]
    rows = [*facts, *((_("Exhibit"), one.title) for one in paper.exhibits)]
    return Sheet(
        _("About this file"),
        [Column(_("What")), Column(_("Value"), width=80)],
        rows,
        title=paper.title,
        subtitle=[paper.period],
        notes=[_("An empty cell means that there is no figure; it never means 0.")],
    )


def _sheet(paper: Paper, exhibit: Exhibit) -> Sheet:
    return Sheet(
        exhibit.title,
        list(exhibit.heads) if exhibit.rows else [exhibit.title],
        _values(exhibit) or [[exhibit.empty]],
        title=exhibit.title,
        subtitle=[line for line in (exhibit.note, paper.told) if line],
        notes=[f"{name}: {rule}" for name, rule in rules([exhibit])],
        charts=_charts(exhibit),
    )


def _values(exhibit: Exhibit) -> list[list[Cell]]:
    return [[cell.value for cell in row] for row in exhibit.rows]


def _charts(exhibit: Exhibit) -> list[Chart]:
    """A native chart of the same kind as the page's."""
    if not exhibit.rows or exhibit.drawn_as not in ("bars", "lines"):
        return []
    lines = exhibit.drawn_as == "lines"
    if not lines and len(exhibit.rows) > MOST_BARS:
        return []
    columns = tuple(range(1, len(exhibit.heads))) if lines else (1,)
    percent = any(isinstance(row[1].value, Share) for row in exhibit.rows)
    return [Chart("line" if lines else "bar", exhibit.title, 0, columns, percent=percent)]
