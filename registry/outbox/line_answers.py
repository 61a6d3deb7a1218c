"""An office's answer goes to the member by LINE, where an account is linked.

As with all that leaves: claimed and committed, sent without a transaction, settled in another one.
LINE knows a repeated push by its key, so that a kill or a lost answer sends nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db, unit_of_work
from registry.messages.ledger_models import MemberNews, Question
from registry.messages.quiet import machines_from
from registry.outbox import accounts, backoff, holds
from registry.outbox.backoff import Answer, Outcome, Trouble
from registry.outbox.claiming import LEASE
from registry.outbox.line import client
from registry.outbox.line.fitting import fitted
from registry.outbox.line_answer_models import LineAnswer
from registry.outbox.line_words import say
from registry.outbox.models import DeliveryState, Way
from registry.pulse import briefly, pulse

D = DeliveryState
ASKED_SHOWN = 120
"""Letters of the question that the answer repeats."""
BECOMES = {Outcome.SENT: D.SENT, Outcome.FAILED: D.FAILED, Outcome.UNKNOWN: D.UNKNOWN}
log = structlog.get_logger()


@dataclass(frozen=True)
class Push:
    """All that the network needs of an answer, without the database."""

    answer_id: int
    to: str
    text: str
    key: str


def queue(
    actor: Actor, subject: Question | MemberNews, text: str, *, at_once: bool = False
) -> LineAnswer | None:
    """Let an answer go to the member by LINE; in the quiet hours after them, unless ``at_once``.

    Returns:
        what will be sent; None where no account is linked or LINE is not set up.
    """
    if not reached_among([subject.member_id]):
        return None
    now = datetime.now(UTC)
    about = {"question": subject} if isinstance(subject, Question) else {"news": subject}
    row = LineAnswer(
        text=_words(actor, subject, text),
        retry_key=str(uuid4()),
        urgent=at_once,
        due_at=machines_from(now, urgent=at_once),
        **about,
    )
    db.session.add(row)
    db.session.flush()
    place = subject.province_code
    record(actor, Action.LINE_ANSWER, "line_answer", row.id, province=place)
    return row


def reached_among(member_ids: Collection[int]) -> frozenset[int]:
    """Those of some members who can be written to by LINE."""
    ready = Way.LINE in holds.set_up()
    return frozenset(accounts.line_ids_of(member_ids)) if ready else frozenset()


def _words(actor: Actor, subject: Question | MemberNews, text: str) -> str:
    office = db.session.get(Office, actor.office_id) if actor.office_id else None
    asked = subject.text if len(subject.text) <= ASKED_SHOWN else f"{subject.text[:ASKED_SHOWN]}…"
    with force_locale("th"):
        name = office.name_th if office else _("Your office")
        if isinstance(subject, Question):
            first = _("%(office)s answers your question “%(asked)s”:", office=name, asked=asked)
        else:
            first = _("%(office)s answers your news “%(asked)s”:", office=name, asked=asked)
        return fitted(first, [], [text.strip()], "")


@pulse("line_answers")
def send_due() -> bool:
    """Send the answers that are due; whether there was any."""
    if Way.LINE not in holds.open_ways():
        return False
    sent = 0
    for push in briefly(iter(_claim, None)):
        _settle(push, _try(push))
        sent += 1
    return bool(sent)


def _claim() -> Push | None:
    """Take the next answer; from here on it counts as under way."""
    row, now = LineAnswer, datetime.now(UTC)
    due = or_(
        and_(row.state == D.QUEUED.value, row.due_at <= now),
        and_(row.state == D.SENDING.value, row.lease_until < now),
    )
    query = select(row.id).where(due).order_by(row.due_at, row.id).limit(1)
    found = db.session.scalar(query)
    db.session.rollback()
    if found is None:
        return None
    with unit_of_work():
        held = select(row).where(row.id == found, due).with_for_update(skip_locked=True, of=row)
        answer = db.session.scalar(held)
        return _take(answer, now) if answer is not None else None


def _take(row: LineAnswer, now: datetime) -> Push | None:
    to = accounts.line_ids_of([row.member.id]).get(row.member.id)
    if to is None or row.text is None:
        _end(row, D.UNKNOWN if row.attempts else D.FAILED, Trouble.NO_ADDRESS, now)
        return None
    if backoff.is_too_late(row.first_tried_at, now):
        _end(row, D.UNKNOWN, Trouble.TOO_LATE, now)
        return None
    row.state, row.lease_until, row.attempts = D.SENDING.value, now + LEASE, row.attempts + 1
    row.first_tried_at = row.first_tried_at or now
    return Push(row.id, to, row.text, row.retry_key)


def _try(push: Push) -> Answer:
    """LINE's answer; whatever goes wrong here may have had its effect."""
    try:
        return client.push(client.line(), push.to, [say(push.text)], push.key)
    except Exception as error:
        log.error("line_answer_failed", line_answer=push.answer_id, kind=type(error).__name__)
        return backoff.again(Trouble.NO_ANSWER, doubtful=True)


def _settle(push: Push, answer: Answer) -> None:
    now = datetime.now(UTC)
    with unit_of_work():
        row = db.session.get_one(LineAnswer, push.answer_id, with_for_update=True)
        if row.as_state is not D.SENDING:
            return
        if (state := BECOMES.get(answer.outcome)) is not None:
            _end(row, state, answer.trouble, now)
            return
        if answer.outcome is Outcome.HELD:
            holds.hold(Way.LINE, answer.trouble or Trouble.TOKEN, now)
        row.state, row.lease_until = D.QUEUED.value, None
        row.due_at = machines_from(now + backoff.pause(row.attempts), urgent=row.urgent)


def _end(row: LineAnswer, state: DeliveryState, trouble: Trouble | None, now: datetime) -> None:
    row.state, row.settled_at, row.lease_until, row.text = state.value, now, None, None
    row.error = trouble.value if trouble else None
