"""Two members who may equally well be the one in a row: never decided for all rows at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from importers import runs, services
from importers.deciding import equally_likely
from importers.models import Decision, ImportBatch
from importers.results import Status
from registry.db import db, unit_of_work
from registry.errors import Refused
from tests.importers import signup
from tests.importers.signup import FIRST, LIKE_DAO, person

ClientOf = Callable[[str], FlaskClient]
DUPLICATE = Status.POSSIBLE_DUPLICATE
TWINS = (
    person(first="กานดา", last="ใหม่เอี่ยม", phone="0819990001", district="แม่ริม"),
    person(first="กานดา", last="ใหม่เอี่ยม", phone="0819990002", district="สันทราย"),
)
EITHER = person(first="กานดา", last="ใหม่เอี่ยม", phone="0819990003", district="แม่แตง")


@pytest.fixture
def number(app: Flask) -> int:
    """A sheet of one row like two members, and of one like a single member."""
    earlier = signup.planned(app, *TWINS)
    with app.app_context():
        assert runs.apply(earlier, signup.actor()).summary["committed"]["new"] == 2
    return signup.planned(app, EITHER, LIKE_DAO)


def same(number: int, rows: list[int] | None, member: int | None = None) -> int:
    with unit_of_work():
        batch = db.session.get_one(ImportBatch, number)
        return services.decide(batch, rows, DUPLICATE, Decision.SAME, member_id=member)


def test_for_all_at_once_the_row_stays_undecided(app: Flask, number: int) -> None:
    with app.app_context():
        assert list(signup.statuses(number).values()) == [DUPLICATE, DUPLICATE]
        scores = [found["score"] for found in signup.row(number, FIRST).matches]
        assert len(scores) == 2
        assert len(set(scores)) == 1
        assert same(number, None) == 1
        assert signup.row(number, FIRST).decision is None
        assert signup.row(number, FIRST + 1).decision == Decision.SAME
        assert equally_likely(db.session.get_one(ImportBatch, number)) == 1


def test_alone_it_needs_the_member_who_is_meant(app: Flask, number: int) -> None:
    with app.app_context():
        with pytest.raises(Refused, match=f"แถว {FIRST}"):
            same(number, [FIRST])
        second = signup.row(number, FIRST).matches[1]["member_id"]
        assert same(number, [FIRST], second) == 1
        assert signup.row(number, FIRST).member_id == second
        assert equally_likely(db.session.get_one(ImportBatch, number)) == 0


def test_the_page_says_how_many_are_left(app: Flask, client_of: ClientOf, number: int) -> None:
    said = {"status": DUPLICATE.value, "decision": "same"}
    client = client_of("officer50")
    shown = client.post(f"/imports/{number}/decisions", data=said, follow_redirects=True).text
    assert "มี 1 แถวที่มีสมาชิกที่อาจเป็นคนเดียวกันหลายคนเท่า ๆ กัน" in shown
