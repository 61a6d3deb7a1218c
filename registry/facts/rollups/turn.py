"""Whose turn it is to fold: one process at a time, for as long as it renews its lease."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Update, delete, or_, select, update

from registry.db import db, unit_of_work
from registry.facts.rollups.models import FactMark, FactState
from registry.leases import renewed
from registry.periods.calendar import utc_now

LEASE = timedelta(minutes=2)
PORTION = 2_000
"""Marks that are taken away by one statement."""


class NotFolding(Exception):
    """Somebody else folds by now."""


@dataclass
class Turn:
    """A turn at folding.

    Attributes:
        seen: the marks that were there when it began; what changes later is marked anew.
        settled: ids of those whose partitions were made anew since.
    """

    folder: str
    seen: Sequence[FactMark]
    settled: set[int] = field(default_factory=set)

    def hold(self) -> None:
        """See in the transaction at hand that it is this one's turn still, and renew it.

        Raises:
            NotFolding: it is not.
        """
        if not db.session.execute(_renewal(self.folder)).rowcount:  # type: ignore[attr-defined]
            raise NotFolding


def this_process() -> str:
    """The name under which this process folds."""
    return f"{socket.gethostname()[:28]}-{os.getpid()}"


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
            .where(or_(free, FactState.folder == folder))
            .values(folder=folder, folding_until=now + LEASE, epoch=FactState.epoch + 1)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            raise NotFolding
        marks = list(session.scalars(select(FactMark)))
        session.expunge_all()
    return marks


def _end(mine: Turn) -> None:
    ids = sorted(mine.settled)
    with unit_of_work() as session:
        for start in range(0, len(ids), PORTION):
            session.execute(delete(FactMark).where(FactMark.id.in_(ids[start : start + PORTION])))
        session.execute(
            update(FactState).where(FactState.folder == mine.folder).values(folding_until=None)
        )


def _renewal(folder: str) -> Update:
    mine = update(FactState).where(FactState.folder == folder)
    return mine.values(folding_until=utc_now() + LEASE)
