"""Where the network reaches and where it does not: districts, stale records, dormant networks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import html
from flask import url_for
from flask_babel import gettext as _

from dashboards.charts.bars import Bar, bars
from dashboards.exhibits import Cell, Exhibit, amount, count, said
from dashboards.figures import suits
from dashboards.lists import listed
from dashboards.navigation import rows_link
from dashboards.places import Column, Places, alone, province_map
from registry.access.gate import may
from registry.access.roles import Permission
from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.facts.cuts import Value
from registry.facts.engine import cells
from registry.facts.labels import names
from registry.facts.measures import measure
from registry.i18n import day, name_of
from registry.networks.models import Network
from registry.networks.queries import networks_by_id

ASKED = ("districts_covered_rate", "districts_single_member", "members_stale_rate")
COVERED, SINGLE, STALE = ASKED
NAMED = 12
"""So many districts of a province are named in its line."""
DRAWN = 12
"""So many provinces are drawn; the table holds all."""


def coverage(places: Places) -> Exhibit | None:
    """The share of districts with a member; nothing for a single province."""
    if alone(places, COVERED, "province") and COVERED in places.splits:
        return None
    one = measure(COVERED)
    columns = [places.column(one, "province"), _without(places)]
    columns += [places.column(measure(SINGLE), "province")]
    title = _("Coverage: districts with at least one member")
    return province_map("coverage", title, one, places, columns)


def _without(places: Places) -> Column:
    found = places.by(COVERED, "province")

    def cell(place: Value) -> Cell:
        figure = found[place]
        gap = int((figure.denominator or 0) - (figure.numerator or 0))
        return count(gap, places.link(COVERED, "province", place, part="rest") if gap else "")

    return _("Districts without a member"), cell


Thin = list[tuple[str, str, int]]
"""Province, district and how many members live there: none, or one."""


def thin_districts(scope: Scope, question: Asked) -> Thin | None:
    """Districts without members or with one, by province; None where filters do not suit."""
    if not suits(measure(COVERED), question):
        return None
    covered, alone = measure(COVERED).numerator, measure(SINGLE).numerator
    cut = replace(question.cut, by=("province", "district"))
    found = cells(scope, [covered, alone], question.months, cut)
    provinces, districts = names("province"), names("district")
    return [
        (provinces[province], districts[district], int(amounts[alone] or 0))
        for (province, district), amounts in sorted(found.items())
        if amounts[alone] or not amounts[covered]
    ]


def empty_districts(question: Asked, thin: Thin | None) -> Exhibit:
    """Districts where nobody lives who is a member."""
    title = _("Districts without a member")
    return _districts("districts-empty", title, question, thin, 0, "",
                      _("Every district has at least one member."))  # fmt: skip


def single_districts(question: Asked, thin: Thin | None) -> Exhibit:
    """Districts where exactly one member lives."""
    title = _("Districts that rest on one person")
    note = _("If that member leaves, nobody is left there to pass messages on.")
    return _districts("districts-single", title, question, thin, 1, note,
                      _("No district rests on one person."))  # fmt: skip


def _districts(
    name: str, title: str, question: Asked, thin: Thin | None, members: int, note: str, none: str
) -> Exhibit:
    if thin is None:
        return Exhibit(name, title, empty=_("not counted with these filters"))
    chosen = [(province, district) for province, district, found in thin if found == members]
    codes = {text: code for code, text in names("province").items()}
    shown = measure(SINGLE if members else COVERED)
    more = {} if members else {"part": "rest"}
    links = {province: rows_link(shown.name, question, province=codes[province], **more)
             for province, _district in chosen}  # fmt: skip
    return Exhibit(
        name,
        f"{title}: {len(chosen):,}" if chosen else title,
        [_("Province"), _("District")],
        [[said(province, links[province]), said(district)] for province, district in chosen],
        measures=[shown],
        note=note,
        empty=none,
        drawing=listed(_lines(chosen, links)),
    )


def _lines(chosen: Sequence[tuple[str, str]], links: dict[str, str]) -> list[list[Any]]:
    """A line for each province, the one with the most districts first."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for province, district in chosen:
        grouped[province].append(district)
    lines = []
    for province, districts in sorted(grouped.items(), key=lambda entry: -len(entry[1])):
        shown = ", ".join(districts[:NAMED])
        if len(districts) > NAMED:
            shown += _(" and %(n)s more districts", n=len(districts) - NAMED)
        head = html.A(f"{province} ({len(districts):,})", href=links[province])
        lines.append([head, f": {shown}"])
    return lines


