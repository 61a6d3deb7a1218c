"""An office's right to publish: who asks, who endorses, who decides; ``office.may_publish``."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.i18n import name_of
from registry.messages.letters import keep
from registry.messages.prepared import Prepared
from registry.messages.right_models import OPEN, PublishingRight, RightState
from registry.messages.rules import LONGEST_REASON, now_or, require_text

S = RightState
OPEN_STATES = sorted(state.value for state in OPEN)


def _locked(office_id: int) -> Office:
    """The office, held so that two people cannot decide about it at once."""
    query = select(Office).where(Office.id == office_id)
    held = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(held).one()


def _held(row: PublishingRight) -> Office:
    """The office and then the application as it is now, always locked in this order."""
    office = _locked(row.office_id)
    db.session.refresh(row, with_for_update={"of": PublishingRight})
    return office


def ask(
    actor: Actor,
    reason: str,
    form: Prepared | None = None,
    *,
    form_token: str | None = None,
    at: datetime | None = None,
) -> PublishingRight:
    """An officer asks for the right of their own office; a form sent twice makes one application.

    Raises:
        Refused: no reason, the office has the right, or an application is under way.
    """
    if actor.office_id is None:
        raise Refused(_("The right to publish is asked for by somebody at an office."))
    office = _locked(actor.office_id)
    twin = select(PublishingRight).where(PublishingRight.form_token == form_token)
    if form_token and (found := db.session.scalar(twin)):
        return found
    text = require_text(reason, _("Say what your office wants to publish and where."))[:500]
    if office.may_publish:
        raise Refused(_("Your office has the right to publish already."))
    under_way = select(PublishingRight.id).where(
        PublishingRight.office_id == office.id, PublishingRight.state.in_(OPEN_STATES)
    )
    if db.session.scalar(under_way):
        raise Refused(_("An application of your office is under way; see the list."))
    row = PublishingRight(
        office=office,
        reason=text,
        asked_at=now_or(at),
        asked_by=actor.user_id,
        state=S.ASKED.value,
        form_token=form_token,
    )
    db.session.add(row)
    if form is not None:
        scan = keep(form)
        row.form, row.form_type, row.form_name = scan.stored, scan.content_type, scan.name
    _note(actor, row, None, text)
    return row


def _note(actor: Actor, row: PublishingRight, before: RightState | None, reason: str) -> None:
    db.session.flush()
    record(
        actor,
        Action.RIGHT_STATE,
        "right",
        row.id,
        province=row.office.province_code,
        office=row.office.code,
        from_=before.value if before else None,
        to=row.state,
        changes={"reason": [None, reason[:LONGEST_REASON]]} if reason else None,
    )


def endorse(
    actor: Actor,
    row: PublishingRight,
    *,
    agrees: bool,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """The head of that office endorses the application, or declines it with a reason.

    Raises:
        Refused: the actor asked for it, works elsewhere, gives no reason for declining, or it
            does not wait for the head.
    """
    if actor.office_id != row.office_id:
        raise Refused(_("The head of the office that asks endorses the application."))
    if actor.user_id is None or actor.user_id == row.asked_by:
        raise Refused(_("Nobody endorses an application of their own."))
    _held(row)
    text = reason.strip()[:500]
    if not agrees:
        text = require_text(text, _("Say why you do not endorse it."))
    before = row.move(S.ENDORSED if agrees else S.DECLINED)
    row.endorsed_at, row.endorsed_by = now_or(at), actor.user_id
    row.decision = text or None
    _note(actor, row, before, text)


def decide(
    actor: Actor,
    row: PublishingRight,
    *,
    grants: bool,
    reason: str,
    at: datetime | None = None,
) -> None:
    """Headquarters grants the right or refuses it, with a reason.

    Raises:
        Refused: no reason, the actor asked for or endorsed it, or it was not endorsed.
    """
    text = require_text(reason, _("Give the reason for the decision."))[:500]
    office = _held(row)
    if actor.user_id is None or actor.user_id in {row.asked_by, row.endorsed_by}:
        raise Refused(_("Nobody decides about an application that they asked for or endorsed."))
    before = row.move(S.GRANTED if grants else S.REFUSED)
    row.decided_at, row.decided_by, row.decision = now_or(at), actor.user_id, text
    if grants:
        _end_others(actor, office, row, now_or(at))
        office.may_publish = True
    _note(actor, row, before, text)


def _granted(office: Office) -> list[PublishingRight]:
    query = select(PublishingRight).where(
        PublishingRight.office_id == office.id, PublishingRight.state == S.GRANTED.value
    )
    held = query.order_by(PublishingRight.id).with_for_update(of=PublishingRight)
    return list(db.session.scalars(held.execution_options(populate_existing=True)))


def _end_others(actor: Actor, office: Office, kept: PublishingRight, at: datetime) -> None:
    """Only one grant of an office is in force."""
    for row in _granted(office):
        if row is not kept:
            row.move(S.REVOKED)
            row.ended_at, row.ended_by = at, actor.user_id
            row.ended_reason = _("Replaced by a newer grant")


def set_directly(
    actor: Actor, office: Office, *, grants: bool, reason: str, at: datetime | None = None
) -> PublishingRight:
    """Headquarters gives or takes the right without an application, by the same record.

    Raises:
        Refused: no reason, or the office has what is asked for already.
    """
    text = require_text(reason, _("Give the reason for the decision."))[:500]
    office, at = _locked(office.id), now_or(at)
    if office.may_publish == grants:
        raise Refused(
            _("%(office)s has the right already.", office=name_of(office))
            if grants
            else _("%(office)s does not have the right.", office=name_of(office))
        )
    standing = [] if grants else _granted(office)
    row = standing[-1] if standing else PublishingRight(office=office, asked_at=at)
    before = row.move(S.REVOKED) if standing else None
    db.session.add(row)
    if grants:
        row.state, row.decision = S.GRANTED.value, text
        row.decided_at, row.decided_by = at, actor.user_id
    else:
        row.state, row.ended_reason = S.REVOKED.value, text
        row.ended_at, row.ended_by = at, actor.user_id
    office.may_publish = grants
    _note(actor, row, before, text)
    return row
