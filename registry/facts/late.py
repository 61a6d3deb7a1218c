"""Facts that change late: whose days are noted, so that closed periods can be told of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from registry.db import SangSession
from registry.facts.schema import COLUMNS
from registry.periods import closed

PENDING = "sang_fact_days"
KNOWN_NOW = "member"
"""Of a member's record only the present is known: each change of it would be one of all months."""


@event.listens_for(SangSession, "before_flush")
def _gather(session: Session, *_: Any) -> None:
    known: set[date] = session.info.setdefault(PENDING, set())
    for row in session.dirty:
        known.update(_days(row, whole=False))
    for row in (*session.new, *session.deleted):
        known.update(_days(row, whole=True))


@event.listens_for(SangSession, "after_commit")
def _note(session: Session) -> None:
    session.info.setdefault(closed.DAYS, set()).update(session.info.pop(PENDING, ()))


@event.listens_for(SangSession, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(PENDING, None)


def _days(row: Any, *, whole: bool) -> Iterator[date]:
    """The days that a change of a row is about: its own, or only those that moved."""
    state = inspect(row)
    table = state.mapper.local_table.name
    columns = COLUMNS.get(table, ()) if table != KNOWN_NOW else ()
    told = {name: state.attrs[name].history for name in columns if name in state.attrs}
    days = {name: past for name, past in told.items() if _is_day(state.mapper.columns[name])}
    changed = {name for name, past in told.items() if past.has_changes()}
    if not (whole or changed):
        return
    for past in (days[name] for name in (days if whole or changed - days.keys() else changed)):
        values = (*(past.added or ()), *(past.unchanged or ()), *(past.deleted or ()))
        yield from (value for value in values if value is not None)


def _is_day(column: Any) -> bool:
    return bool(column.type.python_type is date)
