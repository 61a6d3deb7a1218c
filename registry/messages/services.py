"""The life of a key message up to its publication: every step leaves a move and an audit event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.models import User
from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.i18n import day
from registry.messages import checklist, rewording
from registry.messages.message_text import MessageText as MessageText
from registry.messages.message_text import Wording as Wording
from registry.messages.models import (
    Correction,
    KeyMessage,
    MessageMove,
    MessageState,
)
from registry.messages.release_models import Purpose
from registry.messages.rules import (
    LONGEST_REASON,
    drop_crisis,
    need_review,
    now_or,
    require_editable,
    require_own_office,
    require_text,
)
from registry.periods.calendar import to_bangkok_date

S = MessageState


def note_move(
    actor: Actor,
    message: KeyMessage,
    before: MessageState | None,
    at: datetime,
    reason: str = "",
    *,
    after: MessageState | None = None,
) -> None:
    """Write down a step: in the message's history and in the audit trail.

    What people wrote about it may name somebody: it goes into the personal part of the event.
    """
    after = after or message.as_state
    move = MessageMove(
        before=before.value if before else None,
        after=after.value,
        at=at,
        actor_id=actor.user_id,
        reason=reason or None,
    )
    message.moves.append(move)
    db.session.flush()
    action = Action.MESSAGE_CREATE if before is None else Action.MESSAGE_STATE
    record(
        actor,
        action,
        "message",
        message.id,
        province=message.office.province_code,
        from_=before.value if before else None,
        to=after.value,
        changes={"reason": [None, reason[:LONGEST_REASON]]} if reason else None,
    )


def _step(
    actor: Actor, message: KeyMessage, to: MessageState, at: datetime | None, reason: str = ""
) -> None:
    before = message.move(to)
    note_move(actor, message, before, now_or(at), reason)


def create(
    actor: Actor, text: MessageText, *, form_token: str | None = None, at: datetime | None = None
) -> KeyMessage:
    """Begin a draft; a form sent twice makes one message.

    Raises:
        Refused: a field is blank or wrong, or the actor belongs to no office.
    """
    if actor.office_id is None or actor.user_id is None:
        raise Refused(_("A message needs an author at an office."))
    db.session.scalar(
        select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True)
    )
    if form_token:
        twin = select(KeyMessage).where(KeyMessage.form_token == form_token)
        if found := db.session.scalar(twin):
            return found
    message = KeyMessage(
        office_id=actor.office_id,
        author_id=actor.user_id,
        created_at=now_or(at),
        form_token=form_token,
        state=S.DRAFT.value,
        **text.values(),
    )
    db.session.add(message)
    db.session.flush()
    note_move(actor, message, None, now_or(at))
    return message


def update(actor: Actor, message: KeyMessage, text: MessageText, *, version: int) -> KeyMessage:
    """Change a draft or a text that was sent back.

    Args:
        version: the one that the author saw when opening the form.

    Raises:
        Refused: it is on its way already.
        ChangedMeanwhile: ``version`` is not the version at hand.
    """
    require_editable(actor, message)
    need_version(message, version)
    values = text.values()
    changed = [key for key, value in values.items() if getattr(message, key) != value]
    for key in changed:
        setattr(message, key, values[key])
    if changed:
        message.edited_by(actor.user_id)
        record(actor, Action.MESSAGE_UPDATE, "message", message.id, fields=changed)
        db.session.flush()
    return message


def submit(
    actor: Actor,
    message: KeyMessage,
    answers: Mapping[str, bool],
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> None:
    """Send a draft to the head, with every point of the checklist confirmed.

    Args:
        version: the one to whose text the answers were given.

    Raises:
        Refused: a point is open, an opinion has no disclaimer, the step is not allowed, or the
            text is not the one that was shown.
    """
    require_own_office(actor, message)
    require_seen(message, version)
    answer(message, answers, now_or(at))
    _step(actor, message, S.SUBMITTED, at)


def answer(message: KeyMessage, answers: Mapping[str, bool], at: datetime) -> None:
    """Keep the answers to the checklist of that day with the message.

    Raises:
        Refused: a point is open, an opinion has no disclaimer, or the last day for passing it on
            has gone by meanwhile.
    """
    if message.valid_until is not None and message.valid_until < to_bangkok_date(at):
        raise Refused(
            _(
                "“To be passed on until” was %(day)s, which lies in the past; edit the message and "
                "write a later day, then submit it.",
                day=day(message.valid_until),
            )
        )
    points = checklist.points_on(to_bangkok_date(at))
    message.checklist = checklist.confirmed(points, answers, message.disclaimer)


def take_back(actor: Actor, message: KeyMessage, *, at: datetime | None = None) -> None:
    """The office takes its own text back before publication, to work on it again.

    Raises:
        Refused: it was published, or belongs to another office.
    """
    require_own_office(actor, message)
    submitted = message.as_state is S.SUBMITTED
    _require_idle(message)
    drop_crisis(message)
    _step(actor, message, S.DRAFT if submitted else S.SENT_BACK, at, _("Taken back by the author"))


def require_other_head(actor: Actor, message: KeyMessage) -> None:
    require_own_office(actor, message)
    if actor.user_id is None or actor.user_id in message.makers:
        raise Refused(
            _(
                "Nobody decides about a text of their own; ask another head, or the acting one, "
                "to look at “%(title)s”.",
                title=message.title,
            )
        )


def require_seen(message: KeyMessage, version: int | None) -> None:
    if version not in (None, message.version):
        raise Refused(
            _(
                "“%(title)s” was changed after you opened this page; read it as it is now, then "
                "decide.",
                title=message.title,
            )
        )


def approve(
    actor: Actor,
    message: KeyMessage,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> None:
    """The head or acting head of the author's office approves; never the author.

    Args:
        version: the one that the head was shown.

    Raises:
        Refused: the actor is the author or works elsewhere, nothing waits for approval, or the
            text is not the one that was shown.
    """
    require_other_head(actor, message)
    require_seen(message, version)
    _step(actor, message, S.APPROVED, at)


def send_back(
    actor: Actor,
    message: KeyMessage,
    reason: str,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> None:
    """The head sends a text back, saying what to mend.

    Raises:
        Refused: no reason, the actor is the author or works elsewhere, it is published, or the
            text is not the one that was shown.
    """
    require_other_head(actor, message)
    require_seen(message, version)
    reason = require_text(reason, _("Say what should be changed, so that the author can mend it."))
    _require_idle(message)
    drop_crisis(message)
    _step(actor, message, S.SENT_BACK, at, reason[:500])


def proofread(
    actor: Actor,
    message: KeyMessage,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> None:
    """Somebody of the office, the author too, read the approved text through.

    Raises:
        Refused: it is not approved, belongs to another office, or is not what was shown.
    """
    require_own_office(actor, message)
    require_seen(message, version)
    _step(actor, message, S.PROOFREAD, at)


def correct(
    actor: Actor,
    message: KeyMessage,
    text: str,
    wording: Wording | None = None,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> None:
    """Own up to a mistake: shown on the message from now on, sent to all who received it.

    Somebody else reviews it afterwards, and then puts the right words in.

    Args:
        wording: the right words, to take the place of the wrong ones; None leaves them.
        version: the one whose wording was shown.

    Raises:
        Refused: no text, the message is not published, or its wording changed meanwhile.
    """
    require_own_office(actor, message)
    text = require_text(text, _("Write what was wrong and what is right."))
    at = now_or(at)
    after = rewording.differing(message, wording)
    if after:
        rewording.require_proposable(message, version)
    _step(actor, message, S.CORRECTED, at, text[:500])
    row = Correction(message_id=message.id, at=at, actor_id=actor.user_id, text=text, after=after)
    db.session.add(row)
    message.edited_by(actor.user_id)
    need_review(message, at)
    db.session.flush()
    db.session.expire(message, ["corrections"])
    _tell(actor, message, Purpose.CORRECTION, row)


def withdraw(actor: Actor, message: KeyMessage, reason: str, *, at: datetime | None = None) -> None:
    """Withdraw a published message; it stays visible with its reason, and recipients are told.

    Raises:
        Refused: no reason, or the message is not published.
    """
    require_own_office(actor, message)
    reason = require_text(reason, _("Say why the message is withdrawn; members will read it."))
    _drop_tasks(message)
    rewording.decline(message)
    _step(actor, message, S.WITHDRAWN, at, reason[:500])
    message.edited_by(actor.user_id)
    need_review(message, now_or(at))
    db.session.flush()
    _tell(actor, message, Purpose.WITHDRAWAL)


def _require_idle(message: KeyMessage) -> None:
    from registry.messages import releases

    releases.require_idle(message)


def _drop_tasks(message: KeyMessage) -> None:
    from registry.outbox import hand

    hand.drop_tasks(message)


def _tell(
    actor: Actor, message: KeyMessage, purpose: Purpose, correction: Correction | None = None
) -> None:
    from registry.messages import releases

    if message.publications:
        releases.plan_notice(actor, message, purpose, correction)
