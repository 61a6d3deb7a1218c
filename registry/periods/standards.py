"""The manual's standard times: which holds on a day, and setting a new one from a day on."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.periods.models import TimeStandard

LONGEST = 60 * 24 * 30


class Step(StrEnum):
    """Steps of the manual that have a standard time."""

    PUBLISH = "publish"
    PASS_ON = "pass_on"  # noqa: S105 - a step
    ANSWER = "answer"


STEP_NAMES = {
    Step.PUBLISH: _l("Publish after approval"),
    Step.PASS_ON: _l("Receive and pass on"),
    Step.ANSWER: _l("Answer a question"),
}


def standards() -> dict[Step, list[TimeStandard]]:
    """Every step with its standards, the latest first."""
    rows = list(db.session.scalars(select(TimeStandard).order_by(TimeStandard.valid_from.desc())))
    return {step: [row for row in rows if row.step == step.value] for step in Step}


def set_standard(
    step: Step, minutes: int, valid_from: date, source: str, actor: Actor, *, today: date
) -> TimeStandard:
    """Set a standard from a day on (today or later); earlier days keep theirs.

    Raises:
        Refused: the day is past or has one already, the minutes make no sense, or no source.
    """
    if valid_from < today:
        raise Refused(_("The past is not rewritten: choose today or a later day."))
    if not 1 <= minutes <= LONGEST:
        raise Refused(_("The standard must lie between 1 minute and 30 days."))
    if not source.strip():
        raise Refused(_("Please state the order or the place in the manual that sets it."))
    taken = select(TimeStandard.id).where(
        TimeStandard.step == step.value, TimeStandard.valid_from == valid_from
    )
    if db.session.scalar(taken):
        raise Refused(_("This step has a standard from that day already."))
    row = TimeStandard(
        step=step.value, minutes=minutes, valid_from=valid_from, source=source.strip()[:200]
    )
    db.session.add(row)
    db.session.flush()
    said: dict[str, Any] = {
        "code": step.value,
        "to": minutes,
        "period": valid_from,
        "reason": row.source,
    }
    record(actor, Action.SETTING_CHANGE, "time_standard", row.id, **said)
    return row


def take_back(row_id: int, actor: Actor, *, today: date) -> None:
    """Take back a standard that is not yet in force."""
    row = db.session.get(TimeStandard, row_id)
    if row is None:
        raise NotFound
    if row.valid_from <= today:
        raise Refused(_("Only a standard that lies in the future can be taken back."))
    said: dict[str, Any] = {"code": row.step, "from": row.minutes, "kind": "taken back"}
    record(actor, Action.SETTING_CHANGE, "time_standard", row.id, **said)
    db.session.delete(row)
    db.session.flush()
