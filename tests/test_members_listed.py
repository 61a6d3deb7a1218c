"""The list narrowed to an import and to what its members lack, and all of them into a network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.access.models import Office
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.members.consent_models import ConsentPurpose
from registry.members.models import Member
from registry.members.services import register
from registry.members.values import MemberValues
from registry.networks.models import NetworkMember
from registry.networks.services import join
from tests import cast

ClientOf = Callable[[str], FlaskClient]
DAY = date(2026, 1, 15)
NAMES = ("ก", "ข", "ค")
BATCH = 4711


@pytest.fixture
def three(app: Flask) -> list[int]:
    """Three members of one import: the second consented, the third is in a network."""
    with app.app_context(), unit_of_work():
        office = db.session.scalars(select(Office).where(Office.code == "P50")).one()
        made = []
        for name in NAMES:
            consents = (ConsentPurpose.REGISTRY,) if name == "ข" else ()
            values = MemberValues(f"ทดสอบ{name}", "50", "village_volunteer", last_name="ในบัญชี")
            made.append(register(Actor.system(), office, values, on=DAY, consents=consents))
            made[-1].batch_id = BATCH
        db.session.flush()
        join(Actor.system(), cast.network("P50"), [made[2]], on=DAY)
        return [member.id for member in made]


def shown(client: FlaskClient, query: str) -> set[str]:
    page = client.get(f"/members/?{query}").text
    return {name for name in NAMES if f"ทดสอบ{name}" in page}


def inside(app: Flask) -> set[int]:
    with app.app_context():
        network = cast.network("P50").id
        query = select(NetworkMember.member_id).where(NetworkMember.network_id == network)
        return set(db.session.scalars(query))


def network_id(app: Flask, office: str = "P50") -> str:
    with app.app_context():
        return str(cast.network(office).id)


def test_the_list_knows_what_the_members_of_an_import_lack(
    client_of: ClientOf, three: list[int]
) -> None:
    client = client_of("officer50")
    assert shown(client, f"batch={BATCH}") == {"ก", "ข", "ค"}
    assert shown(client, f"batch={BATCH}&lacks=consent") == {"ก", "ค"}
    assert shown(client, f"batch={BATCH}&lacks=network") == {"ก", "ข"}
    assert shown(client, f"batch={BATCH + 1}") == set()
    assert shown(client, "lacks=anything") == {"ก", "ข", "ค"}


def test_another_office_sees_nobody_of_the_import(client_of: ClientOf, three: list[int]) -> None:
    assert shown(client_of("officer90"), f"batch={BATCH}") == set()


def test_a_withdrawn_consent_is_none(app: Flask, client_of: ClientOf, three: list[int]) -> None:
    with app.app_context(), unit_of_work():
        (consent,) = db.session.get_one(Member, three[1]).consents
        consent.withdrawn_on = DAY
    assert shown(client_of("officer50"), f"batch={BATCH}&lacks=consent") == {"ก", "ข", "ค"}


def test_all_that_are_listed_come_into_a_network(
    app: Flask, client_of: ClientOf, three: list[int]
) -> None:
    client = client_of("officer50")
    address = f"/members/to-network?batch={BATCH}&lacks=network"
    assert "/members/to-network?" in client.get(f"/members/?batch={BATCH}&lacks=network").text
    asked = client.get(address).text
    assert "2" in asked
    body = {"network": network_id(app), "on": "15/1/2569", "count": "2"}
    answer = client.post(address, data=body, follow_redirects=True)
    assert "2" in answer.text
    assert set(three) <= inside(app)
    assert shown(client, f"batch={BATCH}&lacks=network") == set()
    with app.app_context():
        told = select(AuditEvent).where(AuditEvent.action == "network:join")
        newest = db.session.scalars(told.order_by(AuditEvent.id.desc())).first()
        assert newest is not None
        assert newest.details["count"] == 2


def test_a_list_that_changed_meanwhile_is_shown_again(
    app: Flask, client_of: ClientOf, three: list[int]
) -> None:
    client, before = client_of("officer50"), inside(app)
    body = {"network": network_id(app), "on": "15/1/2569", "count": "3"}
    page = client.post(f"/members/to-network?batch={BATCH}&lacks=network", data=body)
    assert page.status_code == 200
    assert "alert" in page.text
    assert inside(app) == before


def test_nobody_comes_into_a_network_of_another_office(
    app: Flask, client_of: ClientOf, three: list[int]
) -> None:
    body = {"network": network_id(app, "P90"), "on": "15/1/2569", "count": "2"}
    client = client_of("officer50")
    answer = client.post(f"/members/to-network?batch={BATCH}&lacks=network", data=body)
    assert answer.status_code == 404
    with app.app_context():
        theirs = select(func.count()).where(NetworkMember.member_id.in_(three[:2]))
        assert db.session.scalar(theirs) == 0


def test_only_who_lists_somebody_of_their_own_is_offered_it(
    client_of: ClientOf, three: list[int]
) -> None:
    assert "/members/to-network" not in client_of("head50").get(f"/members/?batch={BATCH}").text
    other = client_of("officer90").get(f"/members/to-network?batch={BATCH}")
    assert other.status_code == 302
