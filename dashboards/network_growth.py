"""Growth of the network: members by month, and what it consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _

from dashboards import parts
from dashboards.by_month import ByMonth
from dashboards.charts.bars import Bar
from dashboards.charts.growth import growth_chart
from dashboards.charts.twins import twin_bars
from dashboards.course_lines import labels_of, lines_of, rows_of
from dashboards.exhibits import Exhibit, amount, said
from dashboards.figures import suits
from dashboards.navigation import rows_link
from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.facts.cuts import Value
from registry.facts.evaluate import evaluate
from registry.facts.labels import label, names
from registry.facts.measure import Figure, Measure
from registry.facts.measures import measures

GROWTH = ("members_active", "members_new", "members_left")


def growth(question: Asked, course: ByMonth) -> Exhibit:
    """Active members at the end of each month, with those who joined and left."""
    title = _("Active members by month, with those who joined and left")
    drawn = lines_of(GROWTH, question, course)
    if len(drawn) < len(GROWTH):
        return Exhibit("growth", title, empty=_("not counted with these filters"))
    if not any(value for _one, values, _links in drawn for value in values):
        return Exhibit("growth", title, empty=_("There were no members in these months."))
    labels, shown = labels_of(course), [one for one, _values, _links in drawn]
    return Exhibit(
        "growth",
        title,
        [_("Month"), *(str(one.title) for one in shown)],
        rows_of(labels, drawn),
        growth_chart("growth", labels, drawn, title),
        shown,
        parts.unit_note(shown[0], course.unclosed),
        picture="lines",
    )


def by_network_type(scope: Scope, question: Asked) -> Exhibit:
    """Members and networks of each type."""
    title = _("Members and networks by network type")
    return _by("network_type", title, ("members_active", "networks_active"), scope, question)


def by_channel_kind(scope: Scope, question: Asked) -> Exhibit:
    """Channels and their audience of each kind."""
    title = _("Channels and their audience by channel kind")
    return _by("channel_kind", title, ("channels_active", "channel_audience"), scope, question)


def _by(
    dimension: str, title: str, pair: tuple[str, str], scope: Scope, question: Asked
) -> Exhibit:
    """Two measures by one dimension, the largest first."""
    name, both = f"by-{dimension}", measures(pair)
    if not all(suits(one, question) for one in both):
        return Exhibit(name, title, empty=_("not counted with these filters"))
    cut = replace(question.cut, by=(dimension,))
    found: dict[str, dict[Value, Figure]] = {one: {} for one in pair}
    for figure in evaluate(scope, pair, question.months, cut):
        found[figure.measure][figure.cell[0]] = figure
    values = sorted(found[pair[0]], key=lambda value: -(found[pair[0]][value].value or 0))
    if not any(figure.value for each in found.values() for figure in each.values()):
        return Exhibit(name, title, empty=_("There are no figures for this period."))
    sides = [_side(one, dimension, question, values, found[one.name]) for one in both]
    rows = [
        [said(left.name), amount(both[0], left.value, left.link),
         amount(both[1], right.value, right.link)]
        for left, right in zip(*sides, strict=True)
    ]  # fmt: skip
    heads = [str(both[0].dimension_title(dimension)), *(str(one.title) for one in both)]
    left, right = ((str(one.title), side) for one, side in zip(both, sides, strict=True))
    chart = twin_bars(name, left, right, title)
    return Exhibit(name, title, heads, rows, chart, both)


def _side(
    one: Measure,
    dimension: str,
    question: Asked,
    values: Sequence[Value],
    found: dict[Value, Figure],
) -> list[Bar]:
    known = names(dimension)
    return [
        Bar(
            label(dimension, value, known),
            found[value].value,
            parts.value_text(one, found[value].value),
            "" if value is None else rows_link(one.name, question, **{dimension: value}),
        )
        for value in values
    ]
