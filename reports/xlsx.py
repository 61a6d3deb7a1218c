"""The report as a workbook: what is printed, native charts, and tidy data for pivot tables."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from flask_babel import gettext as _

from registry.documents.cells import Cell
from registry.documents.workbook import Chart, Column, Sheet, Style, write_workbook
from registry.facts.cuts import DIMENSIONS
from registry.facts.measure import Measure
from registry.facts.measures import MEASURES
from registry.i18n import in_both, language
from registry.periods.calendar import format_date, format_datetime
from reports import layout
from reports.comparing import differences
from reports.office_section import sheet_of_words
from reports.report import Report
from reports.tables import WHOLE, rows_of
from reports.target_section import sheet_of_targets
from reports.tidy import COLUMNS, tidy_rows
from reports.wording import change, change_heads, title_of, unit_of


def workbook_of(report: Report) -> bytes:
    """The workbook's bytes; the same report makes the same bytes."""
    buffer = BytesIO()
    write(report, buffer)
    return buffer.getvalue()


def write(report: Report, target: Path | BinaryIO) -> None:
    """Write the workbook in the language at hand; sheets without figures are left out."""
    sheets = [
        *_summary(report),
        *sheet_of_targets(report, _heading(report)),
        *_changes(report),
        *_tables(report),
        *_trend(report),
        *sheet_of_words(report, _heading(report)),
        _tidy(report),
        _codebook(),
    ]
    write_workbook(
        target,
        sheets,
        title=f"{_title()} {report.period.label(language())}",
        author=_("Public Relations Department"),
        created=report.closed_at,
    )


def _title() -> str:
    return str(_("Report on the public-relations network"))


def _heading(report: Report) -> list[str]:
    period, lang = report.period, language()
    days = " – ".join(format_date(day, lang, "long") for day in (period.start, period.end))
    closed = _(
        "Period closed %(moment)s, revision %(number)s",
        moment=format_datetime(report.closed_at, lang),
        number=report.revision,
    )
    said = [report.classed.title] if report.classed else []
    return [f"{period.label(lang)} ({days})", closed, f"SHA-256 {report.proof}", *said]


def _summary(report: Report) -> Iterator[Sheet]:
    """All figures of the report's place, with the change against the period before."""
    place = report.place
    names = [] if place is None else [one for one in MEASURES if report.book.has(one, place)]
    if names:
        yield Sheet(
            _("Summary"),
            [
                Column(_("Figure"), width=44),
                Column(_("Value")),
                Column(_("Unit")),
                Column(_("Period before")),
                Column(_("Difference")),
            ],
            [_figure_row(report, MEASURES[name]) for name in names],
            title=f"{_title()} · {report.names.of(place or '')}",
            subtitle=_heading(report),
            notes=[_("A dash means that there is no figure; it never means 0.")],
        )


def _figure_row(report: Report, one: Measure) -> list[Cell]:
    value, before = report.value(one.name), report.earlier(one.name)
    shown = "" if report.before is None else change(one.name, value, before)
    return [str(one.title), _cell(one, value), unit_of(one), _cell(one, before), shown]


def _cell(one: Measure, value: float | int | None) -> Cell:
    """Shares as percentages are what readers compare with the printed report."""
    if value is None:
        return "–"
    return float(value) * 100 if one.is_share else float(value) if one.is_median else value


def _tables(report: Report) -> Iterator[Sheet]:
    for table in layout.TABLES:
        rows = rows_of(report, table)
        if rows:
            whole = rows.pop() if report.book.has(table.columns[0].measure, WHOLE) else None
            yield Sheet(
                str(table.sheet),
                [str(table.first), *(_column(column.measure) for column in table.columns)],
                rows,
                title=str(table.title),
                subtitle=_heading(report),
                totals=whole,
                charts=_charts(table),
            )


def _column(name: str) -> Column:
    one = MEASURES[name]
    style = Style.PERCENT if one.is_share else Style.INTEGER
    return Column(f"{one.title} ({unit_of(one)})", style, width=15)


def _charts(table: layout.Table) -> list[Chart]:
    names = [column.measure for column in table.columns]
    wanted = dict.fromkeys([table.chart or "members_active", names[0]])
    return [
        Chart(
            "bar", str(MEASURES[name].title), 0, (names.index(name) + 1,), MEASURES[name].is_share
        )
        for name in wanted
        if table.dimension != "province"
    ]


def _changes(report: Report) -> Iterator[Sheet]:
    """Of a re-issue, every figure that differs from the revision before it."""
    if report.replaced is None:
        return
    name, *others = change_heads(report)
    yield Sheet(
        _("Changes"),
        [Column(name, width=44), Column(_("Place or kind"), width=30), *map(Column, others)],
        [
            [
                title_of(one.measure),
                report.names.of(one.cut),
                *(_plain(one.measure, value) for value in (one.before, one.after)),
                one.said,
            ]
            for one in differences(report.replaced, report.book)
        ],
        title=_("What differs from the revision before"),
        subtitle=[*_heading(report), report.reason],
    )


def _plain(name: str, value: float | int | None) -> Cell:
    return _cell(MEASURES[name], value) if name in MEASURES else value


def _trend(report: Report) -> Iterator[Sheet]:
    if len(report.history) < 2 or report.place is None:
        return
    rows = [
        [
            book.period.label(language(), "short"),
            *(report.value(name, book) for name in layout.TRENDS),
        ]
        for book in report.history
    ]
    yield Sheet(
        _("Trend of closed periods"),
        [_("Period"), *(_column(name) for name in layout.TRENDS)],
        rows,
        title=_("Trend of closed periods"),
        subtitle=_heading(report),
        charts=[
            Chart("line", str(MEASURES[name].title), 0, (place + 1,), MEASURES[name].is_share)
            for place, name in enumerate(layout.TRENDS)
        ],
    )


def _tidy(report: Report) -> Sheet:
    return Sheet(_("Data"), [Column(name) for name in COLUMNS], tidy_rows(report))


def _codebook() -> Sheet:
    titles = [
        (_("Name"), 30),
        (_("Name in Thai"), 36),
        (_("Name in English"), 36),
        (_("Unit"), 12),
        (_("Rule"), 60),
        (_("When absent"), 40),
        (_("Source"), 36),
        (_("Dimensions"), 40),
        (_("Version"), 8),
    ]
    return Sheet(
        _("Codebook"),
        [Column(title, Style.TEXT if width > 8 else None, width) for title, width in titles],
        [_described(one) for one in MEASURES.values()],
        title=_("Definitions"),
    )


def _described(one: Measure) -> list[Cell]:
    cuts = ", ".join(str(name) for key, name in DIMENSIONS.items() if key in one.dimensions)
    names, texts = in_both(one.title), (one.rule, one.absent, one.source)
    told = [names["th"], names["en"], unit_of(one), *map(str, texts)]
    return [one.name, *told, cuts, one.version]
