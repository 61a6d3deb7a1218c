"""An office's answer goes to the member by LINE, where an account is linked.

As with all that leaves: claimed and committed, sent without a transaction, settled in another one.
LINE knows a repeated push by its key, so that a kill or a lost answer sends nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog
from cryptography.exceptions import InvalidTag
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select, update

from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db, unit_of_work
from registry.messages.ledger_models import MemberNews, Question
from registry.messages.quiet import machines_from
from registry.outbox import accounts, backoff, holds, quota
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
AT_ONCE = 200
"""Answers that one beat looks at."""
TOO_MANY = 429
UNREADABLE = timedelta(hours=1)
"""How long an answer waits whose words could not be read."""
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

    Of a wish to correct the record only that there is an answer, for whoever linked the account
    may not be the member; of news the answer that stands now, in place of any that still waits.

    Returns:
        what will be sent; None where no account is linked or LINE is not set up.
    """
    if isinstance(subject, MemberNews):
        _drop_replaced(subject)
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


def travels(news: MemberNews, *, at_once: bool) -> bool:
    """Whether the answer that stands is on its way by LINE, no later than is wished, or arrived."""
    query = select(LineAnswer).where(LineAnswer.news_id == news.id)
    last = db.session.scalar(query.order_by(LineAnswer.id.desc()).limit(1))
    if last is None:
        return False
    waits = last.as_state is D.QUEUED and (last.urgent or not at_once)
    return waits or last.as_state in (D.SENDING, D.SENT)


def _drop_replaced(news: MemberNews) -> None:
    """Take back answers that nobody tried to send yet; claiming takes the same lock."""
    row = LineAnswer
    waits = (row.news_id == news.id, row.state == D.QUEUED.value, row.attempts == 0)
    held = select(row).where(*waits).with_for_update(of=row)
    for old in db.session.scalars(held.execution_options(populate_existing=True)):
        _end(old, D.CANCELLED, None, datetime.now(UTC))


def reached_among(member_ids: Collection[int]) -> frozenset[int]:
    """Those of some members who can be written to by LINE."""
    ready = Way.LINE in holds.set_up()
    return frozenset(accounts.line_ids_of(member_ids)) if ready else frozenset()


def _words(actor: Actor, subject: Question | MemberNews, text: str) -> str:
    office = db.session.get(Office, actor.office_id) if actor.office_id else None
    asked = subject.text if len(subject.text) <= ASKED_SHOWN else f"{subject.text[:ASKED_SHOWN]}…"
    with force_locale("th"):
        name = office.name_th if office else _("Your office")
        if isinstance(subject, Question) and subject.about_record:
            there = _(
                "%(office)s answered you. Please read the answer on your own page, under "
                "“Own record”.",
                office=name,
            )
            return str(there)
        if isinstance(subject, Question):
            first = _("%(office)s answers your question “%(asked)s”:", office=name, asked=asked)
        else:
            first = _("%(office)s answers your news “%(asked)s”:", office=name, asked=asked)
        return fitted(first, [], [text.strip()], "")


@pulse("line_answers")
def send_due() -> bool:
    """Send the answers that are due; whether there was any."""
    sent = 0
    for push in briefly(_due()):
        _settle(push, _try(push))
        sent += 1
    return bool(sent)


def _due() -> Iterator[Push]:
    """Answers claimed one by one, as long as LINE is open; one that cannot be read ends alone."""
    for answer_id in _ids(datetime.now(UTC)):
        if Way.LINE not in holds.open_ways():
            return
        try:
            push = _claim(answer_id)
        except (InvalidTag, ValueError) as error:
            db.session.rollback()
            log.error("line_answer_unreadable", line_answer=answer_id, kind=type(error).__name__)
            _postpone(answer_id)
            continue
        if push is not None:
            yield push


def _is_due(now: datetime) -> ColumnElement[bool]:
    row = LineAnswer
    waits = and_(row.state == D.QUEUED.value, row.due_at <= now)
    return or_(waits, and_(row.state == D.SENDING.value, row.lease_until < now))


def _ids(now: datetime) -> list[int]:
    query = select(LineAnswer.id).where(_is_due(now)).order_by(LineAnswer.due_at, LineAnswer.id)
    found = list(db.session.scalars(query.limit(AT_ONCE)))
    db.session.rollback()
    return found


