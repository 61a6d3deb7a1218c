"""Two rows of one sheet that may be one person: asked about, shown beside each other, decided."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from importers import runs, services
from importers.codes import Code
from importers.models import Decision, ImportBatch
from importers.results import Status
from registry.db import db, unit_of_work
from tests.importers import signup
from tests.importers.signup import CANARY, FIRST, person

ClientOf = Callable[[str], FlaskClient]
SECOND = FIRST + 1
ONE = person(first="กานดา", last="ใหม่เอี่ยม", phone="0819990001", district="แม่ริม")
OTHER_PHONE = ONE | {"phone": "0819990002"}
ALIKE, NEW = Status.POSSIBLE_DUPLICATE, Status.NEW


def decided(number: int, rows: list[int] | None, decision: Decision) -> int:
    with unit_of_work():
        batch = db.session.get_one(ImportBatch, number)
        return services.decide(batch, rows, ALIKE, decision)


def test_the_second_row_is_asked_about_and_says_which_it_is_like(app: Flask) -> None:
    number = signup.planned(app, ONE, OTHER_PHONE, OTHER_PHONE | {"phone": "0819990003"})
    with app.app_context():
        assert list(signup.statuses(number).values()) == [NEW, ALIKE, ALIKE]
        remarks = signup.row(number, FIRST + 2).remarks
        assert [one.params for one in remarks if one.code is Code.ALIKE_IN_FILE] == [{"row": FIRST}]
        assert f"แถว {FIRST}" in remarks[-1].message


@pytest.mark.parametrize(
    "other",
    [
        {"first": "กานต์"},
        {"born": 2521},
        {"born": None},
        {"district": "สันทราย"},
        {"province": "สงขลา", "district": "หาดใหญ่"},
    ],
)
def test_another_name_year_or_place_is_somebody_else(app: Flask, other: dict[str, object]) -> None:
    number = signup.planned(app, ONE, OTHER_PHONE | other)
    with app.app_context():
        assert ALIKE not in signup.statuses(number).values()


def test_without_a_district_the_province_is_the_place(app: Flask) -> None:
    number = signup.planned(app, ONE | {"district": None}, OTHER_PHONE | {"district": None})
    with app.app_context():
        assert list(signup.statuses(number).values()) == [NEW, ALIKE]


@pytest.mark.parametrize(("second", "expected"), [(None, ALIKE), ("3100600445635", NEW)])
def test_two_national_ids_are_two_people(app: Flask, second: str | None, expected: Status) -> None:
    number = signup.planned(app, ONE | {"id": CANARY}, OTHER_PHONE | {"id": second})
    with app.app_context():
        assert list(signup.statuses(number).values()) == [NEW, expected]


@pytest.mark.parametrize(
    ("rows", "decision", "new"),
    [
        (None, None, 1),
        ([SECOND], Decision.SAME, 1),
        (None, Decision.SAME, 1),
        ([SECOND], Decision.DIFFERENT, 2),
        (None, Decision.DIFFERENT, 2),
        ([SECOND], Decision.SKIP, 1),
    ],
)
def test_the_same_stays_out_and_another_comes_in(
    app: Flask, rows: list[int] | None, decision: Decision | None, new: int
) -> None:
    number = signup.planned(app, ONE, OTHER_PHONE)
    with app.app_context():
        if decision:
            assert decided(number, rows, decision) == 1
        counts = runs.apply(number, signup.actor()).summary["committed"]
        assert counts == {"new": new, "update": 0, "left": 2 - new}


def test_what_was_said_stays_when_the_sheet_is_read_again(app: Flask) -> None:
    number = signup.planned(app, ONE, OTHER_PHONE)
    with app.app_context():
        decided(number, [SECOND], Decision.SAME)
        with unit_of_work():
            services.replan(db.session.get_one(ImportBatch, number))
        runs.plan(number)
        assert signup.row(number, SECOND).decision == Decision.SKIP


def test_the_page_shows_both_and_offers_the_words(app: Flask, client_of: ClientOf) -> None:
    number = signup.planned(app, ONE, OTHER_PHONE)
    client = client_of("officer50")
    page = f"/imports/{number}"
    shown = client.get(f"{page}?columns=later&status=possible_duplicate").text
    assert f"แถว {FIRST} ของแผ่นงานนี้" in shown
    assert "08x-xxx-0001" in shown
    said = {"status": "possible_duplicate", "row": SECOND, "decision": "skip"}
    client.post(f"{page}/decisions", data=said)
    with app.app_context():
        assert signup.row(number, SECOND).decision == Decision.SKIP
