"""One measure by place, channel and type."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component
from flask import url_for
from flask_babel import gettext as _

from dashboards import parts
from dashboards.charts.bars import Bar, bars
from dashboards.charts.country import country
from dashboards.charts.palette import MAIN, ZONES
from dashboards.figures import Split
from dashboards.navigation import rows_link
from registry.facts.asked import Asked
from registry.facts.cuts import Value
from registry.facts.labels import label, names
from registry.facts.measure import Figure, Measure

Found = list[tuple[Value, Figure]]


def breakdowns(question: Asked, found: Split) -> list[Component]:
    """The map, and bars by zone, channel kind and network type."""
    others = ("zone", "channel_kind", "network_type")
    known = [key for key in others if key in found.dimensions and not _alone(found, key)]
    made = [] if _alone(found, "province") else [_province(question, found)]
    return [*made, *(_bars(question, found, key) for key in known)]


def _alone(found: Split, dimension: str) -> bool:
    """Whether there is only one place to show, which the key figures show already."""
    return dimension in ("zone", "province") and len(found.by(dimension)) == 1


def _title(one: Measure, dimension: str) -> str:
    named = one.dimension_title(dimension)
    return str(_("%(measure)s by %(dimension)s", measure=one.title, dimension=named))


def _drawn(one: Measure, question: Asked, dimension: str, found: Found) -> list[Bar]:
    known = names(dimension)
    return [
        Bar(
            label(dimension, value, known),
            figure.value,
            parts.value_text(one, figure.value),
            "" if value is None else rows_link(one.name, question, **{dimension: value}),
            ZONES.get(value, MAIN) if dimension == "zone" and isinstance(value, int) else MAIN,
        )
        for value, figure in found
    ]


def _rows(one: Measure, drawn: Sequence[Bar], found: Found) -> list[list[object]]:
    """Rows of the table of equal values; a share with what it was made of."""
    rows: list[list[object]] = []
    for bar, (_value, figure) in zip(drawn, found, strict=True):
        row: list[object] = [bar.name, (bar.text, bar.link)]
        if one.is_share:
            row += [f"{figure.numerator or 0:,.0f}", f"{figure.denominator or 0:,.0f}"]
        rows.append(row)
    return rows


def _heads(one: Measure, dimension: str) -> list[str]:
    heads = [str(one.dimension_title(dimension)), str(one.title)]
    return [*heads, _("Counted"), _("Out of")] if one.is_share else heads


def _bars(question: Asked, split: Split, dimension: str) -> Component:
    one = split.one
    title, found = _title(one, dimension), split.by(dimension)
    found = [(value, figure) for value, figure in found if figure.value is not None]
    if dimension != "zone":
        found.sort(key=lambda entry: -(entry[1].value or 0))
    if not any(figure.value for _value, figure in found):
        return parts.panel(title, parts.empty(_("There are no figures for this period.")))
    drawn = _drawn(one, question, dimension, found)
    return parts.panel(
        title,
        bars(f"by-{dimension}", drawn, title),
        parts.equal_values(_heads(one, dimension), _rows(one, drawn, found)),
        parts.how(one),
        note=parts.unit_note(one),
    )


def _province(question: Asked, split: Split) -> Component:
    one = split.one
    title, found = _title(one, "province"), split.by("province")
    if not split.dimensions:
        return parts.panel(title, parts.empty(_("not counted with these filters")))
    if not any(figure.value for _value, figure in found):
        return parts.panel(title, parts.empty(_("There are no figures for this period.")))
    drawn = _drawn(one, question, "province", found)
    table = parts.equal_values(_heads(one, "province"), _rows(one, drawn, found))
    return parts.panel(
        title,
        _country(one, drawn, found, title),
        table,
        parts.how(one),
        note=parts.unit_note(one),
        kind="tall",
    )


def _country(one: Measure, drawn: list[Bar], found: Found, title: str) -> Component:
    places = [(str(value), bar) for (value, _f), bar in zip(found, drawn, strict=True) if value]
    known = {code for code, _bar in places}
    everywhere = names("province")
    blank = [
        (str(code), Bar(text, None, "–")) for code, text in everywhere.items() if code not in known
    ]
    every = places + blank
    return country(
        "by-province",
        [code for code, _bar in every],
        [bar for _code, bar in every],
        url_for("dashboards.outlines_static"),
        title,
        share=one.is_share,
    )
