"""Giving a direction, carrying it out, accepting it, and marking what next year's review takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from registry.access.models import Office
from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.bulk import insert_once
from registry.db import db
from registry.documents.cells import clean_text
from registry.errors import Refused
from registry.i18n import language
from registry.periods import catalogue
from registry.periods.calendar import Period, utc_now
from registry.periods.office_report_models import OfficeReport
from reports.directions.models import Direction, DirectionState, ReviewItem, Side

LONGEST = 4_000
"""Letters of a direction, and of its result."""
S = DirectionState


@dataclass(frozen=True)
class Order:
    """What is directed; ``given_by`` is empty where the executive writes it in person."""

    text: str
    due_on: date
    given_by: str = ""


def give(
    actor: Actor,
    code: str,
    office: Office,
    order: Order,
    *,
    form_token: str,
    at: datetime | None = None,
) -> Direction:
    """Give a direction on the report of a closed period; a form sent twice gives one.

    Args:
        at: when; now unless told otherwise.

    Raises:
        Refused: the period is not closed.
    """
    known = db.session.scalar(select(Direction).where(Direction.form_token == form_token))
    if known is not None:
        return known
    period = Period.parse(code)
    read = catalogue.sealed(period.code)
    if read is None:
        raise Refused(
            _(
                "%(period)s is not closed yet; directions are given on a closed report.",
                period=period.label(language()),
            )
        )
    row = Direction(
        period=period.code,
        revision=read.revision,
        fiscal_year=period.fiscal_year,
        office=office,
        text=clean_text(order.text).strip(),
        due_on=order.due_on,
        given_by=clean_text(order.given_by).strip(),
        entered_by=actor.user_id,
        entered_at=at or utc_now(),
        form_token=form_token,
    )
    db.session.add(row)
    db.session.flush()
    _record(actor, Action.DIRECTION_GIVE, row, revision=row.revision)
    return row


def answer(
    actor: Actor,
    row: Direction,
    result: str,
    *,
    done: bool,
    version: int | None,
    at: datetime | None = None,
) -> None:
    """Write what was done about an open direction; ``done`` hands it to who gave it.

    Raises:
        Refused: it is not open, or nothing is said of the result.
        ChangedMeanwhile: another version is at hand.
    """
    need_version(row, version)
    text = clean_text(result).strip()
    if S.DONE not in row.steps(Side.OFFICE):
        raise Refused(_("This direction is not open any more, so its result stands."))
    if done and not text:
        raise Refused(_("The result is missing; write what was done about this direction."))
    row.result = text
    if done:
        row.move(Side.OFFICE, S.DONE, actor.user_id, at or utc_now())
    db.session.flush()
    _record(actor, Action.DIRECTION_ANSWER, row, to=row.state)


def step(
    actor: Actor,
    row: Direction,
    side: Side,
    to: DirectionState,
    remark: str = "",
    *,
    version: int | None,
    at: datetime | None = None,
) -> None:
    """Accept a result, send it back, withdraw or reopen a direction; take a result back.

    Raises:
        Refused: there is no such step, or who gives directions does not say why.
        ChangedMeanwhile: another version is at hand.
    """
    need_version(row, version)
    why = clean_text(remark).strip()
    if side is Side.GIVER and to is not S.ACCEPTED and not why:
        raise Refused(_("Write why: the office reads it beside the direction."))
    before = row.move(side, to, actor.user_id, at or utc_now())
    if side is Side.GIVER:
        row.remark = why
    db.session.flush()
    _record(actor, Action.DIRECTION_STATE, row, from_=before.value, to=to.value)


def review_direction(actor: Actor, row: Direction, year: int) -> None:
    """Mark a direction to be reviewed for a fiscal year after its report's.

    Raises:
        Refused: the year is none of the next two.
    """
    if year not in (row.fiscal_year + 1, row.fiscal_year + 2):
        raise Refused(_("Choose one of the two fiscal years after that of the report."))
    _mark(actor, row.office, year, direction_id=row.id)


def review_obstacles(actor: Actor, rows: Sequence[OfficeReport], year: int) -> None:
    """Mark obstacles that offices reported to be reviewed for a fiscal year.

    Raises:
        Refused: none is chosen.
    """
    if not rows:
        raise Refused(_("Choose the obstacles that are to be reviewed."))
    for row in rows:
        _mark(actor, row.office, year, report_id=row.id)


def leave_out(actor: Actor, item: ReviewItem) -> None:
    """Take an entry off the list of a fiscal year."""
    office, kind = item.source.office, "direction" if item.direction_id else "report"
    year, gone = item.year, delete(ReviewItem).where(ReviewItem.id == item.id)
    if db.session.execute(gone.returning(ReviewItem.id)).first() is not None:
        _record_review(actor, office, year, kind, "left out")


def _mark(actor: Actor, office: Office, year: int, **source: int) -> None:
    values = {"year": year, "marked_by": actor.user_id, "marked_at": utc_now(), **source}
    added = insert_once(ReviewItem).values(values).on_conflict_do_nothing()
    if db.session.execute(added.returning(ReviewItem.id)).first() is not None:
        _record_review(actor, office, year, next(iter(source)).removesuffix("_id"), "marked")


def _record_review(actor: Actor, office: Office, year: int, kind: str, to: str) -> None:
    record(
        actor,
        Action.REVIEW_MARK,
        "review",
        year,
        province=office.province_code,
        office=office.code,
        kind=kind,
        to=to,
    )


def _record(actor: Actor, action: Action, row: Direction, **said: Any) -> None:
    record(
        actor,
        action,
        "direction",
        row.id,
        province=row.office.province_code,
        office=row.office.code,
        period=row.period,
        **said,
    )
