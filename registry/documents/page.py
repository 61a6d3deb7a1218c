"""One worksheet behind the sanitiser: nothing reaches the file but through :meth:`Page.put`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from registry.documents.cells import (
    Cell,
    Share,
    clean_text,
    cut_text,
    starts_like_formula,
    workbook_cell,
)

FONT = "TH Sarabun New"
INK, RULE, FILL, MUTED = "#1F2A37", "#9AA5B1", "#E6EDF5", "#52606D"
PALETTE = ("#1F5A96", "#D9730D", "#2E7D5B", "#8E4585", "#B8860B", "#5B6770")
MARKERS = ("circle", "square", "diamond", "triangle", "x", "star")
CHART_ROWS = 20
LINE = 21
"""Points of a line of text, also where another typeface stands in for the one that is named."""
_NAME_NOISE = re.compile(r"[\[\]:*?/\\\n\t]")
_BUDDHIST = "[$-107041E]"


class Style(StrEnum):
    """How a cell looks; without one, a value looks as its type demands."""

    TITLE = "title"
    SUBTITLE = "subtitle"
    NOTE = "note"
    HEADER = "header"
    TEXT = "text"
    PLAIN = "plain"
    INTEGER = "integer"
    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    MOMENT = "moment"


_LOOK: dict[Style, dict[str, Any]] = {
    Style.TITLE: {"bold": True, "font_size": 20},
    Style.SUBTITLE: {"font_color": MUTED},
    Style.NOTE: {"font_color": MUTED, "font_size": 13},
    Style.HEADER: {
        "bold": True,
        "bg_color": FILL,
        "border": 1,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
    },
    Style.TEXT: {"text_wrap": True, "num_format": "@"},
    Style.PLAIN: {"num_format": "0"},
    Style.INTEGER: {"num_format": "#,##0"},
    Style.NUMBER: {"num_format": "#,##0.00"},
    Style.PERCENT: {"num_format": "0.0%"},
    Style.DATE: {"num_format": f"{_BUDDHIST}d mmm yyyy", "align": "left"},
    Style.MOMENT: {"num_format": f"{_BUDDHIST}d mmm yyyy hh:mm", "align": "left"},
}
_HEADINGS = (Style.TITLE, Style.SUBTITLE, Style.NOTE)


@dataclass(frozen=True)
class Chart:
    """A native chart of a table's columns.

    Args:
        kind: ``column``, ``bar`` (lying) or ``line``.
        categories: number of the column with the names along the axis.
        series: numbers of the columns with the values.
        percent: the values are shares from 0 to 1.
        stacked: values lie on top of each other.
    """

    kind: Literal["column", "bar", "line"]
    title: str
    categories: int
    series: tuple[int, ...]
    percent: bool = False
    stacked: bool = False


class Page:
    """A worksheet; rows and columns count from 0."""

    def __init__(self, book: Workbook, name: str) -> None:
        self.name = name
        self._book = book
        self._sheet = book.add_worksheet(name)
        self._formats: dict[tuple[Style, bool, bool], Format] = {}
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
        self._sheet.set_footer("&R&P / &N")
        self._sheet.hide_gridlines(2)

    def put(
        self, row: int, column: int, value: Cell, style: Style | None = None, *, total: bool = False
    ) -> None:
        """Write a value; a string stays a string whatever it begins with."""
        cell = workbook_cell(value)
        look = style or style_of(cell)
        formula = isinstance(cell, str) and starts_like_formula(cell)
        form = self._format(look, total, formula)
        match cell:
            case None | "":
                self._sheet.write_blank(row, column, None, form)
            case str():
                self._sheet.write_string(row, column, cell, form)
            case bool():
                self._sheet.write_boolean(row, column, cell, form)
            case date():
                self._sheet.write_datetime(row, column, cell, form)
            case _:
                self._sheet.write_number(row, column, cell, form)

    def put_row(
        self,
        row: int,
        values: Sequence[Cell],
        styles: Sequence[Style | None] = (),
        *,
        total: bool = False,
    ) -> None:
        """Write values from the first column on; missing styles follow the values."""
        for column, value in enumerate(values):
            style = styles[column] if column < len(styles) else None
            self.put(row, column, value, style, total=total)

    def width(self, column: int, characters: float) -> None:
        """Set a column's width."""
        self._sheet.set_column(column, column, characters)

    def height(self, row: int, lines: float) -> None:
        """Make a row as high as so many lines of text; Excel shows rows of up to 409 points."""
        self._sheet.set_row(row, min(LINE * lines, 400))

    def texts(self, column: int, characters: float) -> None:
        """Whatever is typed into a column stays text: no number loses its leading zero."""
        form = self._book.add_format({"num_format": "@", "font_name": FONT, "font_size": 14})
        self._sheet.set_column(column, column, characters, form)

    def ask(
        self,
        column: int,
        rows: tuple[int, int],
        *,
        hint: str = "",
        source: str = "",
        strict: bool = False,
    ) -> None:
        """What Excel says and offers while cells of a column are filled in; writes no cell.

        Args:
            rows: the first and the last row.
            hint: a sentence beside the cell.
            source: a formula for a list to choose from, without its equals sign.
            strict: whether something else than what the list holds is refused.
        """
        rule: dict[str, Any] = {"validate": "list", "source": f"={source}"} if source else {}
        rule = rule or {"validate": "any"}
        self._sheet.data_validation(
            rows[0],
            column,
            rows[1],
            column,
            rule
            | {"error_type": "stop" if strict else "warning"}
            | ({"input_message": clean_text(hint)[:255]} if hint else {}),
        )

    def hide(self) -> None:
        """Keep the sheet out of sight: it holds what others refer to."""
        self._sheet.hide()

    def freeze(self, row: int, column: int) -> None:
        """Rows above and columns before stay in sight; the row above is repeated in print."""
        self._sheet.freeze_panes(row, column)
        self._sheet.repeat_rows(row - 1)

    def table(self, top: int, last: int, columns: int) -> None:
        """Freeze the header row, repeat it in print and offer filters."""
        self._sheet.freeze_panes(top + 1, 0)
        self._sheet.repeat_rows(top)
        if last > top:
            self._sheet.autofilter(top, 0, last, columns - 1)

    def chart(self, chart: Chart, row: int, header: int, body: tuple[int, int]) -> int:
        """Insert a chart at a row; returns the next free row.

        Args:
            header: row with the names of the series.
            body: first and last row of the values; an empty body makes no chart.
        """
        first, last = body
        if last < first:
            return row
        drawn = self._book.add_chart(
            {"type": chart.kind} | ({"subtype": "stacked"} if chart.stacked else {})
        )
        for index, column in enumerate(chart.series):
            drawn.add_series(
                {
                    "name": [self.name, header, column],
                    "categories": [self.name, first, chart.categories, last, chart.categories],
                    "values": [self.name, first, column, last, column],
                }
                | _series_look(chart.kind, index)
            )
        self._finish(drawn, chart)
        self._sheet.insert_chart(row, 0, drawn, {"description": _caption(chart.title)})
        return row + CHART_ROWS

    def _finish(self, drawn: Any, chart: Chart) -> None:
        font = {"name": FONT, "size": 12, "color": INK}
        drawn.set_title({"name": _caption(chart.title), "name_font": font | {"size": 14}})
        values = {
            "num_font": font,
            "num_format": "0%" if chart.percent else "#,##0",
            "major_gridlines": {"visible": True, "line": {"color": "#DDE3EA"}},
            "min": 0,
        }
        names: dict[str, Any] = {"num_font": font}
        if chart.kind == "bar":  # lying: x is the axis of the values
            names["reverse"], values["label_position"] = True, "high"
            names, values = values, names
        drawn.set_x_axis(names)
        drawn.set_y_axis(values)
        drawn.set_size({"width": 860, "height": 380})
        drawn.show_blanks_as("gap")
        drawn.set_legend(
            {"none": True} if len(chart.series) == 1 else {"position": "bottom", "font": font}
        )

    def _format(self, style: Style, total: bool, formula: bool) -> Format:
        key = (style, total, formula)
        if key not in self._formats:
            look = {"font_name": FONT, "font_size": 14, "font_color": INK, "valign": "top"}
            if style not in _HEADINGS:
                look |= {"border": 1, "border_color": RULE}
            look |= _LOOK[style]
            look |= {"bold": True, "top": 2} if total else {}
            self._formats[key] = self._book.add_format(look | {"quote_prefix": formula})
        return self._formats[key]


