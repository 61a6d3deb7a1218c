"""An exhibit: a chart with the table that says the same, kept as values so that a page, a
workbook, a brief and a download all show one thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards import parts
from dashboards.charts.graph import kind_of
from dashboards.source import Source
from registry.documents.cells import Share
from registry.facts.measure import Measure

Picture = Literal["bars", "lines", "cards", "none"]
PICTURES: dict[str, Picture] = {"bar": "bars", "choropleth": "bars", "scatter": "lines"}
"""What can be drawn simply, by the kind of a chart."""


@dataclass(frozen=True)
class Cell:
    """A value of an exhibit's table.

    Attributes:
        value: what a workbook keeps: text, a number, a day, or None where it is absent.
        text: how people read it.
        link: the address of the rows behind it; empty where there are none.
    """

    value: str | float | int | date | None
    text: str
    link: str = ""


def said(text: object, link: str = "") -> Cell:
    """A cell of words."""
    return Cell(str(text), str(text), link)


def amount(one: Measure, value: float | int | None, link: str = "") -> Cell:
    """A cell that holds a measure's value."""
    kept = Share(value) if one.is_share and value is not None else value
    return Cell(kept, parts.value_text(one, value), "" if value is None else link)


def count(value: float | int | None, link: str = "") -> Cell:
    """A cell that holds a whole number; an absent one is a dash, never 0."""
    return Cell(value, "–" if value is None else f"{value:,.0f}", link)


@dataclass(frozen=True)
class Exhibit:
    """One chart of a page.

    Attributes:
        name: stable within its page; addresses of downloads use it.
        title: says what it shows.
        heads: of its table, the first one heads the rows.
        rows: its values; none: there is nothing to show, and ``empty`` says so.
        chart: the picture; None where the table is the exhibit.
        measures: those it shows, for "how is this counted?".
        note: unit and comparison, in a line under the title.
        kind: extra classes of its panel: ``tall``, ``wide``, ``bare``; ``dense``: of its table.
        drawing: drawn in place of chart and table, where the page needs a look of its own; the
            table is then kept for files.
        picture: how a brief draws the rows: bars of the first column of figures, lines of all,
            or cards; as the chart does unless told otherwise.
    """

    name: str
    title: str
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    chart: Component | None = None
    measures: Sequence[Measure] = ()
    note: str = ""
    kind: str = ""
    empty: str = ""
    drawing: Component | None = None
    picture: Picture | None = None

    @property
    def drawn_as(self) -> Picture:
        """How a brief draws it."""
        return self.picture or (
            "none" if self.chart is None else PICTURES.get(kind_of(self.chart), "none")
        )

    def panel(self, source: Source | None = None) -> Component:
        """It as a part of a page, with the ways to its files."""
        if not self.rows:
            return parts.panel(self.title, parts.empty(self.empty), note=self.note, kind=self.kind)
        how = [parts.how(*self.measures)] if self.measures and self.kind != "bare" else []
        files = [self._files(source)] if source else []
        return parts.panel(self.title, self._body(), *how, *files, note=self.note, kind=self.kind)

    def _body(self) -> Component:
        if self.drawing is not None:
            return self.drawing
        rows = [
            [(cell.text, cell.link) if cell.link else cell.text for cell in row]
            for row in self.rows
        ]
        if self.chart is None:
            return parts.table(self.heads, rows, kind="dense" if "dense" in self.kind else "")
        return html.Div([self.chart, parts.equal_values(self.heads, rows)])

    def _files(self, source: Source) -> Component:
        """The picture, which the browser makes, and the table as files."""
        ways: list[Component] = []
        if self.chart is not None:
            named: dict[str, Any] = {"data-file": source.file_name("png", self.name)}
            ways.append(_named(html.Button, "PNG", self.title, className="save-picture", **named))
        for form, text in (("xlsx", "Excel"), ("csv", "CSV")):
            address = source.exhibit_file(self.name, form)
            ways.append(_named(html.A, text, self.title, href=address))
        return html.P([html.Span(_("Download:")), *ways], className="files")


def _named(element: Any, text: str, title: str, **more: Any) -> Component:
    """A control whose name says what it is for, to those who hear it out of its place."""
    spoken: dict[str, Any] = {"aria-label": f"{text}: {title}"}
    return element(text, **spoken, **more)  # type: ignore[no-any-return]


def grid(blocks: Iterable[Any]) -> Sequence[Any]:
    """Blocks side by side where there is room; kept as they are until the page is drawn."""
    return tuple(blocks)


def exhibits(content: Iterable[Any]) -> Iterator[Exhibit]:
    """The exhibits of a page, in their order."""
    for block in content:
        if isinstance(block, Exhibit):
            yield block
        elif isinstance(block, tuple):
            yield from exhibits(block)


def drawn(content: Iterable[Any], source: Source | None = None) -> list[Component]:
    """A page's content as components: exhibits as panels, tuples as grids."""
    made: list[Component] = []
    for block in content:
        if isinstance(block, Exhibit):
            made.append(block.panel(source))
        elif isinstance(block, tuple):
            made.append(html.Div(drawn(_filled(block), source), className="dash-grid"))
        else:
            made.append(block)
    return made


def _filled(blocks: Sequence[Any]) -> list[Any]:
    """Blocks of two columns; one that would stand beside nothing takes the whole row."""
    made: list[Any] = []
    columns = 0
    for block in (*blocks, None):
        kind = getattr(block, "kind", "wide").split()
        whole = not {"wide", "long"}.isdisjoint(kind)
        if whole and columns % 2 and not made[-1].kind:
            made[-1] = replace(made[-1], kind="wide")
        columns = 0 if whole else columns + (2 if "tall" in kind else 1)
        made.append(block)
    return made[:-1]


def page(content: Sequence[Any], source: Source) -> Component:
    """A whole page, with the ways to its files beside its heading."""
    blocks = drawn(content, source)
    if blocks and any(True for _exhibit in exhibits(content)):
        blocks[0] = _with_files(blocks[0], source)
    return html.Div(blocks)


def _with_files(head: Component, source: Source) -> Component:
    """The head of a page, its own actions first."""
    inside = head.children if isinstance(head.children, list) else [head.children]
    ways = [
        html.A(text, href=source.page_file(form), className="btn btn-outline-primary")
        for form, text in (("xlsx", _("Workbook")), ("pdf", _("PDF brief")))
    ]
    last = inside[-1]
    if getattr(last, "className", "") == "actions":
        own = getattr(last, "children", None) or []
        inside, ways = inside[:-1], [*(own if isinstance(own, list) else [own]), *ways]
    return html.Div([*inside, html.Div(ways, className="actions")], className="page-head")
