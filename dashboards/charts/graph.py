"""The one way to make a chart."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.charts.palette import INK, LINE, MUTED
from dashboards.navigation import chart
from registry.i18n import language

FONT = (
    '"Sarabun", "Noto Sans Thai", "Leelawadee UI", "Thonburi", "Loma", "Noto Sans", '
    '"Segoe UI", system-ui, sans-serif'
)
BUTTONS = ["toImage"]
Trace = dict[str, Any]
LEGEND = {"orientation": "h", "x": 0, "yref": "container", "y": 1, "yanchor": "top"}
"""Above the chart; held by the chart's edge, for the plot's own moves when a screen is turned."""


def graph(
    name: str, traces: list[Trace], layout: Trace, height: int | str, label: str
) -> Component:
    """A chart that fits its column; nothing of it leaves the page.

    Args:
        traces: as plotly reads them; plain, for its classes take a quarter of a second a page.
        height: in pixels, or in the words of a style sheet where it follows the width.
        label: what it shows, for those who do not see it.
    """
    drawn = dcc.Graph(
        id=chart(name),
        figure={"data": traces, "layout": {**_look(height), **layout}},
        responsive=True,
        config=_config(name),
        style={"height": "var(--high)"},
    )
    named: dict[str, Any] = {"aria-label": label}
    high = height if isinstance(height, str) else f"{height}px"
    return html.Div(drawn, role="group", style={"--high": high}, **named)


def _config(name: str) -> Any:
    return {
        "displaylogo": False,
        "showSendToCloud": False,
        "plotlyServerURL": "",
        "locale": language(),
        "scrollZoom": False,
        "doubleClick": False,
        "modeBarButtons": [BUTTONS],
        "toImageButtonOptions": {"filename": f"sang-{name}", "scale": 2},
    }


def _look(height: int | str) -> dict[str, Any]:
    return {
        "height": None if isinstance(height, str) else height,
        "autosize": True,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 14, "color": INK},
        "hoverlabel": {"font": {"family": FONT, "size": 14}},
        "separators": ".,",
        "dragmode": False,
    }


def axis(**extra: Any) -> dict[str, Any]:
    """The look of an axis; it cannot be dragged."""
    return {
        "gridcolor": LINE,
        "zerolinecolor": LINE,
        "tickfont": {"color": MUTED, "size": 13},
        "automargin": True,
        "ticks": "",
        "fixedrange": True,
    } | extra


def kind_of(drawn: Component) -> str:
    """The kind of a chart's first trace, as plotly names it; empty for what is no chart."""
    figure = getattr(getattr(drawn, "children", None), "figure", None) or {}
    return str(next((trace.get("type", "") for trace in figure.get("data", [])), ""))