def number_format(style: Style) -> str:
    """How Excel writes the values of a style."""
    return str(_LOOK[style].get("num_format", "General"))


def style_of(cell: object) -> Style:
    """How a value looks that no column gave a look."""
    match cell:
        case bool() | str() | None:
            return Style.TEXT
        case int():
            return Style.INTEGER
        case Share():
            return Style.PERCENT
        case float():
            return Style.NUMBER
        case datetime():
            return Style.MOMENT
        case _:
            return Style.DATE


def _series_look(kind: str, index: int) -> dict[str, Any]:
    """Colours, and for lines markers too: never colour alone."""
    colour = PALETTE[index % len(PALETTE)]
    if kind != "line":
        return {"fill": {"color": colour}, "gap": 60}
    marker = {"type": MARKERS[index % len(MARKERS)], "size": 6, "fill": {"color": colour}}
    return {"line": {"color": colour, "width": 2}, "marker": marker | {"border": {"color": colour}}}


def _caption(text: str) -> str:
    """A chart's text; xlsxwriter reads ``a!A1`` as a reference, so the two are kept apart."""
    return clean_text(text)[:200].replace("!", "!\u200b")


def sheet_name(text: str, taken: set[str]) -> str:
    """A name that Excel accepts and that no other sheet has; adds it to ``taken``."""
    plain = _NAME_NOISE.sub(" ", clean_text(text)).strip(" '")
    base = cut_text(plain, 25).strip(" '") or "1"
    if base.lower() == "history":
        base += " 1"
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base} ({number})"
    taken.add(name.casefold())
    return name
