"""Taking an import back, as long as nothing has been built on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import delete, or_, select, tuple_, update
from sqlalchemy.orm import aliased

from importers.differences import known_members
from importers.models import BatchState, ImportBatch, ImportRow
from importers.obstacles import REGISTERED, brought, changed, obstacles, takes, why_not
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import AudienceCount, Channel
from registry.db import db
from registry.errors import Refused
from registry.members.bulk_changes import Change, change_many
from registry.members.consent_models import Consent
from registry.members.distinct import forget_distinct
from registry.members.models import Member, MemberMerge, MemberSpan, MemberStateChange
from registry.members.services import update as update_member
from registry.members.values import FIELDS, MemberValues
from registry.networks.models import NetworkMember
from registry.periods.calendar import to_bangkok_date, utc_now

CHUNK = 500


def undo_batch(actor: Actor, batch: ImportBatch) -> dict[str, int]:
    """Remove the members that a batch brought and restore those that it changed.

    Raises:
        Refused: the batch is not imported, or a later import or somebody changed its members
            since; names the import or the rows.
    """
    batch.lock()
    batch.move(BatchState.UNDONE)
    _hold_members(batch)
    if late := obstacles(batch):
        raise Refused(why_not(batch, late))
    counts = {"new": takes(batch).members, "update": _restore_all(actor, batch)}
    _remove(batch)
    batch.undone_at = utc_now()
    record(actor, Action.IMPORT_UNDO, "import", batch.id, batch=batch.id, counts=counts)
    return counts


def _hold_members(batch: ImportBatch) -> None:
    """Let whoever edits a member of the batch at this moment be done first, or wait."""
    theirs = select(ImportRow.member_id).where(changed(batch))
    query = select(Member.id).where(or_(brought(batch), Member.id.in_(theirs))).order_by(Member.id)
    db.session.execute(query.with_for_update()).all()


def _restore_all(actor: Actor, batch: ImportBatch) -> int:
    """Give members the values back that the import replaced; returns how many they are."""
    query = select(ImportRow.row, ImportRow.member_id, ImportRow.before)
    query = query.where(changed(batch)).order_by(ImportRow.row)
    count, last = 0, 0
    while some := list(db.session.execute(query.where(ImportRow.row > last).limit(CHUNK))):
        _restore(actor, batch, {row.member_id: row.before for row in some})
        count, last = count + len(some), some[-1].row
    return count


def _restore(actor: Actor, batch: ImportBatch, before: dict[int, dict[str, Any]]) -> None:
    today, changes = to_bangkok_date(utc_now()), list(_changes(before))
    change_many(actor, [one for one in changes if not one.moves], today)
    for one in changes:
        if one.moves:
            update_member(actor, db.session.get_one(Member, one.member_id), one.after, on=today)
    db.session.flush()
    _as_left(batch, [one.member_id for one in changes])
    joined = [said["network"] for said in before.values() if said.get("network")]
    _delete(NetworkMember, NetworkMember.id.in_(joined))


def _as_left(batch: ImportBatch, restored: Sequence[int]) -> None:
    """Note that records are again what the imports before this one made of them.

    Those imports can be undone in their turn, the latest first: the versions that they left move
    on by as much as the record's own did, so that an edit in between is still told from them.
    """
    _note_first_version(restored)
    this = aliased(ImportRow)
    own = (this.batch_id == batch.id, this.member_id == ImportRow.member_id)
    left = select(this.member_version).where(*own).correlate(ImportRow).scalar_subquery()
    passed = select(Member.version - this.member_version + 1).where(
        *own, Member.id == this.member_id
    )
    standing = select(ImportBatch.id).where(ImportBatch.state == BatchState.COMMITTED.value)
    statement = update(ImportRow).where(
        ImportRow.member_id.in_(restored),
        ImportRow.batch_id.in_(standing),
        ImportRow.batch_id != batch.id,
        ImportRow.member_version < left,
    )
    later = ImportRow.member_version + passed.correlate(ImportRow).scalar_subquery()
    _execute(statement.values(member_version=later))


def _note_first_version(ids: Sequence[int]) -> None:
    """Note on the rows from which members came what version they had then."""
    came = (Member.batch_id == ImportRow.batch_id, Member.source_row == ImportRow.row)
    theirs = select(Member.id).where(*came, Member.id.in_(ids)).correlate(ImportRow)
    keys = select(Member.batch_id, Member.source_row).where(Member.id.in_(ids))
    statement = update(ImportRow).where(
        ImportRow.member_id.is_(None), tuple_(ImportRow.batch_id, ImportRow.row).in_(keys)
    )
    _execute(statement.values(member_id=theirs.scalar_subquery(), member_version=REGISTERED))


def _changes(before: dict[int, dict[str, Any]]) -> Iterator[Change]:
    """The way back of members, by what the import kept of each."""
    for member in known_members(before).values():
        fields = before[member.id].get("fields", {})
        old = {name: _day(name, value) for name, value in fields.items()}
        now = MemberValues(**{name: getattr(member, name) for name in FIELDS})
        if old:
            yield Change(member.id, member.version, now, replace(now, **old))


def _day(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name.endswith("_on") and value else value


def _remove(batch: ImportBatch) -> None:
    """Take the members who came with a batch out of every table that it wrote, children first."""
    theirs = select(Member.id).where(brought(batch))
    channels = select(Channel.id).where(Channel.member_id.in_(theirs))
    _delete(AudienceCount, AudienceCount.channel_id.in_(channels))
    for model in (Channel, Consent, NetworkMember, MemberSpan, MemberStateChange):
        column: Any = model.member_id
        _delete(model, column.in_(theirs))
    forget_distinct(list(db.session.scalars(theirs)))
    _delete(MemberMerge, MemberMerge.survivor_id.in_(theirs) | MemberMerge.merged_id.in_(theirs))
    _execute(update(ImportRow).where(ImportRow.member_id.in_(theirs)).values(member_id=None))
    _delete(Member, brought(batch))
    db.session.expire_all()


def _delete(model: Any, which: Any) -> None:
    _execute(delete(model).where(which))


def _execute(statement: Any) -> None:
    db.session.execute(statement, execution_options={"synchronize_session": False})
