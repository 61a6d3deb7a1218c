"""Whose turn it is to fold: one process at a time, for as long as it renews its lease."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_hex
from typing import TypeVar

from sqlalchemy import Connection, Update, delete, or_, select, text, update

from registry.arrow import Moment
from registry.db import db, unit_of_work
from registry.facts.rollups.models import IMAGES, TOUCH, FactMark, FactState
from registry.facts.rollups.touch_triggers import LOCK
from registry.leases import renewed
from registry.periods.calendar import utc_now

LEASE = timedelta(minutes=2)
PORTION = 2_000
"""Marks that are taken away by one statement."""
TRIES, PAUSE = 20, 0.05
"""How often to try to end an epoch between others' changes, and seconds between two tries."""
_ALONE = text(f"SELECT pg_try_advisory_xact_lock({LOCK})")


Seen = TypeVar("Seen", Connection, Moment)


class NotFolding(Exception):
    """Somebody else folds by now."""


class Unsettled(NotFolding):
    """Others change facts all the time, so that no epoch can be ended."""


@dataclass
class Turn:
    """A turn at folding.

    Attributes:
        seen: the marks that were there when it began; what changes later is marked anew.
        settled: ids of those whose partitions were made anew since.
        epoch: the last that had ended at the moment whose facts it reads.
        settled_until: the last of which all that was touched is in the rollups.
    """

    folder: str
    seen: Sequence[FactMark]
    settled: set[int] = field(default_factory=set)
    epoch: int = 0
    settled_until: int = 0

    @contextmanager
    def moment(self, opened: Callable[[], AbstractContextManager[Seen]]) -> Iterator[Seen]:
        """A moment of the database at which an epoch has just ended.

        What is touched later finds its pair as it is here: its image and what is made from this
        moment go together.

        Args:
            opened: how to see it, by rows or by columns.

        Raises:
            NotFolding: it is not this one's turn any more.
            Unsettled: others are in the midst of changes all the time.
        """
        for _try in range(TRIES):
            self.epoch = _end_epoch(self.folder)
            with opened() as seen:
                later = select(TOUCH.c.epoch).where(TOUCH.c.epoch > self.epoch).limit(1)
                if seen.execute(later).first() is None:
                    yield seen
                    return
        raise Unsettled

    def hold(self) -> None:
        """See in the transaction at hand that it is this one's turn still, and renew it.

        Raises:
            NotFolding: it is not.
        """
        if not db.session.execute(_renewal(self.folder)).rowcount:  # type: ignore[attr-defined]
            raise NotFolding


def this_process() -> str:
    """A name under which this process folds, never the same twice: machines may share theirs."""
    return f"{socket.gethostname()[:20]}-{os.getpid()}-{token_hex(4)}"


@contextmanager
def turn(folder: str) -> Iterator[Turn]:
    """Be the one who folds until the block ends; marks that it settled are then taken away.

    Args:
        folder: who folds.

    Raises:
        NotFolding: somebody else does.
    """
    mine = Turn(folder, _begin(folder))
    try:
        with renewed(lambda: _renewal(folder), LEASE):
            yield mine
    finally:
        db.session.rollback()
        _end(mine)


def _begin(folder: str) -> list[FactMark]:
    """Take the lease, begin a new epoch, and read the marks that were there before it."""
    with unit_of_work() as session:
        now = utc_now()
        free = or_(FactState.folding_until.is_(None), FactState.folding_until < now)
        taken = session.execute(
            update(FactState)
            .where(free)
            .values(folder=folder, folding_until=now + LEASE, epoch=FactState.epoch + 1)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            raise NotFolding
        marks = list(session.scalars(select(FactMark)))
        session.expunge_all()
    return marks


def _end_epoch(folder: str) -> int:
    """Begin another epoch while nobody is in the midst of changing facts; the one that ended."""
    for _try in range(TRIES):
        with unit_of_work() as session:
            if db.engine.dialect.name == "sqlite" or session.scalar(_ALONE):
                taken = session.execute(_renewal(folder).values(epoch=FactState.epoch + 1))
                if not taken.rowcount:  # type: ignore[attr-defined]
                    raise NotFolding
                return session.scalar(select(FactState.epoch - 1)) or 0
        time.sleep(PAUSE)
    raise Unsettled


def _end(mine: Turn) -> None:
    ids = sorted(mine.settled)
    with unit_of_work() as session:
        for start in range(0, len(ids), PORTION):
            session.execute(delete(FactMark).where(FactMark.id.in_(ids[start : start + PORTION])))
        state = update(FactState).where(FactState.folder == mine.folder)
        session.execute(state.values(folding_until=None))
        if mine.settled_until:
            session.execute(state.values(settled=mine.settled_until))
            for table in (TOUCH, *IMAGES.values()):
                session.execute(delete(table).where(table.c.epoch <= mine.settled_until))


def _renewal(folder: str) -> Update:
    mine = update(FactState).where(FactState.folder == folder)
    return mine.values(folding_until=utc_now() + LEASE)
