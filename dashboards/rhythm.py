"""When members pass messages on: weekdays by hours, in Thailand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards.charts.heatmap import Field, Tile, heatmap
from dashboards.exhibits import Cell, Exhibit, amount, said
from dashboards.figures import suits
from dashboards.navigation import rows_link
from registry.access.scope import Scope
from registry.facts.asked import LIMITS, Asked
from registry.facts.cuts import Cell as Place
from registry.facts.engine import Amounts, cells
from registry.facts.labels import names
from registry.facts.measure import Measure
from registry.facts.measures import MEASURES

DAYS, HOURS = range(7), range(24)
Counts = dict[tuple[int, int | None], int]
"""Times by weekday (0 is Monday) and hour; None where only the day is known."""


def rhythm(scope: Scope, question: Asked) -> Exhibit:
    """Weekdays by hours, and beside it how many have no known hour."""
    one, title = MEASURES["disseminations"], _("When members pass messages on")
    by = replace(question.cut, by=("weekday", "hour"))
    if not suits(one, question):
        return Exhibit("rhythm", title, empty=_("not counted with these filters"))
    counts = _counts(cells(scope, one.components, question.months, by), one.numerator)
    if not any(counts.values()):
        return Exhibit("rhythm", title, empty=_("Nothing was passed on in this period."))
    known = names("weekday")
    week = [known[day] for day in DAYS]
    unknown = sum(count for (_day, hour), count in counts.items() if hour is None)
    total = sum(counts.values())
    chart = _chart(one, question, counts, week, title) if unknown < total else None
    rows = [_row(one, question, counts, hour) for hour in (*HOURS, None)]
    note = _note(total, unknown)
    heads = [_("Hour of the day"), *week]
    return Exhibit("rhythm", title, heads, rows, chart, [one], note, picture="none")


def _note(total: int, unknown: int) -> str:
    if not unknown:
        return str(_("Times in Thailand."))
    return str(
        _(
            "Times in Thailand. Of %(all)s disseminations, %(n)s have no known hour and are not in "
            "the picture.",
            all=f"{total:,}",
            n=f"{unknown:,}",
        )
    )


def _counts(found: Mapping[Place, Amounts], name: str) -> Counts:
    return {
        (int(day or 0), None if hour is None else int(hour)): int(amounts[name] or 0)
        for (day, hour), amounts in found.items()
    }


def hour_label(hour: int | None) -> str:
    """An hour from its beginning to its last minute."""
    return str(_("hour not known")) if hour is None else names("hour")[hour]


def _row(one: Measure, question: Asked, counts: Counts, hour: int | None) -> list[Cell]:
    return [
        said(hour_label(hour)),
        *(amount(one, counts.get((day, hour), 0), _link(one, question, day, hour)) for day in DAYS),
    ]


def _link(one: Measure, question: Asked, day: int, hour: int | None) -> str:
    if hour is None or not {"weekday", "hour"} <= set(LIMITS):
        return ""
    return rows_link(one.name, question, weekday=day, hour=hour)


def _chart(one: Measure, question: Asked, counts: Counts, week: list[str], title: str) -> Component:
    top = max(count for (_day, hour), count in counts.items() if hour is not None) or 1

    def tile(day: int, hour: int) -> Tile:
        count = counts.get((day, hour), 0)
        text = f"{week[day]} {hour_label(hour)}: {count:,}"
        return Tile(count / top, text, "", _link(one, question, day, hour))

    tiles = [[tile(day, hour) for hour in HOURS] for day in DAYS]
    field = Field([f"{hour:02d}" for hour in HOURS], week, tiles, every=3, size=36)
    return heatmap("rhythm", field, title)
