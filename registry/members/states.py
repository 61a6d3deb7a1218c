"""The life cycle: applied → active → inactive → left or deceased, with what hangs on it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import Channel, ChannelMember
from registry.db import db
from registry.errors import Refused
from registry.members.models import GONE, MOVES, Member, MemberState, MemberStateChange
from registry.members.services import refuse_before_last_change
from registry.members.spans import close_span, open_span, take_back_opening
from registry.networks.models import NetworkMember

SLIP = timedelta(days=7)
"""For so long after it was recorded the last step can be taken back."""
RELEASED: dict[str, tuple[Any, Any]] = {
    "networks": (NetworkMember, NetworkMember.to_on),
    "rosters": (ChannelMember, ChannelMember.to_on),
    "channels": (Channel, Channel.retired_on),
}


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
    step = MemberStateChange(
        before=before.value,
        after=to.value,
        on=on,
        reason=reason or None,
        at=datetime.now(UTC),
        actor_id=actor.user_id,
    )
    member.history.append(step)
    member.left_on = on if to in GONE else None
    member.updated_at = datetime.now(UTC)
    if to is MemberState.ACTIVE:
        open_span(member, on)
    else:
        close_span(member, on, to.value)
    if to in GONE:
        step.released = _release(member, on)
    _record(actor, member, before, to)


def step_to_undo(member: Member) -> MemberStateChange | None:
    """The last step, while it is young enough to be a slip; registering is no step."""
    steps = [step for step in member.history if step.undone_at is None]
    last = steps[-1] if steps else None
    if last is None or last.before is None or last.after != member.state:
        return None
    return last if datetime.now(UTC) - last.at < SLIP else None


def take_back(actor: Actor, member: Member) -> None:
    """Take the last step back as if it had never been: spans, networks, rosters and channels.

    Raises:
        Refused: there is no step, or it is too old to be a slip.
    """
    step = step_to_undo(member)
    if step is None or step.before is None:
        raise Refused(
            _(
                "The last change of %(name)s is too old to be taken back; record a new change.",
                name=member.display_name,
            )
        )
    before, after = MemberState(step.before), member.as_state
    if after is MemberState.ACTIVE:
        take_back_opening(member, step.on, before.value)
    elif before is MemberState.ACTIVE:
        open_span(member, step.on)
    _restore(step)
    step.undone_at = member.updated_at = datetime.now(UTC)
    member.state = before.value
    member.left_on = _left_on(member) if before in GONE else None
    _record(actor, member, after, before)


def _left_on(member: Member) -> date | None:
    steps = [step for step in member.history if step.undone_at is None]
    return steps[-1].on if steps else None


def _release(member: Member, on: date) -> dict[str, list[int]]:
    """Take a member off the rosters and retire the own channels; returns what was ended."""
    ended = {}
    for name, (model, day) in RELEASED.items():
        own = (model.member_id == member.id, day.is_(None))
        ended[name] = list(db.session.scalars(select(model.id).where(*own).order_by(model.id)))
        db.session.execute(update(model).where(*own).values({day.key: on}))
    return ended


def _restore(step: MemberStateChange) -> None:
    """Undo what leaving ended, where nobody changed it since."""
    for name, ids in (step.released or {}).items():
        model, day = RELEASED[name]
        ended = update(model).where(model.id.in_(ids), day == step.on)
        db.session.execute(ended.values({day.key: None}))


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
