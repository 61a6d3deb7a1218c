"""Imports in the background: a killed worker, two people at once, and forgetting."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from importers import runs, services
from importers.dissemination.models import DisseminationSheet, SheetState
from importers.jobs import STRAY_AFTER
from importers.models import BatchState, Decision, ImportBatch, ImportRow
from importers.planning import limits_of
from importers.results import Status
from importers.undoing import undo_batch
from importers.uploads import Gone, as_file, content_of
from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.jobs import Job, claim, enqueue, run_pending
from registry.members.models import Member
from registry.periods.calendar import utc_now
from tests import cast
from tests.importers import signup
from tests.importers.signup import ROWS


def started() -> int:
    """A batch whose planning waits in the queue."""
    number = signup.received(signup.workbook())
    with unit_of_work():
        services.start(db.session.get_one(ImportBatch, number))
    return number


def lose_the_worker() -> None:
    """The worker that holds the job is dead: its lease runs out."""
    with unit_of_work() as session:
        session.execute(update(Job).values(lease_until=utc_now() - timedelta(seconds=1)))


def rows_of(number: int) -> int:
    query = select(func.count()).select_from(ImportRow).where(ImportRow.batch_id == number)
    return db.session.scalar(query) or 0


def test_killed_while_reading_it_is_read_again(app: Flask) -> None:
    with app.app_context():
        number = started()
        assert claim("killed") is not None
        assert run_pending() == 0
        lose_the_worker()
        assert run_pending() == 1
        assert signup.batch(number).as_state is BatchState.PLANNED
        assert rows_of(number) == len(signup.EVERYBODY)


def test_killed_after_planning_it_keeps_what_was_decided(app: Flask) -> None:
    with app.app_context():
        number = started()
        assert claim("killed") is not None
        runs.plan(number)
        with unit_of_work():
            batch, row = db.session.get_one(ImportBatch, number), [ROWS["new"]]
            services.decide(batch, row, Status.NEW, Decision.SKIP)
        lose_the_worker()
        assert run_pending() == 1
        assert signup.row(number, ROWS["new"]).decision == Decision.SKIP
        assert rows_of(number) == len(signup.EVERYBODY)


def test_planned_anew_it_has_each_row_once(app: Flask) -> None:
    with app.app_context():
        number = started()
        run_pending()
        for _twice in range(2):
            with unit_of_work():
                services.replan(db.session.get_one(ImportBatch, number))
        while run_pending():
            pass
        assert signup.batch(number).as_state is BatchState.PLANNED
        assert rows_of(number) == len(signup.EVERYBODY)


def test_progress_is_told_step_by_step(app: Flask) -> None:
    told: list[str] = []
    with app.app_context():
        number = signup.received(signup.workbook())
        runs.plan(number, lambda step, *_: told.append(step))
    assert (told[0], told[-1]) == ("read", "matched")


def at_once(app: Flask, step: Callable[[], object], times: int = 4) -> list[object]:
    """What comes of a step that several do at the same moment: results and refusals."""
    gate, outcomes = threading.Barrier(times), []

    def go() -> None:
        with app.app_context():
            gate.wait()
            try:
                outcomes.append(step())
            except Refused as refusal:
                outcomes.append(refusal)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=go) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_the_same_file_by_four_at_once_is_taken_once(app: Flask) -> None:
    data = signup.workbook()
    outcomes = at_once(app, lambda: signup.received(data))
    assert sum(isinstance(one, services.SameFile) for one in outcomes) == 3
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ImportBatch)) == 1
        assert len(list(app.extensions["sang_settings"].uploads.iterdir())) == 1


def test_commit_by_four_at_once_happens_once(app: Flask) -> None:
    number = signup.planned(app)

    def commit() -> dict[str, int]:
        with unit_of_work():
            batch = db.session.get_one(ImportBatch, number)
            return services.commit_import(signup.actor(), batch)

    outcomes = at_once(app, commit)
    assert sum(isinstance(one, Refused) for one in outcomes) == 3
    with app.app_context():
        query = select(func.count()).select_from(Member).where(Member.batch_id == number)
        assert db.session.scalar(query) == 1


def forget(app: Flask) -> Job:
    with unit_of_work():
        number = enqueue("import:forget", {}).id
    run_pending()
    db.session.rollback()
    return db.session.get_one(Job, number)


def grow_old(days: int) -> None:
    with unit_of_work() as session:
        session.execute(update(ImportBatch).values(created_at=utc_now() - timedelta(days=days)))


def test_uploads_are_forgotten_when_their_days_are_over(app: Flask) -> None:
    number = signup.planned(app)
    settings = app.extensions["sang_settings"]
    with app.app_context():
        with unit_of_work():
            services.commit_import(signup.actor(), db.session.get_one(ImportBatch, number))
        grow_old(settings.upload_days_kept - 1)
        assert forget(app).result == {"forgotten": 0, "strays": 0}
        grow_old(settings.upload_days_kept + 1)
        assert forget(app).result == {"forgotten": 1, "strays": 0}
        assert list(settings.uploads.iterdir()) == []
        with pytest.raises(Gone):
            content_of(signup.batch(number))
        rows = db.session.scalars(select(ImportRow)).all()
        assert len(rows) == len(signup.EVERYBODY)
        assert {repr((row.values, row.originals, row.problems)) for row in rows} == {"({}, {}, [])"}
        events = select(AuditEvent.object_id).where(AuditEvent.action == Action.IMPORT_FORGET)
        assert db.session.scalars(events).all() == [str(number)]


def test_a_forgotten_import_can_still_be_undone(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Member))
        with unit_of_work():
            services.commit_import(signup.actor(), db.session.get_one(ImportBatch, number))
        grow_old(1000)
        forget(app)
        with unit_of_work():
            undo_batch(signup.actor(), db.session.get_one(ImportBatch, number))
        assert db.session.scalar(select(func.count()).select_from(Member)) == before


def test_a_plan_that_nobody_applied_is_given_up(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        grow_old(1000)
        forget(app)
        assert signup.batch(number).as_state is BatchState.DISCARDED


def test_files_without_a_batch_are_swept_away(app: Flask) -> None:
    settings = app.extensions["sang_settings"]
    with app.app_context():
        signup.received(signup.workbook())
        fresh, old = (Path(settings.uploads / name) for name in ("fresh.bin", "old.bin"))
        for path in (fresh, old):
            path.write_bytes(b"x")
        long_ago = (utc_now() - 2 * STRAY_AFTER).timestamp()
        os.utime(old, (long_ago, long_ago))
        assert forget(app).result == {"forgotten": 0, "strays": 1}
        assert fresh.exists()
        assert not old.exists()


def test_an_upload_that_is_undone_leaves_no_file(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), unit_of_work():
            _receive_and_fail()
        assert list(app.extensions["sang_settings"].uploads.iterdir()) == []


def _receive_and_fail() -> None:
    who = signup.actor()
    services.receive(who, db.session.get_one(Office, who.office_id), "a.xlsx", signup.workbook())
    raise ZeroDivisionError


def test_what_was_undone_or_refused_leaves_no_words(app: Flask) -> None:
    """Neither the sentence of a refused file nor the values that an undone import replaced."""
    number = signup.planned(app)
    with app.app_context():
        with unit_of_work():
            services.commit_import(signup.actor(), db.session.get_one(ImportBatch, number))
        grow_old(1000)
        forget(app)
        with unit_of_work():
            batch = db.session.get_one(ImportBatch, number)
            undo_batch(signup.actor(), batch)
            batch.error = "นายสมชาย ใจดี"
        kept = select(func.count()).select_from(ImportRow).where(ImportRow.before.is_not(None))
        assert db.session.scalar(kept)
        forget(app)
        assert db.session.scalar(kept) == 0
        assert signup.batch(number).error is None


def test_deciphered_uploads_that_a_killed_process_left_are_swept_away(app: Flask) -> None:
    settings = app.extensions["sang_settings"]
    with app.app_context():
        number = signup.received(signup.workbook())
        with as_file(signup.batch(number)) as path:
            assert path.is_relative_to(settings.instance / "tmp")
            assert limits_of(settings).folder == settings.instance / "tmp"
        left = settings.instance / "tmp" / "sang-upload-x"
        left.mkdir()
        (left / "upload").write_bytes(b"x")
        assert (settings.instance / "tmp").stat().st_mode & 0o077 == 0
        assert forget(app).result == {"forgotten": 0, "strays": 0}
        long_ago = (utc_now() - 2 * STRAY_AFTER).timestamp()
        os.utime(left, (long_ago, long_ago))
        assert forget(app).result == {"forgotten": 0, "strays": 1}
        assert not left.exists()


def _sheet_of(state: SheetState, days: int) -> DisseminationSheet:
    office, network = signup.actor().office_id, cast.network("P50").id
    what = {"office_id": office, "network_id": network, "month": 31_818, "filename": "a.xlsx"}
    typed = {"1-2-3": {"row": "5", "link": "https://example.org"}}
    at = utc_now() - timedelta(days=days)
    return DisseminationSheet(
        **what, sha256=state.value, typed=typed, state=state.value, uploaded_at=at
    )


def test_what_was_typed_into_sheets_is_forgotten(app: Flask) -> None:
    days = app.extensions["sang_settings"].upload_days_kept
    with app.app_context():
        with unit_of_work() as session:
            session.add_all([_sheet_of(state, days + 1) for state in SheetState])
            session.add(_sheet_of(SheetState.PLANNED, days - 1))
        forget(app)
        found = db.session.scalars(select(DisseminationSheet).order_by(DisseminationSheet.id)).all()
        assert [bool(one.typed) for one in found[:2]] == [False, False]
        assert [one.state for one in found[:2]] == ["discarded", "committed"]
        assert (bool(found[3].typed), found[3].state) == (True, "planned")
