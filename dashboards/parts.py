"""Building blocks of pages: panels, cards, tables of equal values, and words about figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

from registry.facts.measure import UNIT_NAMES, Figure, Measure

Children = Sequence[Any]
SPACE = "\N{NO-BREAK SPACE}"


def value_text(one: Measure, value: float | int | None) -> str:
    """A value as people read it; an absent one is a dash, never 0."""
    if value is None:
        return "–"
    if one.is_share:
        return f"{value * 100:,.1f} %"
    return f"{value:,.1f}" if one.is_median else f"{value:,.0f}"


def unit_text(one: Measure) -> str:
    """The unit that goes with a value; shares carry theirs."""
    return "" if one.is_share else str(UNIT_NAMES[one.unit])


def unit_note(one: Measure, *more: str) -> str:
    """The unit, said once for a whole chart, and what else is to be said of it."""
    unit = "" if one.is_share else str(_("Unit: %(unit)s", unit=UNIT_NAMES[one.unit]))
    return " · ".join(filter(None, (unit, *more)))


def with_unit(one: Measure, value: float | int | None) -> str:
    """A value with its unit."""
    text, unit = value_text(one, value), unit_text(one)
    return text if value is None or not unit else f"{text} {unit}"


def how(*measures: Measure) -> Component:
    """The answer to "how is this counted?"."""
    lines = [html.P([html.B(f"{one.title}: "), rule_of(one)]) for one in measures]
    return html.Details([html.Summary(_("How is this counted?")), *lines], className="how")


def rule_of(one: Measure) -> str:
    """How a measure is counted, when it is absent, from what, and by which version."""
    version = _("rule version %(n)s", n=one.version)
    return f"{one.rule} {one.absent} ({one.source}, {version})"


def table(heads: Sequence[str], rows: Sequence[Children], *, kind: str = "") -> Component:
    """A table; the first column heads its row, numbers stand right.

    Args:
        rows: cells are text, or ``(text, address)``.
        kind: ``stacked``: on a phone a row is a card, its cells with their columns' names;
            ``dense``: as narrow as its words.
    """
    names = heads if kind == "stacked" else [""] * len(heads)
    head = html.Thead(html.Tr([_head(text, place) for place, text in enumerate(heads)]))
    body = html.Tbody(
        [
            html.Tr([_cell(cell, place, names[place]) for place, cell in enumerate(row)])
            for row in rows
        ]
    )
    return html.Div(
        html.Table([head, body], className=f"table table-sm {kind}".strip()),
        className="table-wrap",
        tabIndex="0",
    )


def _head(text: str, place: int) -> Component:
    return html.Th(text, scope="col", className="num" if place else "")


def _cell(cell: Any, place: int, name: str) -> Component:
    content = html.A(cell[0], href=cell[1]) if isinstance(cell, tuple) and cell[1] else cell
    if isinstance(content, tuple):
        content = content[0]
    if not place:
        return html.Th(content, scope="row")
    told: dict[str, Any] = {"data-label": name} if name else {}
    return html.Td(content, className="num", **told)


def equal_values(heads: Sequence[str], rows: Sequence[Children]) -> Component:
    """The table that says the same as a chart."""
    return html.Details([html.Summary(_("Table of these values")), table(heads, rows)])


def title_by(one: Measure, dimension: str) -> str:
    """A measure by a dimension, whose name does not begin this sentence."""
    named = str(one.dimension_title(dimension))
    return str(
        _(
            "%(measure)s by %(dimension)s",
            measure=one.title,
            dimension=named[:1].lower() + named[1:],
        )
    )


def panel(title: str, *children: Any, note: str = "", kind: str = "") -> Component:
    """A part of a page with its heading."""
    head: list[Any] = [html.H2(title)]
    if note:
        head.append(html.P(note.replace(" %", f"{SPACE}%"), className="note"))
    return html.Section([*head, *children], className=f"panel {kind}".strip())


def empty(sentence: str) -> Component:
    """Said instead of an empty chart."""
    return html.P(sentence, className="empty")


def refusal(sentence: str, path: str) -> Component:
    """Said instead of a page that cannot be shown."""
    back = html.A(_("Show the whole page without filters"), href=path, className="btn btn-primary")
    return html.Div([html.P(sentence), back], className="panel empty", role="alert")


def change(one: Measure, now: Figure, before: Figure, words: str, name: str) -> str:
    """How a value changed: shares in percentage points, others in per cent.

    Args:
        words: since when; ``name``: what it is compared with.
    """
    if now.value is None or before.value is None or not (one.is_share or before.value):
        return str(_("%(words)s: nothing to compare with", words=name))
    step = round(100 * (now.value - before.value) / (1 if one.is_share else before.value), 1)
    sign = "▲" if step > 0 else "▼" if step < 0 else "="
    unit = _("percentage points") if one.is_share else "%"
    return f"{sign} {abs(step):,.1f} {unit} {words}"
