"""One measure by place, channel and type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards import firmness, parts
from dashboards.charts.bars import Bar, bars
from dashboards.charts.country import country
from dashboards.charts.palette import MAIN, ZONES
from dashboards.exhibits import Cell, Exhibit, amount, count, said
from dashboards.figures import Split
from dashboards.navigation import rows_link
from dashboards.source import outlines
from registry.facts.asked import Asked
from registry.facts.cuts import Value
from registry.facts.labels import label, names
from registry.facts.measure import Figure, Measure
from registry.i18n import language

Found = list[tuple[Value, Figure]]
OTHERS = ("zone", "channel_kind", "network_type")


@dataclass(frozen=True)
class Before:
    """The same measure in the period before: its name, and its parts."""

    period: str
    found: Split


def breakdowns(question: Asked, found: Split, before: Split | None = None) -> list[Exhibit]:
    """The map, and bars by zone, channel kind and network type.

    Args:
        before: the same in the period before, where the two can be compared.
    """
    known = [key for key in OTHERS if key in found.dimensions and not _alone(found, key)]
    earlier = Before(question.period.previous().label(language()), before) if before else None
    made = [] if _alone(found, "province") else [_province(question, found, earlier)]
    return [*made, *(_bars(question, found, key, earlier) for key in known)]


def _alone(found: Split, dimension: str) -> bool:
    """Whether there is only one place to show, which the key figures show already."""
    return dimension in ("zone", "province") and len(found.by(dimension)) == 1


@dataclass(frozen=True)
class _Part:
    """One value of a dimension, named, with the figure of the period and of the one before."""

    value: Value
    name: str
    figure: Figure
    before: Figure | None
    link: str


def _parts(
    one: Measure, question: Asked, dimension: str, found: Found, before: Before | None
) -> list[_Part]:
    known = names(dimension)
    earlier = dict(before.found.by(dimension)) if before else {}
    return [
        _Part(
            value,
            label(dimension, value, known),
            figure,
            earlier.get(value),
            "" if value is None else rows_link(one.name, question, **{dimension: value}),
        )
        for value, figure in found
    ]


def _drawn(
    one: Measure, dimension: str, shown: Sequence[_Part], before: Before | None
) -> list[Bar]:
    made = []
    for part in shown:
        zone = dimension == "zone" and isinstance(part.value, int)
        earlier = part.before.value if part.before else None
        text = f"{before.period}: {parts.value_text(one, earlier)}" if before else ""
        made.append(
            Bar(
                part.name,
                part.figure.value,
                parts.value_text(one, part.figure.value),
                part.link,
                ZONES.get(part.value, MAIN) if zone else MAIN,  # type: ignore[arg-type]
                earlier,
                text,
            )
        )
    return made


def _rows(one: Measure, shown: Sequence[_Part], before: Before | None) -> list[list[Cell]]:
    """Rows of the table of equal values; a share with what it was made of."""
    rows: list[list[Cell]] = []
    for part in shown:
        row = [said(part.name), amount(one, part.figure.value, part.link)]
        if before:
            row.append(amount(one, part.before.value if part.before else None))
        if one.is_share:
            row += [count(part.figure.numerator or 0), count(part.figure.denominator or 0)]
        rows.append(row)
    return rows


def _heads(one: Measure, dimension: str, before: Before | None) -> list[str]:
    heads = [str(one.dimension_title(dimension)), str(one.title)]
    heads += [before.period] if before else []
    return [*heads, _("Counted"), _("Out of")] if one.is_share else heads


def _note(one: Measure, question: Asked, before: Before | None) -> str:
    mark = _("Compared with %(period)s (thin mark)", period=before.period) if before else ""
    return parts.unit_note(one, mark, firmness.of_period(question))


def _bars(question: Asked, split: Split, dimension: str, before: Before | None) -> Exhibit:
    one = split.one
    title, name, found = parts.title_by(one, dimension), f"by-{dimension}", split.by(dimension)
    found = [(value, figure) for value, figure in found if figure.value is not None]
    if dimension != "zone":
        found.sort(key=lambda entry: -(entry[1].value or 0))
    if not any(figure.value for _value, figure in found):
        return Exhibit(name, title, empty=_("There are no figures for this period."))
    shown = _parts(one, question, dimension, found, before)
    return Exhibit(
        name,
        title,
        _heads(one, dimension, before),
        _rows(one, shown, before),
        bars(name, _drawn(one, dimension, shown, before), title),
        [one],
        _note(one, question, before),
    )


def _province(question: Asked, split: Split, before: Before | None) -> Exhibit:
    one = split.one
    title, found = parts.title_by(one, "province"), split.by("province")
    if not split.dimensions:
        return Exhibit("by-province", title, empty=_("not counted with these filters"))
    if not any(figure.value for _value, figure in found):
        return Exhibit("by-province", title, empty=_("There are no figures for this period."))
    shown = _parts(one, question, "province", found, before)
    return Exhibit(
        "by-province",
        title,
        _heads(one, "province", before),
        _rows(one, shown, before),
        _country(one, shown, title),
        [one],
        _note(one, question, None),
        kind="tall",
    )


def _country(one: Measure, shown: Sequence[_Part], title: str) -> Component:
    drawn = _drawn(one, "province", shown, None)
    places = [(str(part.value), bar) for part, bar in zip(shown, drawn, strict=True) if part.value]
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
        outlines(),
        title,
        share=one.is_share,
    )
