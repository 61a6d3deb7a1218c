"""An import whose members were merged and parted again: all is as before, so it goes back."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from importers.models import ImportBatch
from importers.obstacles import obstacles
from importers.undoing import undo_batch
from registry.db import db, unit_of_work
from registry.members.models import Member
from tests import cast, merging
from tests.importers import signup
from tests.importers.signup import ROWS, person
from tests.importers.test_undo import imported, members

ONE = person(first="สมหมาย", last="มาสองครั้ง", phone="0819990011", district="แม่ริม")
TWO = person(first="สมหวัง", last="มาหนเดียว", phone="0819990012", job="ครู")


def merged(one: Member, other: Member) -> int:
    with unit_of_work():
        row = merging.merging.merge(
            merging.SYSTEM, one, other, ("occupation",), on=merging.TODAY, reason=merging.REASON
        )
        return row.id


def parted(number: int) -> None:
    with unit_of_work():
        merging.undo(number)


def pair(number: int) -> tuple[Member, Member]:
    query = select(Member).where(Member.batch_id == number).order_by(Member.source_row)
    one, other = db.session.scalars(query)
    return one, other


def taken_back(number: int) -> None:
    with unit_of_work():
        undo_batch(signup.actor(), db.session.get_one(ImportBatch, number))


@pytest.mark.parametrize("times", [1, 2])
def test_merged_and_parted_they_can_be_taken_back(app: Flask, times: int) -> None:
    with app.app_context():
        before = members()
    number = imported(app, ONE, TWO)
    with app.app_context():
        for _ in range(times):
            parted(merged(*pair(number)))
        assert not obstacles(signup.batch(number))
        taken_back(number)
        assert members() == before


def test_while_they_are_merged_they_stay(app: Flask) -> None:
    number = imported(app, ONE, TWO)
    with app.app_context():
        merged(*pair(number))
        assert obstacles(signup.batch(number)).rows


@pytest.mark.parametrize("when", ["before", "meanwhile", "after"])
def test_an_edit_besides_still_counts(app: Flask, when: str) -> None:
    number = imported(app, ONE, TWO)

    def edit(value: str | None) -> None:
        with unit_of_work():
            pair(number)[0].skills = value

    with app.app_context():
        if when == "before":
            edit("ถ่ายภาพ")
        merge = merged(*pair(number))
        if when == "meanwhile":
            edit("ถ่ายภาพ")
            edit(None)
        parted(merge)
        if when == "after":
            edit("ถ่ายภาพ")
        assert obstacles(signup.batch(number)).rows == [signup.FIRST]


def test_a_member_that_was_updated_is_restored_too(app: Flask) -> None:
    number = imported(app)
    with app.app_context():
        with unit_of_work():
            other = merging.twin().id
        parted(merged(cast.member("malee50"), db.session.get_one(Member, other)))
        assert cast.member("malee50").occupation == "เกษตรกร"
        assert ROWS["update"] not in obstacles(signup.batch(number)).rows
        taken_back(number)
        assert cast.member("malee50").occupation is None
