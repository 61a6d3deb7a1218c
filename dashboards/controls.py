"""Controls that the rows of filters are made of: a choice, boxes to tick, places, chips."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards.navigation import button, control, ticks

ANY = "any"
"""The choice that sets no limit: it needs no parameter in the address."""
MANY = 6
"""More values of a limit than so many are told by their number."""
Options = list[dict[str, Any]]


def select_of(name: str, title: Any, options: Options, value: Any) -> Component:
    """One choice with its label."""
    chosen = dbc.Select(
        id=control(name), options=options, value=ANY if value is None else str(value)
    )
    label = html.Label([html.Span(str(title)), chosen], className="form-label")
    return html.Div(label, id=f"filter-{name}")


def boxes(name: str, title: Any, options: Options, chosen: Collection[Any]) -> Component:
    """Several values to tick; they take effect together."""
    values = [str(value) for value in chosen]
    told = [option["label"] for option in options if option["value"] in values]
    named: dict[str, Any] = {"role": "group", "aria-label": str(title)}
    ticked = html.Div(dbc.Checklist(id=ticks(name), options=options, value=values), **named)
    return _folded(name, title, said(told), [ticked])


def places(groups: Sequence[tuple[Options, list[str], str]], told: str, *own: Any) -> Component:
    """Zones with their provinces.

    Args:
        groups: boxes of a zone, the values ticked, and the zone's name.
        told: what is chosen, in a few words.
        own: shortcuts for those whose office is a place.
    """
    tree = [
        html.Details(
            [
                html.Summary(f"{title} ({len(chosen)})" if chosen else title),
                dbc.Checklist(id=ticks("place", str(n)), options=options, value=chosen),
            ],
            open=bool(chosen) or len(groups) == 1,
            className="zone",
        )
        for n, (options, chosen, title) in enumerate(groups)
    ]
    return _folded("place", _("Place"), told, [*own, *tree])


def _folded(name: str, title: Any, told: str, inside: list[Any]) -> Component:
    summary = html.Summary([html.Span(str(title)), html.Span(told, className="form-select")])
    apply = html.Button(
        _("Show these"), id=button("apply", name), type="button", className="btn btn-primary btn-sm"
    )
    body = html.Div([*inside, html.Div(apply, className="apply")], className="boxes")
    return html.Details([summary, body], className="choice", id=f"filter-{name}")


def said(told: Sequence[str]) -> str:
    """What is chosen, in a few words."""
    if len(told) > 2:
        return str(_("%(n)s chosen", n=len(told)))
    return ", ".join(told) if told else str(_("All"))


def chips(limits: Sequence[tuple[str, str, Sequence[tuple[str, str]]]]) -> list[Component]:
    """Each active limit with a button that removes it, and one that removes them all.

    Args:
        limits: parameter, its title, and its values with their names.
    """
    found = [chip for name, title, values in limits for chip in _chips(name, title, values)]
    lines = [html.Li(chip) for chip in found]
    if len(found) > 1:
        names = button("drop", ",".join(name for name, _title, _values in limits))
        words = _("Clear all filters")
        lines.append(html.Li(html.Button(words, id=names, type="button", className="btn btn-link")))
    return [html.Ul(lines, className="chips")] if found else []


def _chips(name: str, title: str, values: Sequence[tuple[str, str]]) -> list[Component]:
    if len(values) > MANY:
        return [_chip(name, "", _("%(title)s: %(n)s chosen", title=title, n=len(values)))]
    several = len(values) > 1
    return [_chip(name, value if several else "", f"{title}: {text}") for value, text in values]


def _chip(name: str, value: str, text: str) -> Component:
    cross: dict[str, Any] = {"aria-hidden": "true"}
    return html.Button(
        [text, html.Span(" ×", **cross)],
        id=button("drop", name, value),
        type="button",
        className="chip",
        title=_("Remove the filter “%(text)s”", text=text),
    )
