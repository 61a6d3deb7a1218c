"""An exhibit: a chart with the table that says the same, kept as values so that a page, a
workbook, a brief and a download all show one thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards import parts
from registry.facts.measure import Measure


@dataclass(frozen=True)
class Cell:
    """A value of an exhibit's table.

    Attributes:
        value: what a workbook keeps: text, a number, or None where it is absent.
        text: how people read it.
        link: the address of the rows behind it; empty where there are none.
    """

    value: str | float | int | None
    text: str
    link: str = ""


def said(text: object) -> Cell:
    """A cell of words."""
    return Cell(str(text), str(text))


def amount(one: Measure, value: float | int | None, link: str = "") -> Cell:
    """A cell that holds a measure's value."""
    return Cell(value, parts.value_text(one, value), link)


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
        kind: extra class of its panel: ``tall``, ``wide``.
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

    def panel(self) -> Component:
        """It as a part of a page."""
        if not self.rows:
            return parts.panel(self.title, parts.empty(self.empty), note=self.note, kind=self.kind)
        rows = [[(cell.text, cell.link) if cell.link else cell.text for cell in row]
                for row in self.rows]  # fmt: skip
        told = parts.table(self.heads, rows)
        if self.chart is not None:
            told = html.Div([self.chart, parts.equal_values(self.heads, rows)])
        how = [parts.how(*self.measures)] if self.measures else []
        return parts.panel(self.title, told, *how, note=self.note, kind=self.kind)


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


def drawn(content: Iterable[Any]) -> list[Component]:
    """A page's content as components: exhibits as panels, tuples as grids."""
    made: list[Component] = []
    for block in content:
        if isinstance(block, Exhibit):
            made.append(block.panel())
        elif isinstance(block, tuple):
            made.append(html.Div(drawn(block), className="dash-grid"))
        else:
            made.append(block)
    return made
