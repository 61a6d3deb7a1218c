"""Lists of an exhibit: the first lines on the page, the others to be unfolded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

FIRST = 8
"""So many lines are shown at once."""


def listed(lines: Sequence[Sequence[Any]]) -> Component:
    """Lines of text and links; those beyond the first few behind "more"."""
    made = [html.Li(list(line)) for line in lines]
    first = html.Ul(made[:FIRST], className="attention")
    if len(made) <= FIRST:
        return first
    more = html.Summary(_("%(n)s more", n=f"{len(made) - FIRST:,}"))
    return html.Div([first, html.Details([more, html.Ul(made[FIRST:], className="attention")])])
