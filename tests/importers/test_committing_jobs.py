"""Importing in the background: it survives a killed worker, and comes back when it cannot be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from importers import runs, services
from importers.models import BatchState, Decision, ImportBatch
from importers.results import Status
from registry.audit.verify import verify
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.jobs import Job, claim, run_pending
from registry.members.models import Member
from registry.periods.calendar import utc_now
from tests import cast
from tests.importers import signup
from tests.importers.signup import EVERYBODY, NEW, ROWS, person, planned

NEWCOMERS = sum(one is NEW for one in EVERYBODY)


def begin(number: int) -> None:
    """The button was pressed; the job waits."""
    with unit_of_work():
        services.start_commit(signup.actor(), db.session.get_one(ImportBatch, number))


def skip(batch: ImportBatch) -> None:
    services.decide(batch, [ROWS["new"]], Status.NEW, Decision.SKIP)


def members_of(number: int) -> int:
    query = select(func.count()).select_from(Member).where(Member.batch_id == number)
    return db.session.scalar(query) or 0


def lose_the_worker() -> None:
    with unit_of_work() as session:
        session.execute(update(Job).values(lease_until=utc_now() - timedelta(seconds=1)))


def test_it_is_applied_once(app: Flask) -> None:
    number = planned(app)
    with app.app_context():
        begin(number)
        begin(number)
        assert signup.batch(number).as_state is BatchState.COMMITTING
        assert run_pending() == 1
        assert signup.batch(number).as_state is BatchState.COMMITTED
        assert members_of(number) == NEWCOMERS
        assert verify().holds


def test_nothing_is_decided_while_it_is_applied(app: Flask) -> None:
    number = planned(app)
    with app.app_context():
        begin(number)
        with pytest.raises(Refused), unit_of_work() as session:
            skip(session.get_one(ImportBatch, number))


@pytest.mark.parametrize("at", ["register_prepared", "change_many", "record"])
def test_a_worker_killed_while_writing_leaves_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    number = planned(app)
    with app.app_context(), monkeypatch.context() as patched:
        begin(number)
        assert claim("killed") is not None

        def killed(*_args: Any, **_options: Any) -> None:
            raise KeyboardInterrupt

        patched.setattr(f"importers.committing.{at}", killed)
        with pytest.raises(KeyboardInterrupt):
            runs.commit(number, signup.actor(), lambda *_: None)
        db.session.rollback()
        assert members_of(number) == 0
    with app.app_context():
        lose_the_worker()
        assert run_pending() == 1
        assert signup.batch(number).as_state is BatchState.COMMITTED
        assert members_of(number) == NEWCOMERS


def test_a_worker_killed_after_writing_writes_no_more(app: Flask) -> None:
    number = planned(app)
    with app.app_context():
        begin(number)
        assert claim("killed") is not None
        runs.commit(number, signup.actor(), lambda *_: None)
        lose_the_worker()
        assert run_pending() == 1
        assert members_of(number) == NEWCOMERS


def test_an_outdated_plan_comes_back_anew_and_says_why(app: Flask) -> None:
    number = planned(app)
    with app.app_context():
        begin(number)
        with unit_of_work():
            cast.member("malee50").birth_year = 1970
        run_pending()
        batch = signup.batch(number)
        assert batch.as_state is BatchState.PLANNED
        assert str(ROWS["update"]) in (batch.notice or "")
        assert members_of(number) == 0


def test_two_who_bring_the_same_person_at_once_register_one(app: Flask) -> None:
    someone = person(first="ซ้ำ", last="แน่นอน", id=signup.CANARY, phone="0819990042")
    first, second = planned(app, someone), planned(app, someone, NEW | {"id": None})
    with app.app_context():
        begin(first)
        begin(second)
        run_pending()
        states = [signup.batch(number).as_state for number in (first, second)]
        assert states == [BatchState.COMMITTED, BatchState.PLANNED]
        found = select(func.count()).where(Member.first_name == "ซ้ำ")
        assert db.session.scalar(found) == 1
