"""How complete and how fresh records are: by month, province and zone."""

from __future__ import annotations

from flask_babel import gettext as _

from dashboards import parts
from dashboards.by_month import ByMonth
from dashboards.charts.lines import lines
from dashboards.course_lines import labels_of, lines_of, rows_of
from dashboards.exhibits import Exhibit
from dashboards.places import Places, alone, province_map, zone_bars
from registry.facts.asked import Asked
from registry.facts.measures import measure, measures

RATES = ("records_complete_rate", "members_confirmed_rate", "members_stale_rate")
SHOWN = (*RATES, "evidence_accepted_rate", "offices_reported_on_time_rate")
"""Measures that the map and the bars can show; the first one unless told otherwise."""


def by_month(question: Asked, course: ByMonth) -> Exhibit:
    """The three rates of records at the end of each month."""
    name, title = "records-by-month", _("Records by month")
    drawn = [line for line in lines_of(RATES, question, course) if any(line[1])]
    if not drawn:
        return Exhibit(name, title, empty=_("There are no figures for these months."))
    labels, shown = labels_of(course), [one for one, _values, _links in drawn]
    return Exhibit(
        name,
        title,
        [_("Month"), *(str(one.title) for one in shown)],
        rows_of(labels, drawn),
        lines(name, labels, drawn, title),
        shown,
        _note(course),
        picture="lines",
    )


def _note(course: ByMonth) -> str:
    rule = _("Of the members active at the end of each month, by what is known today.")
    return " · ".join(filter(None, (str(rule), course.unclosed)))


def by_places(places: Places, shown: str) -> list[Exhibit]:
    """The map and the zones of a measure, with all of them in the tables."""
    one, made = measure(shown), list[Exhibit]()
    for dimension, draw in (("province", province_map), ("zone", zone_bars)):
        if alone(places, shown, dimension):
            continue
        title = parts.title_by(one, dimension)
        columns = [places.column(each, dimension) for each in measures(SHOWN)]
        made.append(draw(f"by-{dimension}", title, one, places, columns))
    return made
