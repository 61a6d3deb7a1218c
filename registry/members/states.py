"""The life cycle: applied → active → inactive → left or deceased, with what hangs on it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import update

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import Channel, ChannelMember
from registry.db import db
from registry.members.models import GONE, MOVES, Member, MemberState, MemberStateChange
from registry.members.services import refuse_before_last_change
from registry.members.spans import close_span, open_span
from registry.networks.models import NetworkMember


def steps_from(member: Member) -> list[MemberState]:
    """The states that a member may take next, in the order of the life cycle."""
    return [state for state in MemberState if state in MOVES[member.as_state]]


def change_state(
    actor: Actor, member: Member, to: MemberState, *, on: date, reason: str = ""
) -> None:
    """Take a step of the life cycle on a day.

    Active members count from the day on, others no longer.  Whoever leaves or dies is taken off
    every roster, and the own channels are retired: nothing is published to them any more.

    Raises:
        Refused: there is no such step, or the day lies before the last change.
    """
    refuse_before_last_change(member, on)
    before = member.move(to)
    member.history.append(
        MemberStateChange(
            before=before.value,
            after=to.value,
            on=on,
            reason=reason or None,
            at=datetime.now(UTC),
            actor_id=actor.user_id,
        )
    )
    member.left_on = on if to in GONE else None
    member.updated_at = datetime.now(UTC)
    if to is MemberState.ACTIVE:
        open_span(member, on)
    else:
        close_span(member, on, to.value)
    if to in GONE:
        _release(member, on)
    _record(actor, member, before, to)


def _release(member: Member, on: date) -> None:
    """Take a member off the rosters and retire the own channels."""
    for model in (NetworkMember, ChannelMember):
        open_rows = update(model).where(model.member_id == member.id, model.to_on.is_(None))
        db.session.execute(open_rows.values(to_on=on))
    own = update(Channel).where(Channel.member_id == member.id, Channel.retired_on.is_(None))
    db.session.execute(own.values(retired_on=on))


def _record(actor: Actor, member: Member, before: MemberState, after: MemberState) -> None:
    db.session.flush()
    record(
        actor,
        Action.MEMBER_STATE,
        "member",
        member.id,
        province=member.province_code,
        from_=before.value,
        to=after.value,
    )
