"""The map of provinces, drawn from the project's own outlines."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboards.charts.bars import Bar
from dashboards.charts.graph import Trace, graph
from dashboards.charts.palette import LINE, MUTED, PAPER, SCALE

LONGITUDES, LATITUDES = [97.0, 106.0], [5.4, 20.7]
HEIGHT = "min(780px, 150vw)"
"""As high as two other charts, or as a phone is wide enough for."""


def country(
    name: str, codes: Sequence[str], drawn: Sequence[Bar], outlines: str, label: str, *, share: bool
) -> Component:
    """A map that is darker where the value is higher; provinces without one are hatched out.

    Args:
        codes: DOPA codes, in the order of ``drawn``.
        outlines: address of the GeoJSON file, whose features have ``properties.code``.
    """
    places = list(zip(codes, drawn, strict=True))
    known = [(code, bar) for code, bar in places if bar.value is not None]
    absent = [(code, bar) for code, bar in places if bar.value is None]
    traces = [{**_trace(absent, outlines), **_blank(len(absent))}] if absent else []
    traces.append({**_trace(known, outlines), **_filled(known, share)})
    geo = {
        "visible": False,
        "projection": {"type": "mercator"},
        "lonaxis": {"range": LONGITUDES},
        "lataxis": {"range": LATITUDES},
        "bgcolor": "rgba(0,0,0,0)",
    }
    return graph(name, traces, {"geo": geo}, HEIGHT, label)


def _filled(known: Sequence[tuple[str, Bar]], share: bool) -> Trace:
    return {
        "z": [bar.value for _code, bar in known],
        "zmin": 0,
        "zmax": max((bar.value or 0 for _code, bar in known), default=0) or 1,
        "colorscale": [list(step) for step in SCALE],
        "marker": {"line": {"color": PAPER, "width": 0.6}},
        "colorbar": {
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
    }


def _trace(drawn: Sequence[tuple[str, Bar]], outlines: str) -> Trace:
    return {
        "type": "choropleth",
        "geojson": outlines,
        "featureidkey": "properties.code",
        "locations": [code for code, _bar in drawn],
        "text": [f"{bar.name}: {bar.text}" for _code, bar in drawn],
        "customdata": [bar.link for _code, bar in drawn],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _blank(count: int) -> Trace:
    return {
        "z": [0] * count,
        "showscale": False,
        "colorscale": [[0, PAPER], [1, PAPER]],
        "marker": {"line": {"color": LINE, "width": 1}},
    }
