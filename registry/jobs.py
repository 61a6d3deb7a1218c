"""Work done in the background, which survives a killed worker and shows its progress.

A row in ``job``, written in the caller's transaction, is the only truth: a worker claims it by a
conditional UPDATE with a lease and renews the lease while it works; when a lease runs out the row
is up for claiming again.  Handlers must therefore be safe to run twice.
"""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from types import FrameType
from typing import Any

import structlog
from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import JSON, Index, String, Update, and_, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, begin_write, commit, db, unit_of_work
from registry.errors import Refused
from registry.leases import renewed
from registry.logs import where

log = structlog.get_logger()
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 3
DONE_STATES = frozenset({"done", "failed"})


class Job(Base):
    """One piece of work."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "state", "due_at"),)

    id: Mapped[str] = mapped_column(
        String(32), primary_key=True, default=lambda: secrets.token_hex(16)
    )
    kind: Mapped[str] = mapped_column(String(40), index=True)
    args: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    user_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    lease_by: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(default=0)
    step: Mapped[str | None] = mapped_column(String(120))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(String(500))
    unique_key: Mapped[str | None] = mapped_column(String(80), unique=True)


class LeaseLost(Exception):
    """Another worker has the job by now; this one stops."""


class Progress:
    """Tells how far a job is; each call renews the lease in a short transaction of its own.

    Raises:
        LeaseLost: by the call, where another worker has taken the job over.
    """

    def __init__(self, job_id: str, worker: str) -> None:
        self.job_id, self.worker, self._last = job_id, worker, 0.0

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Say which step is under way and how many of how many are done."""
        now = time.monotonic()
        if now - self._last < 0.3 and done != total:
            return
        self._last = now
        with db.engine.execution_options(sang_write=True).begin() as c:
            mine = c.execute(_renewal(self.job_id, self.worker, step=step, done=done, total=total))
        if not mine.rowcount:
            raise LeaseLost(self.job_id)


Handler = Callable[[dict[str, Any], Progress], dict[str, Any] | None]
_handlers: dict[str, Handler] = {}
_daily: dict[str, int] = {}


def handles(kind: str, *, daily_at: int | None = None) -> Callable[[Handler], Handler]:
    """Mark a function as the handler of a kind of job, perhaps run daily at an hour (Bangkok)."""

    def mark(handler: Handler) -> Handler:
        _handlers[kind] = handler
        if daily_at is not None:
            _daily[kind] = daily_at
        return handler

    return mark


def enqueue(
    kind: str,
    args: dict[str, Any],
    *,
    user_id: int | None = None,
    unique_key: str | None = None,
    due_at: datetime | None = None,
) -> Job:
    """Add a job in the caller's transaction."""
    now = datetime.now(UTC)
    job = Job(
        kind=kind,
        args=args,
        user_id=user_id,
        created_at=now,
        due_at=due_at or now,
        unique_key=unique_key,
    )
    db.session.add(job)
    db.session.flush()
    return job


def claim(worker: str) -> Job | None:
    """Claim one job that is due, or whose worker died; None when there is none."""
    now = datetime.now(UTC)
    ready = and_(Job.state == "queued", Job.due_at <= now)
    orphan = and_(Job.state == "running", Job.lease_until < now)
    with unit_of_work() as session:
        found = session.scalar(
            select(Job)
            .where(or_(ready, orphan))
            .order_by(Job.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if found is None:
            return None
        found.attempts += 1
        if found.attempts > MAX_ATTEMPTS:
            found.state, found.finished_at = "failed", now
            found.error = _(
                "The worker stopped three times while doing this; tell the administrator."
            )
            return None
        found.state, found.lease_by, found.lease_until = "running", worker, now + LEASE
        found.started_at = found.started_at or now
        job_id = found.id
    return db.session.get(Job, job_id)


def run(job: Job, worker: str) -> None:
    """Run a claimed job and note its outcome; the handler commits its own work."""
    job_id, kind, args = job.id, job.kind, dict(job.args)
    with renewed(lambda: _renewal(job_id, worker), LEASE):
        try:
            result = _handlers[kind](args, Progress(job_id, worker))
            _finish(job_id, worker, "done", result=result or {})
        except LeaseLost:
            db.session.rollback()
            log.error("lease_lost", job=job_id, kind=kind)
        except Refused as refusal:
            _finish(job_id, worker, "failed", error=str(refusal))
        except Exception as error:
            log.error(
                "job_failed", job=job_id, kind=kind, error=type(error).__name__, where=where(error)
            )
            _finish(job_id, worker, "failed", error=f"{type(error).__name__} ({job_id[:8]})")


def _renewal(job_id: str, worker: str, **values: Any) -> Update:
    mine = update(Job).where(Job.id == job_id, Job.lease_by == worker)
    return mine.values(lease_until=datetime.now(UTC) + LEASE, **values)


def _finish(job_id: str, worker: str, state: str, **values: Any) -> None:
    db.session.rollback()
    begin_write()
    db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.lease_by == worker)
        .values(state=state, finished_at=datetime.now(UTC), **values)
    )
    commit()


def run_pending(worker: str = "inline") -> int:
    """Run all due jobs now, in this process (tests, commands, demo); returns how many."""
    count = 0
    while job := claim(worker):
        run(job, worker)
        count += 1
    return count


def _plan_daily() -> None:
    """Put each daily job in the queue once a day; the unique key keeps two workers apart."""
    from registry.periods.calendar import bangkok

    now = bangkok(datetime.now(UTC))
    for kind, hour in _daily.items():
        key = f"{kind}:{date.isoformat(now.date())}"
        if now.hour < hour or db.session.scalar(select(Job.id).where(Job.unique_key == key)):
            continue
        with unit_of_work():
            enqueue(kind, {}, unique_key=key)


def until_told() -> Iterator[threading.Event]:
    """Go on until the process is told to end (SIGTERM, SIGINT) or its parent is gone.

    Yields:
        an event to wait by, which is set when told.
    """
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    parent = os.getppid()
    while not stop.is_set() and os.getppid() == parent:
        yield stop


def work(app: Flask, *, poll: float = 0.5) -> None:
    """The worker's loop; ends after the job at hand when told to (SIGTERM, SIGINT)."""
    worker = f"{os.getpid()}-{secrets.token_hex(4)}"
    for stop in until_told():
        with app.app_context():
            try:
                _plan_daily()
                busy = run_pending(worker)
            except Exception as error:
                log.error("worker_pause", error=type(error).__name__, where=where(error))
                busy = 0
        if not busy:
            stop.wait(poll)
