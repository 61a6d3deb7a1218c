"""The catalogue of closed periods: reading what was sealed, and entering what has been.

Nothing here is ever changed: a re-issue is a new revision beside the old one, and the highest
revision is in force.  Sealed figures hold no personal data; who may see a cut is for the caller
to decide (see :func:`registry.facts.sealed.sealed_cut`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, insert, or_, select

from registry.db import db
from registry.periods.calendar import Period
from registry.periods.models import SealedFigure, SealedPeriod


def _in_force() -> Select[Any]:
    latest = select(SealedPeriod.code, func.max(SealedPeriod.revision).label("revision"))
    top = latest.group_by(SealedPeriod.code).subquery()
    same = (SealedPeriod.code == top.c.code) & (SealedPeriod.revision == top.c.revision)
    return select(SealedPeriod).join(top, same)


def sealed(code: str) -> SealedPeriod | None:
    """The revision in force of a closed period, or None where it is not closed."""
    return db.session.scalars(_in_force().where(SealedPeriod.code == code)).one_or_none()


def closed_around(days: Collection[date]) -> SealedPeriod | None:
    """The shortest closed period in which one of some days lies; None where none does."""
    if not days:
        return None
    held = or_(*((SealedPeriod.start <= day) & (SealedPeriod.end >= day) for day in days))
    rows = db.session.scalars(select(SealedPeriod).where(held, SealedPeriod.revision == 1))
    return min(rows, key=lambda row: (row.end - row.start, row.start), default=None)


def closed_of(periods: Collection[Period]) -> set[Period]:
    """Those of some periods that are closed themselves, whatever a longer one is."""
    codes = [one.code for one in periods]
    known = set(db.session.scalars(select(SealedPeriod.code).where(SealedPeriod.code.in_(codes))))
    return {one for one in periods if one.code in known}


def list_periods() -> list[SealedPeriod]:
    """The revision in force of every closed period, the latest period first."""
    query = _in_force().order_by(SealedPeriod.start.desc(), SealedPeriod.end)
    return list(db.session.scalars(query))


def revisions(code: str) -> list[SealedPeriod]:
    """All revisions of a closed period, the first one first."""
    query = select(SealedPeriod).where(SealedPeriod.code == code)
    return list(db.session.scalars(query.order_by(SealedPeriod.revision)))


def sealed_figures(
    code: str, revision: int | None = None, cut: str | None = None
) -> dict[tuple[str, str], SealedFigure]:
    """Figures of a closed period by measure and cut (``""`` for the whole, else ``zone=3``).

    Args:
        revision: the one in force unless told otherwise; empty where there is none.
        cut: a single one; all of them unless told otherwise.
    """
    if revision is None:
        period = sealed(code)
        if period is None:
            return {}
        revision = period.revision
    query = select(SealedFigure).where(SealedFigure.code == code, SealedFigure.revision == revision)
    if cut is not None:
        query = query.where(SealedFigure.cut == cut)
    return {(row.measure, row.cut): row for row in db.session.scalars(query)}


def save_sealed(
    period: Period,
    *,
    closed_at: datetime,
    closed_by: int | None,
    folder: str,
    manifest_sha256: str,
    previous_sha256: str | None,
    keep_until: date,
    figures: Iterable[Mapping[str, Any]],
    facts: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> SealedPeriod:
    """Enter a sealed period as the next revision of its code, with its figures; flushes.

    Args:
        figures: columns of :class:`SealedFigure` apart from ``code`` and ``revision``.
        facts: what the seal covers (tables, rows, hashes), for the list of periods.
    """
    known = select(func.max(SealedPeriod.revision)).where(SealedPeriod.code == period.code)
    row = SealedPeriod(
        code=period.code,
        kind=period.kind.value,
        start=period.start,
        end=period.end,
        revision=(db.session.scalar(known) or 0) + 1,
        closed_at=closed_at,
        closed_by=closed_by,
        folder=folder,
        manifest_sha256=manifest_sha256,
        previous_sha256=previous_sha256,
        keep_until=keep_until,
        reason=reason,
        facts=dict(facts or {}),
    )
    db.session.add(row)
    db.session.flush()
    rows = [{**figure, "code": row.code, "revision": row.revision} for figure in figures]
    if rows:
        db.session.execute(insert(SealedFigure), rows)
    return row
