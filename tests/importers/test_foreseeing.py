"""The numbers of a plan are those of the result, whatever was decided."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from flask import Flask
from flask.testing import FlaskClient

from importers import foreseeing, runs, services
from importers.choosing import tally_of
from importers.foreseeing import Foreseen, foresee
from importers.models import Decision, ImportBatch
from importers.results import Status
from registry.db import db, unit_of_work
from tests import cast
from tests.importers import signup
from tests.importers.signup import EVERYBODY, FIRST, LIKE_DAO, UNCHANGED, UPDATE, person

ClientOf = Callable[[str], FlaskClient]
Step = tuple[Status, Decision, list[int] | None]
CONFLICT = UNCHANGED | {"type": "อป.มช."}
"""A member whose record says another network type, and keeps it."""
NETWORK = cast.NETWORKS["P50"][0]
NO_CONSENT = person(first="ไม่", last="ได้ถาม", phone="0819990010", consent=None)
IN_NETWORK = person(first="อยู่", last="ในเครือข่าย", phone="0819990011", network=NETWORK)
ANSWER = person(first="รอ", last="คำตอบ", phone="0819990012", type="อสม.", consent=None)
DUPLICATE, AMBIGUOUS, NEW = Status.POSSIBLE_DUPLICATE, Status.AMBIGUOUS, Status.NEW


def decided(number: int, *steps: Step) -> Foreseen:
    """What is foreseen after some decisions."""
    for status, decision, rows in steps:
        with unit_of_work():
            batch = db.session.get_one(ImportBatch, number)
            assert services.decide(batch, rows, status, decision) > 0
    batch = signup.batch(number)
    return foresee(batch, tally_of(batch))


def result(number: int) -> dict[str, int]:
    found: dict[str, int] = runs.apply(number, signup.actor()).summary["committed"]
    return found


@pytest.mark.parametrize(
    ("people", "steps"),
    [
        (EVERYBODY, []),
        (EVERYBODY, [(DUPLICATE, Decision.SAME, None)]),
        (EVERYBODY, [(DUPLICATE, Decision.DIFFERENT, None)]),
        (EVERYBODY, [(Status.UPDATE, Decision.SKIP, None)]),
        (EVERYBODY, [(Status.UPDATE, Decision.OVERWRITE, None)]),
        ([CONFLICT], []),
        ([CONFLICT], [(Status.UPDATE, Decision.OVERWRITE, None)]),
        ([CONFLICT | {"network": NETWORK}], []),
        ([CONFLICT, UPDATE, NO_CONSENT], []),
        ([LIKE_DAO | {"job": None}], [(DUPLICATE, Decision.SAME, [FIRST])]),
        ([ANSWER, CONFLICT | {"type": "อสม."}], [(AMBIGUOUS, Decision.ACCEPT, None)]),
    ],
)
def test_what_is_foreseen_is_what_comes(
    app: Flask, people: Sequence[dict[str, object]], steps: list[Step]
) -> None:
    number = signup.planned(app, *people)
    with app.app_context():
        planned = decided(number, *steps).outcome
        assert result(number) == {
            "new": planned.new,
            "update": planned.update,
            "left": planned.left,
        }


def test_an_update_that_changes_nothing_is_none(app: Flask) -> None:
    number = signup.planned(app, CONFLICT, UPDATE)
    with app.app_context():
        assert list(signup.statuses(number).values()) == [Status.UPDATE, Status.UPDATE]
        planned = decided(number)
        assert (planned.outcome.update, planned.outcome.left, planned.idle) == (1, 1, 1)


@pytest.mark.parametrize(
    ("steps", "consent", "network"),
    [
        ([], 1, 1),
        ([(NEW, Decision.SKIP, [FIRST])], 0, 0),
        ([(NEW, Decision.SKIP, [FIRST + 1])], 1, 1),
        ([(AMBIGUOUS, Decision.ACCEPT, None)], 2, 2),
        ([(AMBIGUOUS, Decision.SKIP, None)], 1, 1),
        ([(DUPLICATE, Decision.DIFFERENT, None)], 1, 2),
        ([(DUPLICATE, Decision.SAME, None)], 1, 1),
    ],
)
def test_who_lacks_what_follows_the_decisions(
    app: Flask, steps: list[Step], consent: int, network: int
) -> None:
    number = signup.planned(app, NO_CONSENT, IN_NETWORK, ANSWER, LIKE_DAO)
    with app.app_context():
        found = decided(number, *steps)
        assert (found.consent, found.network) == (consent, network)
        assert found.network <= found.outcome.new


def test_too_many_to_look_into_are_said_to_be_the_most(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreseeing, "MOST", 1)
    number = signup.planned(app, CONFLICT, UPDATE, NO_CONSENT)
    with app.app_context():
        found = decided(number)
        assert (found.outcome.update, found.at_most) == (2, True)
        assert (found.consent, found.network) == (1, 1)


def test_the_page_says_what_comes_and_what_is_left(app: Flask, client_of: ClientOf) -> None:
    number = signup.planned(app, CONFLICT, NO_CONSENT, IN_NETWORK)
    with app.app_context():
        decided(number, (NEW, Decision.SKIP, [FIRST + 2]))
    shown = client_of("officer50").get(f"/imports/{number}?columns=later").text
    assert "ใหม่ 1" in re.sub(r"\s+", " ", shown)
    assert "มี 1 แถวเป็นสมาชิกที่ทะเบียนมีข้อมูลเป็นอย่างอื่นอยู่แล้ว" in shown
    assert "มี 1 แถวที่เลือกไว้ว่าไม่นำเข้า" in shown
