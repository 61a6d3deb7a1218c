"""Background work: claimed once, survives a killed worker, tells how far it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from registry import admin_commands, jobs
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.jobs import (
    LEASE,
    MAX_ATTEMPTS,
    Job,
    LeaseLost,
    Progress,
    claim,
    enqueue,
    handles,
    run_pending,
)
from tests import slow_worker
from tests.crowd import claim_all, crowd
from tests.nursery import Child
from tests.stage import Stage

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@handles("test-count")
def _count(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    progress("counting", args["to"], args["to"])
    return {"counted": args["to"]}


@handles("test-refuse")
def _refuse(args: dict[str, Any], progress: Progress) -> None:
    raise Refused("The sheet has no header row; add one.")


@handles("test-crash")
def _crash(args: dict[str, Any], progress: Progress) -> None:
    raise ValueError("secret 1500012345676")


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def _enqueue(kind: str, args: dict[str, Any] | None = None, **more: Any) -> str:
    with unit_of_work():
        return enqueue(kind, args or {}, **more).id


def _job(job_id: str) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job_id)


@pytest.mark.usefixtures("in_app")
def test_a_job_is_done_and_says_what_came_out() -> None:
    job_id = _enqueue("test-count", {"to": 3})
    assert run_pending() == 1
    job = _job(job_id)
    assert (job.state, job.result, job.attempts) == ("done", {"counted": 3}, 1)
    assert (job.step, job.done, job.total) == ("counting", 3, 3)
    assert run_pending() == 0


@pytest.mark.usefixtures("in_app")
def test_a_job_belongs_to_the_transaction_that_added_it() -> None:
    with pytest.raises(ZeroDivisionError):
        _enqueue_and_fail()
    assert run_pending() == 0


def _enqueue_and_fail() -> None:
    with unit_of_work():
        enqueue("test-count", {"to": 1})
        raise ZeroDivisionError


@pytest.mark.usefixtures("in_app")
def test_a_refusal_is_told_in_its_own_words() -> None:
    job_id = _enqueue("test-refuse")
    run_pending()
    assert (_job(job_id).state, _job(job_id).error) == (
        "failed",
        "The sheet has no header row; add one.",
    )


@pytest.mark.usefixtures("in_app")
def test_a_crash_tells_no_secret() -> None:
    job_id = _enqueue("test-crash")
    run_pending()
    assert _job(job_id).state == "failed"
    assert "1500012345676" not in (_job(job_id).error or "")


@pytest.mark.usefixtures("in_app")
def test_a_job_that_is_not_due_waits() -> None:
    _enqueue("test-count", {"to": 1}, due_at=datetime.now(UTC) + timedelta(hours=1))
    assert run_pending() == 0


@pytest.mark.usefixtures("in_app")
def test_a_claim_is_exclusive_while_its_lease_runs() -> None:
    job_id = _enqueue("test-count", {"to": 1})
    first = claim("one")
    assert first is not None
    assert first.id == job_id
    assert claim("two") is None
    assert first.lease_until is not None
    assert first.lease_until - datetime.now(UTC) > LEASE / 2


@pytest.mark.usefixtures("in_app")
def test_progress_is_seen_by_others_and_renews_the_lease() -> None:
    job_id = _enqueue("test-count", {"to": 1})
    claim("one")
    with unit_of_work() as session:
        session.execute(update(Job).values(lease_until=datetime.now(UTC)))
    Progress(job_id, "one")("halfway", 1, 2)
    job = _job(job_id)
    assert (job.step, job.done, job.total) == ("halfway", 1, 2)
    assert job.lease_until is not None
    assert job.lease_until > datetime.now(UTC) + LEASE / 2


@pytest.mark.usefixtures("in_app")
def test_a_worker_that_lost_its_lease_changes_nothing() -> None:
    job_id = _enqueue("test-count", {"to": 1})
    claim("one")
    _expire(job_id)
    claim("two")
    with pytest.raises(LeaseLost):
        Progress(job_id, "one")("late", 9, 9)
    assert _job(job_id).step is None
    assert _job(job_id).lease_by == "two"


def test_a_worker_that_dies_is_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start(_kind: str) -> subprocess.Popen[bytes]:
        life = "" if not started else "import time; time.sleep(60)"
        started.append(subprocess.Popen([sys.executable, "-c", life]))
        return started[-1]

    monkeypatch.setattr(admin_commands, "_start_worker", start)
    monkeypatch.setattr(admin_commands, "WATCH_EVERY", 0.05)
    with admin_commands._workers_beside("jobs"):
        until = time.monotonic() + 20
        while len(started) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert [child.poll() is None for child in started] == [False, True]
    assert started[-1].poll() is not None


@pytest.mark.usefixtures("in_app")
def test_a_job_that_kills_its_workers_is_given_up() -> None:
    job_id = _enqueue("test-count", {"to": 1})
    for _ in range(MAX_ATTEMPTS):
        assert claim("doomed") is not None
        _expire(job_id)
    assert claim("wise") is None
    assert _job(job_id).state == "failed"
    assert _job(job_id).error


def _expire(job_id: str) -> None:
    with unit_of_work() as session:
        session.execute(update(Job).where(Job.id == job_id).values(lease_until=LONG_AGO))


def test_a_crowd_of_workers_does_each_job_once(app: Flask, stage: Stage) -> None:
    with app.app_context(), unit_of_work():
        for _ in range(20):
            enqueue("test-count", {"to": 1})
    crowd(claim_all, stage.url, processes=3, times=1)
    with app.app_context():
        counts = list(db.session.scalars(select(Job.done)))
        assert counts == [1] * 20


def test_another_worker_finishes_what_a_killed_one_began(
    app: Flask, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        job_id = _enqueue("test-slow", {"to": 7})
    doomed = _worker(stage)
    try:
        _wait_for(app, Job.step == "under way")
    finally:
        os.kill(doomed.pid, signal.SIGKILL)
        assert doomed.wait(10)[0] == -signal.SIGKILL
    with app.app_context():
        assert claim("too early") is None
        _expire(job_id)
        monkeypatch.setitem(jobs._handlers, "test-slow", _count)
        assert run_pending("second") == 1
        job = _job(job_id)
        assert (job.state, job.attempts, job.result) == ("done", 2, {"counted": 7})


def test_a_worker_told_to_stop_ends_in_peace(app: Flask, stage: Stage) -> None:
    with app.app_context():
        _enqueue("test-quick")
    worker = _worker(stage)
    _wait_for(app, Job.state == "done")
    os.kill(worker.pid, signal.SIGTERM)
    assert worker.wait(20)[0] == 0


def _worker(stage: Stage) -> Child:
    return Child(slow_worker.main, stage.url)


def _wait_for(app: Flask, condition: Any) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with app.app_context():
            if db.session.scalar(select(func.count()).where(condition)):
                return
        time.sleep(0.1)
    raise TimeoutError(str(condition))
