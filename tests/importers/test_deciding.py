"""Deciding about rows whose member is not what the plan saw any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from importers import runs, services
from importers.models import Decision, ImportBatch
from importers.results import Status
from importers.undoing import undo_batch
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.members import merging
from tests import cast
from tests.importers import signup
from tests.importers.signup import FIRST, LIKE_DAO, person
from tests.merging import REASON, SYSTEM, TODAY

STRANGER = person(title="นางสาว", first="กานดา", last="ใหม่เอี่ยม", phone="0819990555")
ALMOST = STRANGER | {"last": "ใหม่เอี่ยมม", "born": 2530}


def same(number: int, rows: list[int] | None) -> int:
    """Say that a row, or every row, is the likeliest member."""
    with unit_of_work():
        batch = db.session.get_one(ImportBatch, number)
        return services.decide(batch, rows, Status.POSSIBLE_DUPLICATE, Decision.SAME)


def merged() -> None:
    people = cast.member("somchai50"), cast.member("dao50")
    for one in people:
        one.national_id = one.national_id_hash = None
    merging.merge(SYSTEM, *people, (), on=TODAY, reason=REASON)


def moved() -> None:
    cast.member("dao50").province_code = "90"
    cast.member("dao50").office_id = cast.member("aree90").office_id


@pytest.mark.parametrize("change", [merged, moved])
def test_who_is_gone_since_is_nobody_to_update(app: Flask, change: Callable[[], None]) -> None:
    number = signup.planned(app, LIKE_DAO)
    with app.app_context():
        with unit_of_work():
            change()
        with pytest.raises(Refused, match=f"{FIRST}.*อ่านแผ่นงาน"):
            same(number, [FIRST])
        assert same(number, None) == 0
        assert signup.row(number, FIRST).decision is None


def test_who_was_removed_since_is_nobody_to_update(app: Flask) -> None:
    earlier = signup.planned(app, STRANGER)
    with app.app_context():
        runs.apply(earlier, signup.actor())
    number = signup.planned(app, ALMOST)
    with app.app_context():
        assert signup.statuses(number) == {FIRST: Status.POSSIBLE_DUPLICATE}
        with unit_of_work():
            undo_batch(signup.actor(), db.session.get_one(ImportBatch, earlier))
        with pytest.raises(Refused, match=f"{FIRST}.*อ่านแผ่นงาน"):
            same(number, [FIRST])
        assert same(number, None) == 0
