"""What people do: a checklist by kind of channel, when it was done, and for how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import ChannelKind
from registry.channels.services import Count, count_audience
from registry.db import db
from registry.errors import NotFound, Refused
from registry.messages import settling as ledger
from registry.messages.models import KeyMessage, MessageState
from registry.messages.publishing import approved_at, require_time
from registry.messages.recipients import NOTICES
from registry.messages.release_models import UNDER_WAY, Purpose, Release
from registry.outbox.hand_models import HandWork
from registry.outbox.models import Delivery, DeliveryState, Way
from registry.periods.calendar import to_bangkok_date

K = ChannelKind


class Point(StrEnum):
    """A point of a checklist."""

    SCRIPT = "script"
    TWICE = "twice"
    HOUR = "hour"
    SLOT = "slot"
    WORDS = "words"
    OWN_ACCOUNT = "own_account"
    PICTURE = "picture"
    LINK = "link"
    SENTENCE = "sentence"
    QUESTIONS = "questions"
    CODE = "code"
    SEEN = "seen"


POINT_NAMES = {
    Point.SCRIPT: _l("The script is printed and the reader has it"),
    Point.TWICE: _l("It was read twice, clearly and slowly"),
    Point.HOUR: _l("It was read at an hour when people are at home"),
    Point.SLOT: _l("The station told the programme and the hour of the broadcast"),
    Point.WORDS: _l("The words are those that were approved"),
    Point.OWN_ACCOUNT: _l("It went out under the office's own account"),
    Point.PICTURE: _l("Pictures have a description for those who cannot see them"),
    Point.LINK: _l("The address of the post was noted"),
    Point.SENTENCE: _l("The sentence to remember was said at the end"),
    Point.QUESTIONS: _l("People could ask, and their questions were written down"),
    Point.CODE: _l("The message code stands beside it, so that anybody can check it"),
    Point.SEEN: _l("Somebody looked at it after it was out"),
}
_POSTED = (Point.WORDS, Point.OWN_ACCOUNT, Point.PICTURE, Point.CODE, Point.SEEN, Point.LINK)
_READ = (Point.SCRIPT, Point.WORDS, Point.TWICE, Point.HOUR)
CHECKLISTS: dict[ChannelKind, tuple[Point, ...]] = {
    K.LOUDSPEAKER: _READ,
    K.RADIO: (Point.SCRIPT, Point.WORDS, Point.SLOT, Point.SENTENCE),
    K.CABLE_TV: (Point.SCRIPT, Point.WORDS, Point.SLOT, Point.SENTENCE),
    K.FACE_TO_FACE: (Point.WORDS, Point.SENTENCE, Point.QUESTIONS),
    K.NEWSPAPER: (Point.WORDS, Point.CODE, Point.SEEN),
    K.LINE_GROUP: (Point.WORDS, Point.OWN_ACCOUNT, Point.CODE, Point.SEEN),
    K.LINE_OA: (Point.WORDS, Point.OWN_ACCOUNT, Point.CODE, Point.SEEN),
    K.EMAIL: (Point.WORDS, Point.OWN_ACCOUNT, Point.CODE),
    K.OTHER: (Point.WORDS, Point.CODE),
}


@dataclass(frozen=True)
class Done:
    """What somebody says they did.

    Attributes:
        at: when it went out.
        audience: people counted or estimated; None where nobody counted.
        basis: on what an estimate rests.
    """

    at: datetime
    points: Sequence[str] = ()
    audience: int | None = None
    basis: str | None = None
    note: str | None = None


ALOUD = frozenset({K.LOUDSPEAKER, K.RADIO, K.CABLE_TV, K.FACE_TO_FACE})
"""Kinds of channels on which the message is said; on all others it is posted."""


def checklist(kind: ChannelKind) -> tuple[Point, ...]:
    """The points of a kind of channel."""
    return CHECKLISTS.get(kind, _POSTED)


def earliest(delivery: Delivery) -> datetime | None:
    """Before which a task cannot have been done: what it tells of came first.

    That is the approval, the first publication, or the correction or withdrawal (to the minute, for
    so people type it).
    """
    release, message = delivery.release, delivery.release.message
    if release.as_purpose is Purpose.FIRST:
        return approved_at(message)
    if release.as_purpose not in NOTICES:
        return message.published_at
    told = (MessageState.CORRECTED.value, MessageState.WITHDRAWN.value)
    made = (row.at for row in message.moves if row.after in told and row.at <= release.created_at)
    last = max(made, default=None)
    return last.replace(second=0, microsecond=0) if last else None


def do(actor: Actor, delivery: Delivery, done: Done) -> HandWork:
    """Note that a task was done: a count of the channel's audience, and the ledger's publication.

    Raises:
        Refused: it was done or called off already, the message was withdrawn, a point of the
            checklist is open without a word why, the moment cannot be, or an estimate lacks its
            basis.
        NotFound: the channel is another office's.
    """
    _require_standing(_open_task(actor, delivery))
    points = _points_kept(delivery, done)
    _require_moment(delivery, done.at)
    if done.audience is not None:
        counted = Count(to_bangkok_date(done.at), done.audience, done.basis)
        count_audience(actor, delivery.channel, counted)
    work = HandWork(
        delivery_id=delivery.id,
        done_at=done.at,
        points=points,
        audience=done.audience,
        basis=done.basis,
        note=done.note,
        done_by=actor.user_id,
        recorded_at=datetime.now(UTC),
    )
    db.session.add(work)
    delivery.state, delivery.settled_at = DeliveryState.SENT.value, done.at
    db.session.flush()
    ledger.settle(actor, delivery, done.at)
    _record(actor, delivery)
    return work


def call_off(actor: Actor, delivery: Delivery, reason: str) -> None:
    """A task that nobody will do.

    Raises:
        Refused: it is no longer open, or no reason is given.
        NotFound: the channel is another office's.
    """
    release = _open_task(actor, delivery)
    if not reason.strip():
        raise Refused(_("Say why it will not be done."))
    delivery.state = DeliveryState.CANCELLED.value
    delivery.settled_at = datetime.now(UTC)
    db.session.flush()
    ledger.end_if_settled(release, datetime.now(UTC))
    _record(actor, delivery, reason)


def drop_tasks(message: KeyMessage) -> None:
    """Of a message that is being withdrawn nothing is told any more, but that it was.

    Called before the message is changed; who holds the message holds its releases already.
    """
    for release in ledger.hold_releases(message.id):
        if release.state not in UNDER_WAY or release.as_purpose is Purpose.WITHDRAWAL:
            continue
        now = datetime.now(UTC)
        waiting = update(Delivery).where(
            Delivery.release_id == release.id,
            Delivery.way == Way.HAND.value,
            Delivery.state == DeliveryState.QUEUED.value,
        )
        db.session.execute(waiting.values(state=DeliveryState.CANCELLED.value, settled_at=now))
        ledger.end_if_settled(release, now)


def _open_task(actor: Actor, delivery: Delivery) -> Release:
    """The release of an open task, held with it; the office of the channel does what is to do."""
    if actor.office_id is None or actor.office_id != delivery.channel.office_id:
        raise NotFound(f"delivery {delivery.id}")
    release = ledger.locked(delivery.release_id)
    db.session.refresh(delivery, with_for_update=True)
    if delivery.way != Way.HAND.value or delivery.as_state is not DeliveryState.QUEUED:
        raise Refused(_("This task is no longer open; reload the page to see what became of it."))
    return release


def _require_standing(release: Release) -> None:
    """What is withdrawn is not told any more; that it was withdrawn still is."""
    db.session.refresh(release.message)
    gone = release.message.as_state is MessageState.WITHDRAWN
    if gone and release.as_purpose is not Purpose.WITHDRAWAL:
        raise Refused(
            _(
                "“%(title)s” was withdrawn and must not be passed on; call this task off.",
                title=release.message.title,
            )
        )


def _points_kept(delivery: Delivery, done: Done) -> list[str]:
    """The points that were ticked; where one was not, the note says why."""
    asked = [point.value for point in checklist(delivery.channel.as_kind)]
    kept = [point for point in asked if point in done.points]
    if kept != asked and not (done.note or "").strip():
        raise Refused(
            _("Tick every point of the checklist, or write under “Note” why one was not kept.")
        )
    return kept


def _require_moment(delivery: Delivery, at: datetime) -> None:
    begin, notice = earliest(delivery), delivery.release.as_purpose in NOTICES
    require_time(delivery.release.message, at, None if notice else begin)
    if begin is not None and at < begin:
        raise Refused(
            _(
                "Nobody can have told of a correction or withdrawal before it was made; check the "
                "date and time."
            )
        )


def _record(actor: Actor, delivery: Delivery, reason: str = "") -> None:
    record(
        actor,
        Action.OUTBOX_HAND,
        "delivery",
        delivery.id,
        message=delivery.message_id,
        channel=delivery.channel_id,
        to=delivery.state,
        changes={"reason": [None, reason[:300]]} if reason else None,
    )
