""" "Not a duplicate" said once: later sheets do not ask about the same two people again."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from importers import runs, services
from importers.models import Decision, ImportBatch
from importers.results import Status
from importers.undoing import undo_batch
from registry.db import db, unit_of_work
from registry.members.models import Member, MemberDistinct
from tests import cast
from tests.importers import signup
from tests.importers.signup import FIRST, LIKE_DAO, person

Pairs = list[tuple[int, int, int | None]]
ALMOST_DAO = person(title="นางสาว", first="ดาว", last="แสงหล้าา", born=2523, type="อป.มช.")
"""Nothing but the name and the year: never enough to be sure."""


def pairs() -> Pairs:
    columns = (MemberDistinct.low_id, MemberDistinct.high_id, MemberDistinct.decided_by)
    return [(row[0], row[1], row[2]) for row in db.session.execute(select(*columns))]


def told_apart(app: Flask, row: dict[str, object]) -> int:
    """Import a sheet of one row that was decided to be another person; the batch's number."""
    number = signup.planned(app, row)
    with app.app_context():
        assert signup.statuses(number) == {FIRST: Status.POSSIBLE_DUPLICATE}
        with unit_of_work():
            batch = db.session.get_one(ImportBatch, number)
            status, decision = Status.POSSIBLE_DUPLICATE, Decision.DIFFERENT
            assert services.decide(batch, [FIRST], status, decision) == 1
        runs.apply(number, signup.actor())
    return number


def brought(number: int) -> Member:
    """The member that a batch brought; needs an application context."""
    return db.session.scalars(select(Member).where(Member.batch_id == number)).one()


def test_the_pair_is_kept_with_who_decided(app: Flask) -> None:
    number = told_apart(app, LIKE_DAO)
    with app.app_context():
        dao, new = cast.member("dao50").id, brought(number).id
        assert pairs() == [(dao, new, signup.actor().user_id)]


def test_a_month_later_nothing_is_asked_again(app: Flask) -> None:
    """The sheet comes with one more row, as lists do."""
    first = told_apart(app, ALMOST_DAO)
    second = signup.planned(app, ALMOST_DAO, signup.NEW)
    with app.app_context():
        new = brought(first).id
        assert signup.statuses(second) == {FIRST: Status.UNCHANGED, FIRST + 1: Status.NEW}
        row = signup.row(second, FIRST)
        assert row.member_id == new
        assert [found["member_id"] for found in row.matches] == [new]


def test_without_the_word_the_same_sheet_would_be_a_question(app: Flask) -> None:
    first = told_apart(app, ALMOST_DAO)
    with app.app_context(), unit_of_work() as session:
        session.delete(session.scalars(select(MemberDistinct)).one())
    second = signup.planned(app, ALMOST_DAO, signup.NEW)
    with app.app_context():
        row = signup.row(second, FIRST)
        assert row.as_status is Status.POSSIBLE_DUPLICATE
        found = {match["member_id"] for match in row.matches}
        assert found == {brought(first).id, cast.member("dao50").id}


def test_a_row_that_says_something_else_is_asked_about(app: Flask) -> None:
    """It may be a third person of that name: only the pair was decided."""
    told_apart(app, ALMOST_DAO)
    second = signup.planned(app, ALMOST_DAO | {"job": "ครู"})
    with app.app_context():
        assert signup.statuses(second) == {FIRST: Status.POSSIBLE_DUPLICATE}
        assert len(signup.row(second, FIRST).matches) == 2


def test_certain_by_telephone_the_other_is_left_out(app: Flask) -> None:
    first = told_apart(app, LIKE_DAO)
    second = signup.planned(app, LIKE_DAO | {"district": "แม่ริม"})
    with app.app_context():
        row, new = signup.row(second, FIRST), brought(first).id
        assert (row.as_status, row.member_id) == (Status.UPDATE, new)
        assert [found["member_id"] for found in row.matches] == [new]


def test_undo_forgets(app: Flask) -> None:
    number = told_apart(app, LIKE_DAO)
    with app.app_context():
        assert len(pairs()) == 1
        with unit_of_work():
            undo_batch(signup.actor(), db.session.get_one(ImportBatch, number))
        assert pairs() == []
    again = signup.planned(app, LIKE_DAO)
    with app.app_context():
        assert signup.statuses(again) == {FIRST: Status.POSSIBLE_DUPLICATE}
