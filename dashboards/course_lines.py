"""What stands at the end of each month as lines, with the rows of the table that says the same."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.by_month import ByMonth
from dashboards.charts.lines import Line
from dashboards.exhibits import Cell, amount, said
from dashboards.navigation import rows_link
from registry.facts.asked import Asked
from registry.facts.labels import month_label
from registry.facts.measures import measures
from registry.periods.calendar import Period


def lines_of(names: Sequence[str], question: Asked, course: ByMonth) -> list[Line]:
    """Measures that the filters suit: values by month, and the address of the rows behind each."""
    return [
        (
            one,
            course.values(one),
            [rows_link(one.name, question, period=Period(month).code) for month in course.months],
        )
        for one in measures(names)
        if course.suits(one.name)
    ]


def labels_of(course: ByMonth) -> list[str]:
    """The months as an axis names them."""
    return [month_label(month) for month in course.months]


def rows_of(labels: Sequence[str], drawn: Sequence[Line]) -> list[list[Cell]]:
    """A row for each month."""
    return [
        [said(text), *(amount(one, values[at], links[at]) for one, values, links in drawn)]
        for at, text in enumerate(labels)
    ]
