"""The map of provinces, drawn from the project's own outlines."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from dash.development.base_component import Component

from dashboards.charts.bars import Bar
from dashboards.charts.graph import graph
from dashboards.charts.palette import LINE, MUTED, PAPER, SCALE

LONGITUDES, LATITUDES = [97.0, 106.0], [5.4, 20.7]


def country(
    name: str, codes: Sequence[str], drawn: Sequence[Bar], outlines: str, label: str, *, share: bool
) -> Component:
    """A map that is darker where the value is higher; provinces without one are hatched out.

    Args:
        codes: DOPA codes, in the order of ``drawn``.
        outlines: address of the GeoJSON file, whose features have ``properties.code``.
    """
    known = [(code, bar) for code, bar in zip(codes, drawn, strict=True) if bar.value is not None]
    absent = [(code, bar) for code, bar in zip(codes, drawn, strict=True) if bar.value is None]
    figure = go.Figure()
    if absent:
        figure.add_choropleth(**_trace(absent, outlines), z=[0] * len(absent), **_blank())
    figure.add_choropleth(
        **_trace(known, outlines),
        z=[bar.value for _code, bar in known],
        zmin=0,
        colorscale=[list(step) for step in SCALE],
        colorbar={
            "orientation": "h",
            "thickness": 10,
            "len": 0.9,
            "y": -0.02,
            "yanchor": "top",
            "tickformat": ".0%" if share else ",.0f",
            "nticks": 4,
            "outlinewidth": 0,
            "tickfont": {"color": MUTED, "size": 12},
        },
        marker={"line": {"color": PAPER, "width": 0.6}},
    )
    figure.update_geos(
        visible=False,
        projection_type="mercator",
        lonaxis_range=LONGITUDES,
        lataxis_range=LATITUDES,
        bgcolor="rgba(0,0,0,0)",
    )
    return graph(name, figure, 560, label)


def _trace(drawn: Sequence[tuple[str, Bar]], outlines: str) -> dict[str, object]:
    return {
        "geojson": outlines,
        "featureidkey": "properties.code",
        "locations": [code for code, _bar in drawn],
        "text": [f"{bar.name}: {bar.text}" for _code, bar in drawn],
        "customdata": [bar.link for _code, bar in drawn],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _blank() -> dict[str, object]:
    return {
        "showscale": False,
        "colorscale": [[0, PAPER], [1, PAPER]],
        "marker": {"line": {"color": LINE, "width": 1}},
    }