def _claim(answer_id: int) -> Push | None:
    """Take an answer; from here on it counts as under way.  None where it is not to be sent now."""
    row, now = LineAnswer, datetime.now(UTC)
    with unit_of_work():
        held = select(row).where(row.id == answer_id, _is_due(now))
        answer = db.session.scalar(held.with_for_update(skip_locked=True, of=row))
        return _take(answer, now) if answer is not None else None


def _take(row: LineAnswer, now: datetime) -> Push | None:
    row.doubtful = row.doubtful or row.as_state is D.SENDING  # its sender was killed
    to = accounts.line_ids_of([row.member.id]).get(row.member.id)
    if to is None or row.text is None:
        _end(row, D.UNKNOWN if row.doubtful else D.FAILED, Trouble.NO_ADDRESS, now)
        return None
    if row.doubtful and backoff.is_too_late(row.first_tried_at, now):
        _end(row, D.UNKNOWN, Trouble.TOO_LATE, now)
        return None
    if (opens := machines_from(now, urgent=row.urgent)) > now:
        row.state, row.lease_until, row.due_at = D.QUEUED.value, None, opens
        return None
    row.state, row.lease_until, row.attempts = D.SENDING.value, now + LEASE, row.attempts + 1
    row.first_tried_at = row.first_tried_at or now
    return Push(row.id, to, row.text, row.retry_key)


def _postpone(answer_id: int) -> None:
    """The key may be another one for the moment: nothing is lost, and no other has to wait."""
    now = datetime.now(UTC)
    later = update(LineAnswer).values(due_at=now + UNREADABLE, lease_until=now + UNREADABLE)
    with unit_of_work():
        db.session.execute(later.where(LineAnswer.id == answer_id, _is_due(now)))


def _try(push: Push) -> Answer:
    """LINE's answer; whatever goes wrong here may have had its effect."""
    try:
        answer = client.push(client.line(), push.to, [say(push.text)], push.key)
    except Exception as error:
        log.error("line_answer_failed", line_answer=push.answer_id, kind=type(error).__name__)
        return backoff.again(Trouble.NO_ANSWER, doubtful=True)
    return _why_too_many(answer) if answer.status == TOO_MANY else answer


def _why_too_many(answer: Answer) -> Answer:
    """Also where nothing can be learnt of the quota it was certainly not sent."""
    try:
        return quota.why_too_many(answer, 1)
    except Exception as error:
        db.session.rollback()
        log.error("line_quota_failed", kind=type(error).__name__)
        return answer


def _settle(push: Push, answer: Answer) -> None:
    now = datetime.now(UTC)
    with unit_of_work():
        row = db.session.get_one(LineAnswer, push.answer_id, with_for_update=True)
        if row.as_state is not D.SENDING:
            return
        row.doubtful = row.doubtful or answer.doubtful
        match answer.outcome:
            case Outcome.SENT:
                _end(row, D.SENT, None, now)
            case Outcome.FAILED if not row.doubtful:
                _end(row, D.FAILED, answer.trouble, now)
            case Outcome.FAILED | Outcome.UNKNOWN:
                _end(row, D.UNKNOWN, Trouble.NO_ANSWER, now)
            case Outcome.HELD:
                holds.hold(Way.LINE, answer.trouble or Trouble.TOKEN, now)
                row.attempts = row.attempts if row.doubtful else 0
                _queue(row, now)
            case Outcome.AGAIN:
                _again(row, answer, now)


def _again(row: LineAnswer, answer: Answer, now: datetime) -> None:
    due = now + backoff.pause(row.attempts)
    if not backoff.is_too_late(row.first_tried_at, due):
        _queue(row, due)
    elif row.doubtful:
        _end(row, D.UNKNOWN, Trouble.TOO_LATE, now)
    else:
        _end(row, D.FAILED, answer.trouble, now)


def _queue(row: LineAnswer, due: datetime) -> None:
    """Let it be tried again; one that surely had no effect under a new key."""
    if not row.doubtful:
        row.retry_key = str(uuid4())
        row.first_tried_at = row.first_tried_at if row.attempts else None
    row.state, row.lease_until = D.QUEUED.value, None
    row.due_at = machines_from(due, urgent=row.urgent)


def _end(row: LineAnswer, state: DeliveryState, trouble: Trouble | None, now: datetime) -> None:
    row.state, row.settled_at, row.lease_until, row.text = state.value, now, None, None
    row.error = trouble.value if trouble else None
