"""People told apart by the form, and what it no longer shows then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.members.distinct import distinct_from, forget_distinct, remember_distinct
from registry.members.models import Member
from tests import cast
from tests.test_members_pages import FORM, TOKEN, edit_form

ClientOf = Callable[[str], FlaskClient]
TWIN = FORM | {"first_name": "มาลี", "last_name": "ดวงแก้ว", "birth_year": "2523", "national_id": ""}
EVENTS = select(AuditEvent).where(AuditEvent.action == Action.MEMBER_DISTINCT.value)


def ids(*names: str) -> list[int]:
    return [cast.member(name).id for name in names]


def twin_of(client: FlaskClient, **more: str) -> int:
    """Register somebody like Malee; the new member's id."""
    assert client.post("/members/new", data=TWIN | more).status_code == 302
    with client.application.app_context():
        return db.session.scalars(select(Member.id).where(Member.form_token == TOKEN)).one()


def test_another_person_said_once_is_remembered(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    new = twin_of(client, another_person="y")
    with app.app_context():
        (malee,) = ids("malee50")
        assert distinct_from([new]) == {new: {malee}}
        told = db.session.scalars(EVENTS).one()
        assert (told.object_id, told.details) == (str(new), {"count": 1})
    for own in (new, malee):
        shown = client.post("/members/duplicates", data=TWIN | {"member_id": str(own)})
        assert (shown.json or {})["count"] == 0
    assert (client.post("/members/duplicates", data=TWIN).json or {})["count"] == 2


def test_without_the_tick_nothing_is_remembered(app: Flask, client_of: ClientOf) -> None:
    assert client_of("officer50").post("/members/new", data=TWIN).status_code == 200
    with app.app_context():
        assert distinct_from(ids("malee50")) == {}


@pytest.mark.parametrize(("tick", "others"), [({"another_person": "y"}, {"malee50"}), ({}, set())])
def test_told_apart_while_editing(
    app: Flask, client_of: ClientOf, tick: dict[str, str], others: set[str]
) -> None:
    client = client_of("officer50")
    with app.app_context():
        own = cast.member("dao50").id
    page = client.post("/members/duplicates", data=TWIN | {"member_id": str(own)}).json or {}
    assert 'name="another_person"' in page["html"]
    names = {"first_name": "มาลี", "last_name": "ดวงแก้ว", "birth_year": "2523"}
    edited = edit_form(client, own) | names | tick
    assert client.post(f"/members/{own}/edit", data=edited).status_code == 302
    with app.app_context():
        assert distinct_from([own]).get(own, set()) == set(ids(*others))


def test_pairs_are_kept_once_and_forgotten_with_their_member(app: Flask) -> None:
    with app.app_context():
        one, two, three = ids("malee50", "somchai50", "dao50")
        with unit_of_work():
            assert remember_distinct(Actor.system("cli"), two, [one, three, two, 999_999]) == 2
            assert remember_distinct(Actor.system("cli"), one, [two]) == 0
        assert distinct_from([one, two, 999_999]) == {one: {two}, two: {one, three}}
        assert len(db.session.scalars(EVENTS).all()) == 1
        with unit_of_work():
            forget_distinct([three])
        assert distinct_from([two, three]) == {two: {one}}
