"""Asking another office for a member, and the answer that both offices see."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import begin_write, db, unit_of_work
from registry.errors import Refused
from registry.members import transfers
from registry.members.models import MemberSpan
from registry.members.transfer_models import RequestKind, TransferRequest
from registry.members.transfer_queries import own_request, request_to_decide
from registry.networks.models import NetworkMember
from tests import cast
from tests.meanwhile import meanwhile

ClientOf = Callable[[str], FlaskClient]
DAY = date(2025, 10, 1)
HATYAI = {"first_name": "ใครก็ได้", "last_name": "คนหนึ่ง", "phone": "081-000-0902"}
WISH = {"kind": "transfer", "province_code": "50", "network": "0", "reason": "ย้ายมาอยู่เชียงใหม่"}


def hint(client: FlaskClient) -> str:
    """The token with which a hint leads to a request."""
    html = client.post("/members/duplicates", data=HATYAI).get_json()["html"]
    found = re.search(r'/transfers/new\?token=([^"]+)"', html)
    assert found is not None
    return found[1]


def ask(client: FlaskClient, **changes: str) -> int:
    token = hint(client)
    page = client.get(f"/transfers/new?token={token}")
    assert page.status_code == 200
    assert "หมัดหลี" not in page.text
    return client.post("/transfers/new", data=WISH | {"token": token} | changes).status_code


def request_row() -> TransferRequest:
    return db.session.scalars(select(TransferRequest)).one()


def test_a_transfer_from_hint_to_decision(app: Flask, client_of: ClientOf) -> None:
    asking, asked = client_of("officer50"), client_of("officer90")
    assert ask(asking) == 302
    with app.app_context():
        number, member = request_row().id, cast.member("hasan90").id
    waiting = asking.get("/transfers/").text
    assert "รอพิจารณา" in waiting
    assert "หมัดหลี" not in waiting
    assert "หมัดหลี" in asked.get("/transfers/").text
    assert re.search("คำขอระหว่างหน่วยงาน <span class=.badge", asked.get("/members/").text)
    assert asking.get(f"/members/{member}").status_code == 404
    data = {"accept": "1", "reason": "ถูกต้อง"}
    assert asking.post(f"/transfers/{number}/decide", data=data).status_code == 404
    assert asked.post(f"/transfers/{number}/decide", data=data).status_code == 302
    assert asking.get(f"/members/{member}").status_code == 200
    assert asked.get(f"/members/{member}").status_code == 404
    for client in (asking, asked):
        assert "ถูกต้อง" in client.get("/transfers/").text
    with app.app_context():
        moved = cast.member("hasan90")
        assert (moved.province_code, moved.office.code, moved.district_code) == ("50", "P50", None)
        spans = db.session.scalars(
            select(MemberSpan).filter_by(member_id=member).order_by(MemberSpan.id)
        )
        assert [(s.province_code, s.ends, s.starts) for s in spans] == [
            ("90", "move", "join"),
            ("50", None, "move"),
        ]
        kinds = [Action.MEMBER_TRANSFER_REQUEST.value, Action.MEMBER_TRANSFER_DECIDE.value]
        events = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action.in_(kinds)).order_by(AuditEvent.id)
        )
        assert [event.action for event in events] == kinds


def test_what_others_did_is_counted_after_a_while_and_what_one_did_oneself_at_once(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr("registry.ui.time.monotonic", lambda: now[0])
    app.config["SANG_WAITING_SECONDS"] = 15
    asking, asked = client_of("officer50"), client_of("officer90")
    sign = re.compile("คำขอระหว่างหน่วยงาน <span class=.badge")
    assert not sign.search(asked.get("/members/").text)
    assert ask(asking) == 302
    now[0] += 14
    assert not sign.search(asked.get("/members/").text)
    now[0] += 1
    assert sign.search(asked.get("/members/").text)
    with app.app_context():
        number = request_row().id
    assert asked.post(f"/transfers/{number}/decide", data={"accept": "1"}).status_code == 302
    assert not sign.search(asked.get("/members/").text)


def test_a_link_brings_the_member_into_the_network(app: Flask, client_of: ClientOf) -> None:
    asking, asked = client_of("officer50"), client_of("officer90")
    with app.app_context():
        network, member = cast.network("P50").id, cast.member("hasan90").id
    assert ask(asking, kind="link", network=str(network)) == 302
    with app.app_context():
        number = request_row().id
    assert asked.post(f"/transfers/{number}/decide", data={"accept": "1"}).status_code == 302
    page = asking.get(f"/members/{member}")
    assert page.status_code == 200
    assert "เป็นผู้ดูแลข้อมูลนี้" in page.text
    assert asking.get(f"/members/{member}/edit").status_code == 404
    assert asked.get(f"/members/{member}/edit").status_code == 200
    assert "หน่วยงานอื่นดูแล 1 ราย" in asking.get("/members/").text
    with app.app_context():
        rows = db.session.scalars(select(NetworkMember).filter_by(member_id=member))
        assert network in {row.network_id for row in rows}
        assert cast.member("hasan90").office.code == "P90"


def test_a_link_names_an_own_network(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        foreign = cast.network("P90").id
    client = client_of("officer50")
    assert ask(client, kind="link", network="0") == 200
    assert ask(client, kind="link", network=str(foreign)) == 200
    with app.app_context():
        assert db.session.scalar(select(TransferRequest.id)) is None


@pytest.mark.parametrize("token", ["", "x", "WzEsMV0.aaaa.bbbb"])
def test_nobody_asks_without_a_hint(client_of: ClientOf, token: str) -> None:
    client = client_of("officer50")
    assert client.get(f"/transfers/new?token={token}").status_code == 404
    assert client.post("/transfers/new", data=WISH | {"token": token}).status_code == 404


def test_a_hint_is_for_one_person(client_of: ClientOf) -> None:
    token = hint(client_of("officer50"))
    assert client_of("regional3").get(f"/transfers/new?token={token}").status_code == 404


def test_asking_twice_is_one_request(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    assert [ask(client), ask(client)] == [302, 302]
    with app.app_context():
        assert request_row().state == "requested"


def test_a_refusal_has_a_reason(app: Flask, client_of: ClientOf) -> None:
    assert ask(client_of("officer50")) == 302
    with app.app_context():
        path = f"/transfers/{request_row().id}/decide"
    asked = client_of("officer90")
    assert "โปรดกรอกเหตุผล" in asked.post(path, data={"refuse": "1"}).text
    refused = {"refuse": "1", "reason": "ยังอยู่สงขลา"}
    assert asked.post(path, data=refused).status_code == 302
    assert "พิจารณาไปแล้ว" in asked.post(path, data=refused).text
    with app.app_context():
        assert (request_row().state, cast.member("hasan90").province_code) == ("refused", "90")


def test_an_own_request_can_be_withdrawn(app: Flask, client_of: ClientOf) -> None:
    asking = client_of("officer50")
    ask(asking)
    with app.app_context():
        path = f"/transfers/{request_row().id}/withdraw"
    assert client_of("officer90").post(path).status_code == 404
    assert asking.post(path).status_code == 302
    assert asking.post(path).status_code == 400
    with app.app_context():
        assert request_row().state == "withdrawn"


def test_others_see_nothing_of_it(client_of: ClientOf) -> None:
    ask(client_of("officer50"))
    assert "ย้ายมาอยู่เชียงใหม่" in client_of("regional3").get("/transfers/").text
    assert "ย้ายมาอยู่เชียงใหม่" not in client_of("bureau").get("/transfers/").text


def test_a_regional_office_says_which_province(app: Flask) -> None:
    with app.app_context():
        begin_write()
        office = db.session.scalars(select(Office).where(Office.code == "R3")).one()
        wish = transfers.Wish(RequestKind.TRANSFER, "ย้ายบ้าน")
        with pytest.raises(Refused):
            transfers.ask(Actor(None), office, cast.member("hasan90"), wish)


def office(code: str) -> Office:
    return db.session.scalars(select(Office).where(Office.code == code)).one()


def test_a_transfer_clears_the_rosters_of_the_office_of_that_moment(app: Flask) -> None:
    wish = transfers.Wish(RequestKind.TRANSFER, "ย้ายบ้าน", province="50")
    with app.app_context(), unit_of_work():
        member = cast.member("hasan90")
        request = transfers.ask(Actor(None), office("P50"), member, wish)
        member.office = office("C-NNT")
        db.session.flush()
        transfers.accept(Actor(None), request, on=DAY)
        rows = db.session.scalars(select(NetworkMember).filter_by(member_id=member.id))
        ends = {row.network.office.code: row.to_on for row in rows}
        assert ends == {"P90": None, "C-NNT": DAY}


def test_a_request_is_decided_once(app: Flask) -> None:
    wish = transfers.Wish(RequestKind.TRANSFER, "ย้ายบ้าน", province="50")
    with app.app_context(), unit_of_work():
        number = transfers.ask(Actor(None), office("P50"), cast.member("hasan90"), wish).id

    def accept() -> None:
        transfers.accept(Actor(None), request_to_decide(Scope.all(), number), on=DAY)

    def withdraw() -> None:
        transfers.withdraw(Actor(None), own_request(Scope.all(), number))

    assert "พิจารณาไปแล้ว" in meanwhile(app, accept, withdraw)
    with app.app_context():
        assert request_row().state == "accepted"


def test_a_waiting_link_does_not_hide_a_transfer(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        link = transfers.Wish(RequestKind.LINK, "อยู่ในเครือข่าย", network=cast.network("P50"))
        move = transfers.Wish(RequestKind.TRANSFER, "ย้ายบ้าน", province="50")
        asked = [
            transfers.ask(Actor(None), office("P50"), cast.member("hasan90"), wish)
            for wish in (link, move, move)
        ]
        assert [request.kind for request in asked] == ["link", "transfer", "transfer"]
        assert asked[1] is asked[2]