def stale_provinces(places: Places) -> Exhibit | None:
    """The share of stale records by province, the highest first; nothing for one province."""
    name, title, one = "stale-by-province", _("Stale records by province"), measure(STALE)
    if STALE not in places.splits:
        return Exhibit(name, title, empty=_("not counted with these filters"))
    if alone(places, STALE, "province"):
        return None
    known = names("province")
    found = [(place, figure) for place, figure in places.by(STALE, "province").items()
             if place and figure.numerator]  # fmt: skip
    found.sort(key=lambda entry: -(entry[1].value or 0))
    rows = []
    for place, figure in found:
        link = places.link(STALE, "province", place)
        rows.append([said(known[place]), amount(one, figure.value, link),
                     count(figure.numerator, link), count(figure.denominator)])  # fmt: skip
    drawn = [Bar(row[0].text, figure.value, row[1].text, row[1].link)
             for row, (_place, figure) in zip(rows[:DRAWN], found, strict=False)]  # fmt: skip
    heads = [_("Province"), str(one.title), _("Members"), _("Out of")]
    note = _("The highest are drawn; the table holds every province with stale records.")
    chart = bars(name, drawn, title) if drawn else None
    return Exhibit(name, title, heads, rows, chart, [one], note, empty=_("No record is stale."))


def dormant(scope: Scope, question: Asked) -> Exhibit:
    """Networks without a publication and a dissemination for half a year."""
    name, title, one = "dormant", _("Dormant networks"), measure("networks_dormant")
    if not suits(one, question):
        return Exhibit(name, title, empty=_("not counted with these filters"))
    opens = may(Permission.NETWORKS_READ)
    found = _dormant(scope, question)
    rows = [
        [
            said(network.name, url_for("networks.index", q=network.name) if opens else ""),
            said(names("province").get(network.province_code or network.office.province_code, "–")),
            said(names("network_type").get(network.type_code, "–")),
            said(name_of(network.office)),
            _founded(network.founded_on),
        ]
        for network in found
    ]
    lines = [
        [html.A(row[0].text, href=row[0].link) if row[0].link else row[0].text,
         f": {' · '.join(cell.text for cell in row[2 if _at_home(network) else 1 : 4])}"]
        for network, row in zip(found, rows, strict=True)
    ]  # fmt: skip
    heads = [_("Network"), _("Province"), _("Network type"), _("Office"), _("Founded on")]
    return Exhibit(
        name,
        f"{title}: {len(rows):,}" if rows else title,
        heads,
        rows,
        measures=[one],
        note=str(one.rule),
        empty=_("No network is dormant."),
        drawing=html.Div([listed(lines), html.P(_rows(question, one.name), className="mt-2")]),
    )


def _dormant(scope: Scope, question: Asked) -> list[Network]:
    found = cells(scope, ["dormant"], question.months, replace(question.cut, by=("network",)))
    ids = {int(key) for (key,), amounts in found.items() if key and amounts["dormant"]}
    networks = networks_by_id(scope, ids)
    return sorted(networks, key=lambda one: (one.province_code or "", one.type_code, one.name))


def _at_home(network: Network) -> bool:
    """Whether the name of its office tells its province already."""
    office = network.office.province_code
    return office is not None and network.province_code in (None, office)


def _founded(value: Any) -> Cell:
    return Cell(value, day(value) if value else "–")


def _rows(question: Asked, name: str) -> Any:
    return html.A(_("Show the rows behind this figure"), href=rows_link(name, question))
