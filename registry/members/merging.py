"""Two records that are one person: the survivor takes over what hangs on the other.

Nothing is lost: every row that changes goes into the ledger of the merge, as it was and as it
became (see ``merge_ledger``), from which ``merge_undo`` restores both.  Counts of past days stay
what they were; from the day of the merge on the person counts once.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.members.merge_ledger import changes, rows_of
from registry.members.merge_moves import move_all
from registry.members.merge_values import combined
from registry.members.models import GONE, Member, MemberMerge, MemberState
from registry.members.services import update
from registry.members.spans import close_span
from registry.members.transfer_models import RequestState, TransferRequest

MERGE = "merge"
"""How the days of a merged record end."""


def why_not(survivor: Member, merged: Member) -> str:
    """The sentence that says why two records cannot be merged this way round; empty if they can."""
    if survivor.id == merged.id or survivor.merged_into_id or merged.merged_into_id:
        return str(_("These two records are one already; open the member's page again."))
    if survivor.kind != merged.kind:
        return str(_("A person and an organisation cannot be one; look at the two records again."))
    if survivor.national_id and merged.national_id and survivor.national_id != merged.national_id:
        return str(
            _(
                "The two records have different national IDs, so they are two people; correct the "
                "wrong number first if it is a slip."
            )
        )
    return _livelier(survivor, merged) or _asked_for(merged)


def _livelier(survivor: Member, merged: Member) -> str:
    here, there = survivor.as_state, merged.as_state
    active = there is MemberState.ACTIVE and here is not MemberState.ACTIVE
    if active or (here in GONE and there not in GONE):
        return str(
            _(
                "The other record is the one in use; keep that one instead and merge this one "
                "into it."
            )
        )
    return ""


def _asked_for(merged: Member) -> str:
    waiting = select(TransferRequest.id).where(
        TransferRequest.member_id == merged.id,
        TransferRequest.state == RequestState.REQUESTED.value,
    )
    if db.session.scalar(waiting.limit(1)) is None:
        return ""
    return str(_("Another office asks for the record to be merged; decide on that request first."))


def merge(
    actor: Actor,
    survivor: Member,
    merged: Member,
    takes: Collection[str],
    *,
    on: date,
    reason: str,
    versions: tuple[int | None, int | None] = (None, None),
) -> MemberMerge:
    """Merge a record into another one.

    Args:
        takes: parts of ``merge_values.PARTS`` that come from the merged record.
        on: the day from which the person counts once.
        versions: of the two records as the page showed them.

    Raises:
        Refused: the two cannot be one, or the values do not fit together.
        ChangedMeanwhile: one of them is not in the version that was shown.
    """
    lock(survivor, merged)
    if sentence := why_not(survivor, merged):
        raise Refused(sentence)
    for member, version in zip((survivor, merged), versions, strict=True):
        need_version(member, version)
    pair = (survivor.id, merged.id)
    before = rows_of(pair)
    values = combined(survivor, merged, takes)
    _close(merged, survivor, on)
    update(actor, survivor, values, on=on)
    _keep_first_day(survivor, merged)
    move_all(survivor, merged)
    ledger = changes(before, rows_of(pair), [("member", (number,)) for number in pair])
    return _note(actor, survivor, merged, reason, ledger)


def lock(*members: Member) -> None:
    """Let nobody else change some members until the end; always in the same order."""
    query = select(Member).where(Member.id.in_([member.id for member in members]))
    query = query.order_by(Member.id).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).all()


def _close(merged: Member, survivor: Member, on: date) -> None:
    """The record steps aside; its national ID becomes free for the survivor."""
    close_span(merged, on, MERGE)
    merged.merged_into_id = survivor.id
    merged.updated_at = datetime.now(UTC)
    if survivor.national_id is None:
        merged.national_id = merged.national_id_hash = merged.national_id_reason = None
    db.session.flush()


def _keep_first_day(survivor: Member, merged: Member) -> None:
    days = [day for day in (survivor.joined_on, merged.joined_on) if day]
    survivor.joined_on = min(days, default=None)
    survivor.updated_at = datetime.now(UTC)
    db.session.flush()


def _note(
    actor: Actor, survivor: Member, merged: Member, reason: str, ledger: list[list[Any]]
) -> MemberMerge:
    row = MemberMerge(
        survivor_id=survivor.id,
        merged_id=merged.id,
        at=datetime.now(UTC),
        actor_id=actor.user_id,
        reason=reason,
        ledger=ledger,
    )
    db.session.add(row)
    db.session.flush()
    record(
        actor,
        Action.MEMBER_MERGE,
        "member",
        survivor.id,
        province=survivor.province_code,
        changes={"reason": [None, reason]},
        from_=merged.id,
        to=survivor.id,
        count=len(ledger),
    )
    return row
