"""The session that must say when it means to write, and what it protects from."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, StatementError

from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor, record
from registry.audit.verify import verify
from registry.db import ReadOnlyTransaction, begin_write, commit, db, unit_of_work
from registry.jobs import Job, enqueue, run_pending
from tests.crowd import add_one, crowd, write_audit
from tests.stage import Stage

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
NOW = datetime(2026, 1, 15, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def _job(**values: object) -> Job:
    return Job(kind="count", created_at=NOW, due_at=NOW, **values)


@only_sqlite
def test_no_update_is_lost(app: Flask, stage: Stage) -> None:
    with app.app_context(), unit_of_work() as session:
        session.add(_job(id="counter"))
    crowd(add_one, stage.url, processes=4, times=10)
    with app.app_context():
        assert db.session.scalar(select(Job.done).where(Job.id == "counter")) == 40


def test_the_audit_chain_holds_in_a_crowd(app: Flask, stage: Stage) -> None:
    crowd(write_audit, stage.url, processes=3, times=10)
    with app.app_context():
        verdict = verify()
        assert verdict.holds, verdict.why
        assert verdict.links >= 30


@pytest.mark.usefixtures("in_app")
def test_a_flush_without_intent_is_refused() -> None:
    db.session.add(_job())
    with pytest.raises(ReadOnlyTransaction):
        db.session.flush()


@pytest.mark.usefixtures("in_app")
def test_a_bulk_write_without_intent_is_refused() -> None:
    with pytest.raises(ReadOnlyTransaction):
        db.session.execute(update(Job).values(done=1))


def test_an_error_of_the_database_tells_no_value(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        with pytest.raises(DBAPIError) as caught:
            session.execute(text("SELECT :secret FROM nowhere"), {"secret": "สมชาย 0812345678"})
        session.rollback()
    assert "0812345678" not in str(caught.value)


@pytest.mark.usefixtures("in_app")
def test_the_database_itself_refuses_a_reader_that_writes() -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        db.session.execute(text("update job set done = 1"))


@pytest.mark.usefixtures("in_app")
def test_core_connections_read_only_too() -> None:
    with db.engine.connect() as connection, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        connection.execute(text("update job set done = 1"))


@pytest.mark.usefixtures("in_app")
def test_intent_must_come_before_the_first_change() -> None:
    db.session.add(_job())
    with pytest.raises(ReadOnlyTransaction):
        begin_write()


@pytest.mark.usefixtures("in_app")
def test_intent_ends_with_its_transaction() -> None:
    begin_write()
    db.session.add(_job())
    commit()
    begin_write()
    db.session.rollback()
    with pytest.raises(ReadOnlyTransaction):
        db.session.execute(update(Job).values(done=1))


@pytest.mark.usefixtures("in_app")
def test_a_reader_may_become_a_writer() -> None:
    assert db.session.scalar(select(Job.id)) is None
    begin_write()
    db.session.add(_job(id="late"))
    commit()
    assert db.session.scalar(select(Job.id)) == "late"


def _fail_midway() -> None:
    with unit_of_work() as session:
        session.add(_job())
        record(Actor.system(), Action.SETTING_CHANGE, "setting", "x")
        session.flush()
        raise ZeroDivisionError


def test_a_unit_of_work_is_undone_whole(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            _fail_midway()
        assert db.session.scalar(select(Job.id)) is None
        before = verify().events
        with unit_of_work():
            record(Actor.system(), Action.SETTING_CHANGE, "setting", "y")
        assert verify().events == before + 1
        assert verify().holds


def test_two_writers_do_not_share_one_intent(app: Flask) -> None:
    with app.app_context():
        begin_write()
        with app.app_context(), pytest.raises(ReadOnlyTransaction):
            db.session.execute(update(Job).values(done=1))
        db.session.add(_job())
        commit()


@only_sqlite
@pytest.mark.usefixtures("in_app")
def test_a_reader_does_not_wait_for_a_writer(stage: Stage) -> None:
    writer = sqlite3.connect(stage.instance / "sang.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    started = time.perf_counter()
    assert db.session.scalar(select(AuditEvent.id).limit(1)) is None
    assert time.perf_counter() - started < 0.5
    writer.close()


@only_sqlite
@pytest.mark.usefixtures("in_app")
def test_sqlite_is_set_up_for_safety() -> None:
    with db.engine.connect() as connection:
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
    assert found == wanted


@pytest.mark.usefixtures("in_app")
def test_moments_are_stored_in_utc() -> None:
    bangkok = timezone(timedelta(hours=7))
    begin_write()
    db.session.add(_job(id="when", finished_at=datetime(2026, 1, 15, 10, 4, 5, tzinfo=bangkok)))
    commit()
    assert db.session.get_one(Job, "when").finished_at == NOW


@pytest.mark.usefixtures("in_app")
def test_a_moment_without_a_zone_is_refused() -> None:
    begin_write()
    db.session.add(_job(finished_at=datetime(2026, 1, 15)))
    with pytest.raises(StatementError, match="without a time zone"):
        db.session.flush()


@only_sqlite
def test_sqlite_is_told_every_night_how_large_its_tables_are(stage: Stage, app: Flask) -> None:
    with app.app_context():
        asked = text("SELECT idx FROM sqlite_stat1 WHERE tbl = 'member'")
        with pytest.raises(DBAPIError):
            db.session.execute(asked)
        db.session.rollback()
        with unit_of_work():
            enqueue("database:statistics", {})
        assert run_pending() == 1
        db.session.rollback()
        assert "ix_member_name_key" in db.session.scalars(asked).all()
