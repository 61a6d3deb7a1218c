"""The manual's standard times: which holds on a day, and setting a new one from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from registry.access.versions import mark_of
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.periods.confirming import require_same
from registry.periods.models import TimeStandard

LONGEST = 60 * 24 * 30


class Step(StrEnum):
    """Steps of the manual that have a standard time, in the manual's order."""

    NETWORK = "network"
    CHANNEL = "channel"
    MESSAGE = "message"
    PUBLISH = "publish"
    PASS_ON = "pass_on"  # noqa: S105 - a step
    ANSWER = "answer"
    REPORT = "report"


STEP_NAMES = {
    Step.NETWORK: _l("Step 1: create and develop the network"),
    Step.CHANNEL: _l("Step 2: create the network's central channel"),
    Step.MESSAGE: _l("Step 3: set the key message and its media"),
    Step.PUBLISH: _l("Step 4: publish after approval"),
    Step.PASS_ON: _l("Step 5: receive and pass on"),
    Step.ANSWER: _l("Step 6: answer a question"),
    Step.REPORT: _l("Report of the results"),
}


@dataclass(frozen=True)
class Clock:
    """When a step's time begins and ends, and whether a measure counts it."""

    start: Any
    stop: Any
    counted: bool = False


CLOCKS = {
    Step.NETWORK: Clock(
        _l("the first day of the founding activity"), _l("the network is entered in the registry")
    ),
    Step.CHANNEL: Clock(
        _l("the network is entered in the registry"), _l("its first central channel is entered")
    ),
    Step.MESSAGE: Clock(_l("the draft is begun"), _l("the draft is first submitted for approval")),
    Step.PUBLISH: Clock(
        _l("the head's approval"), _l("the first publication in a channel"), counted=True
    ),
    Step.PASS_ON: Clock(
        _l("the publication by which the member received it"),
        _l("the member's first passing on"),
        counted=True,
    ),
    Step.ANSWER: Clock(_l("the question is asked"), _l("its first answer"), counted=True),
    Step.REPORT: Clock(_l("the last day of the period"), _l("the period is closed")),
}
"""The manual names no clocks: these are our own choice."""


def standards() -> dict[Step, list[TimeStandard]]:
    """Every step with its standards, the latest first."""
    rows = list(db.session.scalars(select(TimeStandard).order_by(TimeStandard.valid_from.desc())))
    return {step: [row for row in rows if row.step == step.value] for step in Step}


def set_standard(
    step: Step, minutes: int, valid_from: date, source: str, actor: Actor, *, today: date
) -> TimeStandard:
    """Set a standard from a day on (today or later); earlier days keep theirs.

    A standard that the day has already is replaced: the trail keeps what it was.

    Raises:
        Refused: the day is past, the minutes make no sense, or no source.
    """
    if valid_from < today:
        raise Refused(_("The past is not rewritten: choose today or a later day."))
    require_minutes(minutes)
    if not source.strip():
        raise Refused(_("Please state the order or the place in the manual that sets it."))
    row = set_for(step, valid_from) or TimeStandard(step=step.value, valid_from=valid_from)
    before, row.minutes, row.source = row.minutes, minutes, source.strip()[:200]
    db.session.add(row)
    db.session.flush()
    said: dict[str, Any] = {
        "code": step.value,
        "from": before,
        "to": minutes,
        "period": valid_from,
        "reason": row.source,
    }
    record(actor, Action.SETTING_CHANGE, "time_standard", row.id, **said)
    return row


def set_for(step: Step, day: date) -> TimeStandard | None:
    """The standard that was set to begin on this very day."""
    query = select(TimeStandard).where(
        TimeStandard.step == step.value, TimeStandard.valid_from == day
    )
    held = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(held)


def require_minutes(minutes: int) -> None:
    """A time that can be a standard.

    Raises:
        Refused: it is too short or too long.
    """
    if not 1 <= minutes <= LONGEST:
        raise Refused(_("The standard must lie between 1 minute and 30 days."))


def mark_of_standard(row: TimeStandard) -> str:
    """A mark of a standard as a page shows it."""
    return mark_of(row.step, row.valid_from, row.minutes, row.source)


def take_back(row_id: int, actor: Actor, *, today: date, seen: str | None = None) -> None:
    """Take back a standard that is not yet in force.

    Args:
        seen: the mark of the standard that the page showed; None where there was no page.

    Raises:
        NotFound: there is no such standard.
        Refused: it is in force.
        ChangedMeanwhile: it is not the one that was shown.
    """
    row = db.session.get(TimeStandard, row_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    require_same(seen, mark_of_standard(row))
    if row.valid_from <= today:
        raise Refused(_("Only a standard that lies in the future can be taken back."))
    said: dict[str, Any] = {"code": row.step, "from": row.minutes, "kind": "taken back"}
    record(actor, Action.SETTING_CHANGE, "time_standard", row.id, **said)
    db.session.delete(row)
    db.session.flush()
