"""Networks: founding, rosters with dates, coordinators, closing, and who sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.db import begin_write, db, unit_of_work
from registry.errors import NotFound, Refused
from registry.geography.queries import province_zones
from registry.members.models import MemberState
from registry.members.states import change_state
from registry.networks import queries, services
from registry.networks.models import Network, NetworkMember
from registry.networks.queries import network_for, networks_in
from tests import cast

ClientOf = Callable[[str], FlaskClient]
ACTOR = Actor(None, "test")
DAY = date(2025, 10, 1)
TOKEN = "fedcba9876543210fedcba9876543210"
FORM = {
    "form_token": TOKEN,
    "name": "เครือข่ายเยาวชนแม่ริม",
    "type_code": "youth",
    "province_code": "50",
    "founded_on": "1/10/2568",
    "founding_activity": "ค่ายเยาวชนรู้ทันข่าว",
}


def memberships(network: Network) -> list[tuple[str, date, date | None]]:
    query = select(NetworkMember).where(NetworkMember.network_id == network.id)
    rows = db.session.scalars(query.order_by(NetworkMember.id))
    return [(row.member.uid, row.from_on, row.to_on) for row in rows]


def test_founding_through_the_form_once(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    places = {client.post("/networks/new", data=FORM).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    with app.app_context():
        network = db.session.scalars(select(Network).where(Network.form_token == TOKEN)).one()
        assert (network.office.code, network.founded_on, network.state) == ("P50", DAY, "active")
    page = client.get(places.pop()).text
    assert "ค่ายเยาวชนรู้ทันข่าว" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "โปรดกรอก"),
        ({"type_code": ""}, "โปรดเลือก"),
        ({"founded_on": "30/2/2568"}, "30/2/2568"),
        ({"founded_on": "1/1/2599"}, "ยังมาไม่ถึง"),
    ],
)
def test_a_wrong_form_keeps_its_values(
    client_of: ClientOf, changes: dict[str, str], sentence: str
) -> None:
    answer = client_of("officer50").post("/networks/new", data=FORM | changes)
    assert answer.status_code == 200
    assert sentence in answer.text
    assert "ค่ายเยาวชนรู้ทันข่าว" in answer.text


def test_joining_and_leaving_have_dates(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        network, kaew = cast.network("P50"), cast.member("kaew51")
        assert services.join(ACTOR, network, [kaew, cast.member("malee50")], on=DAY) == 1
        assert services.join(ACTOR, network, [kaew], on=DAY) == 0
        row = db.session.scalars(select(NetworkMember).filter_by(member_id=kaew.id)).one()
        with pytest.raises(Refused):
            services.leave(ACTOR, row, on=date(2025, 9, 30))
        services.leave(ACTOR, row, on=date(2025, 12, 1))
        with pytest.raises(Refused):
            services.leave(ACTOR, row, on=date(2025, 12, 2))
        services.join(ACTOR, network, [kaew], on=date(2026, 1, 1))
        assert memberships(network)[-2:] == [
            ("kaew51", DAY, date(2025, 12, 1)),
            ("kaew51", date(2026, 1, 1), None),
        ]


def test_back_on_the_day_of_joining(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        network, kaew = cast.network("P50"), cast.member("kaew51")
        services.join(ACTOR, network, [kaew], on=DAY)
        row = db.session.scalars(select(NetworkMember).filter_by(member_id=kaew.id)).one()
        services.leave(ACTOR, row, on=DAY)
        services.join(ACTOR, network, [kaew], on=DAY)
        assert memberships(network)[-1] == ("kaew51", DAY, None)


def test_who_cannot_join(app: Flask) -> None:
    with app.app_context():
        begin_write()
        network, kaew = cast.network("P50"), cast.member("kaew51")
        with pytest.raises(Refused):
            services.join(ACTOR, network, [kaew], on=date(2020, 1, 1))
        change_state(ACTOR, kaew, MemberState.LEFT, on=DAY)
        with pytest.raises(Refused):
            services.join(ACTOR, network, [kaew], on=DAY)
        services.close(ACTOR, network, on=DAY)
        with pytest.raises(Refused):
            services.join(ACTOR, network, [cast.member("malee50")], on=DAY)


def test_closing_ends_every_membership(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        number = cast.network("P50").id
    client = client_of("officer50")
    early = client.post(f"/networks/{number}/close", data={"on": "1/1/2560"})
    assert "ก่อนวันก่อตั้ง" in early.text
    assert client.post(f"/networks/{number}/close", data={"on": "1/10/2568"}).status_code == 302
    with app.app_context():
        network = cast.network("P50")
        assert (network.state, network.closed_on) == ("closed", DAY)
        assert {to_on for _, _, to_on in memberships(network)} == {DAY}
    assert "/add" not in client.get(f"/networks/{number}").text


def test_adding_from_the_page(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        number = cast.network("C-NNT").id
        ids = [cast.member(name).id for name in ("malee50", "kaew51")]
    central = client_of("central")
    page = central.get(f"/networks/{number}/add?q=มาลี").text
    assert "ดวงแก้ว" in page
    assert "แสงหล้า" not in page
    nobody = central.post(f"/networks/{number}/add", data={"on": "1/10/2568"})
    assert "โปรดเลือกสมาชิก" in nobody.text
    sent = {"member": [str(id_) for id_ in ids], "on": "1/10/2568"}
    assert central.post(f"/networks/{number}/add", data=sent).status_code == 302
    with app.app_context():
        assert {uid for uid, _, _ in memberships(cast.network("C-NNT"))} == {
            "dao50", "hasan90", "malee50", "kaew51",
        }  # fmt: skip


def test_coordinators_come_first_and_go_when_they_leave(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    with app.app_context():
        number, somchai = cast.network("P50").id, cast.member("somchai50").id
        row = db.session.scalars(
            select(NetworkMember).filter_by(network_id=number, member_id=somchai)
        ).one()
        path = f"/networks/{number}/members/{row.id}"
    assert client.post(f"{path}/coordinator", data={"coordinator": "1"}).status_code == 302
    html = client.get(f"/networks/{number}").text
    assert html.index("สมชาย") < html.index("ดาว")
    assert client.post(f"{path}/remove", data={"on": "1/10/2568"}).status_code == 302
    with app.app_context():
        row = db.session.get_one(NetworkMember, row.id)
        assert (row.coordinator, row.to_on) == (False, DAY)
    assert "สมชาย" not in client.get(f"/networks/{number}").text
    assert "สมชาย" in client.get(f"/networks/{number}?roster=former").text


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("officer50", {"P50"}),
        ("officer90", {"P90"}),
        ("regional3", {"P50"}),
        ("bureau", {"C-NNT"}),
        ("central", {"P50", "P90", "C-NNT"}),
    ],
)
def test_everybody_sees_their_own(client_of: ClientOf, name: str, seen: set[str]) -> None:
    html = client_of(name).get("/networks/").text
    assert {code for code, (title, _) in cast.NETWORKS.items() if title in html} == seen


def test_a_zone_network_is_for_those_who_see_the_zone(app: Flask) -> None:
    with app.app_context():
        begin_write()
        regional = cast.user("regional3").office
        values = services.NetworkValues("เครือข่ายเขต 3", "education", DAY)
        zone_wide = services.create(ACTOR, regional, values)
        zone = frozenset(code for code, number in province_zones(DAY).items() if number == 3)
        assert network_for(Scope(provinces=zone, personal=True), zone_wide.id) is zone_wide
        with pytest.raises(NotFound):
            network_for(Scope.of_provinces("50"), zone_wide.id)
        assert zone_wide not in networks_in(Scope.of_provinces("50"))
        db.session.rollback()


def test_the_later_of_two_savers_is_told(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        path = f"/networks/{cast.network('P50').id}/edit"
    client = client_of("officer50")
    pattern = r'name="version"[^>]*value="(\d+)"'
    form = FORM | {"version": re.findall(pattern, client.get(path).text)[0]}
    assert client.post(path, data=form | {"type_code": "education"}).status_code == 302
    late = client.post(path, data=form | {"name": "ชื่อใหม่"})
    assert "มีผู้อื่นแก้ไข" in late.text
    assert f"ขณะนี้คือ “{FORM['name']}”" in late.text
    again = form | {"name": "ชื่อใหม่", "version": re.findall(pattern, late.text)[0]}
    assert client.post(path, data=again).status_code == 302


def test_former_members_are_paged(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    with app.app_context(), unit_of_work():
        network = cast.network("P50")
        for row in db.session.scalars(select(NetworkMember).filter_by(network_id=network.id)):
            services.leave(ACTOR, row, on=DAY)
        path = f"/networks/{network.id}?roster=former"
    client = client_of("officer50")
    pages = [client.get(path).text, client.get(f"{path}&page=2").text]
    assert 'rel="next"' in pages[0]
    found = [re.findall(r'href="/members/(\d+)"', page) for page in pages]
    assert [len(ids) for ids in found] == [2, 1]
