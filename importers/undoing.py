"""Taking an import back, as long as nothing has been built on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, or_, select, update

from importers.matching import known_members
from importers.models import BatchState, ImportBatch, ImportRow
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import AudienceCount, Channel, ChannelMember
from registry.db import db
from registry.errors import Refused
from registry.members.bulk_changes import Change, change_many
from registry.members.distinct import forget_distinct
from registry.members.models import (
    Consent,
    Member,
    MemberSpan,
    MemberStateChange,
    TransferRequest,
)
from registry.members.services import update as update_member
from registry.members.values import FIELDS, MemberValues
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.networks.models import NetworkMember
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.portal.models import MemberLink

CHUNK = 500
SHOWN = 20
BUILT_ON: tuple[Any, ...] = (
    Recipient,
    Dissemination,
    Question,
    MemberNews,
    TransferRequest,
    MemberLink,
    ChannelMember,
)


def undo_batch(actor: Actor, batch: ImportBatch) -> dict[str, int]:
    """Remove the members that a batch brought and restore those that it changed.

    Raises:
        Refused: the batch is not imported, or members were edited or used since; names the rows.
    """
    batch.lock()
    batch.move(BatchState.UNDONE)
    _hold_members(batch)
    if late := obstacles(batch):
        raise Refused(why_not(batch, late))
    brought = _rows(batch, _brought(batch)).with_only_columns(ImportRow.member_id)
    fresh = list(db.session.scalars(brought))
    counts = {"new": len(fresh), "update": _restore_all(actor, batch)}
    _remove(fresh)
    batch.undone_at = utc_now()
    record(actor, Action.IMPORT_UNDO, "import", batch.id, batch=batch.id, counts=counts)
    return counts


def _hold_members(batch: ImportBatch) -> None:
    """Let whoever edits a member of the batch at this moment be done first, or wait."""
    theirs = select(ImportRow.member_id).where(ImportRow.batch_id == batch.id)
    query = select(Member.id).where(Member.id.in_(theirs)).order_by(Member.id)
    db.session.execute(query.with_for_update()).all()


def _rows(batch: ImportBatch, which: ColumnElement[bool]) -> Any:
    query = select(ImportRow).join(Member, Member.id == ImportRow.member_id)
    return query.where(ImportRow.batch_id == batch.id, which).order_by(ImportRow.row)


def _brought(batch: ImportBatch) -> ColumnElement[bool]:
    """Condition on rows whose member came with this very batch."""
    return ImportRow.before.is_(None) & (Member.batch_id == batch.id)


def obstacles(batch: ImportBatch) -> list[int]:
    """Rows whose members were edited since, or on whom something rests already."""
    edited = Member.version != ImportRow.member_version
    touched = or_(ImportRow.before.is_not(None), _brought(batch))
    found = _numbers(batch, touched & edited)
    for grown in _grown(batch):
        found |= _numbers(batch, _brought(batch) & grown)
    return sorted(found)


def _numbers(batch: ImportBatch, which: ColumnElement[bool]) -> set[int]:
    return set(db.session.scalars(_rows(batch, which).with_only_columns(ImportRow.row)))


def _grown(batch: ImportBatch) -> list[ColumnElement[bool]]:
    """Conditions on members who have more by now than what the import gave them."""
    later: list[tuple[Any, ColumnElement[bool]]] = [
        (Channel, or_(Channel.batch_id.is_(None), Channel.batch_id != batch.id)),
        (NetworkMember, NetworkMember.from_on != Member.joined_on),
        (Consent, or_(Consent.given_on != Member.joined_on, Consent.withdrawn_on.is_not(None))),
    ]
    rests: list[ColumnElement[bool]] = [
        select(model.member_id).where(model.member_id == Member.id).exists() for model in BUILT_ON
    ]
    rests += [select(m.id).where(m.member_id == Member.id, more).exists() for m, more in later]
    counted = select(AudienceCount.id).join(Channel, Channel.id == AudienceCount.channel_id)
    counted = counted.where(Channel.member_id == Member.id, AudienceCount.on != Channel.opened_on)
    return [*rests, counted.exists()]


def why_not(batch: ImportBatch, late: Sequence[int]) -> str:
    """The sentence for an import that cannot be undone any more."""
    return str(
        _(
            "The import of “%(file)s” cannot be undone any more: the members of rows "
            "%(rows)s were edited or have received messages since; change those one by one.",
            file=batch.file_name,
            rows=", ".join(str(number) for number in late[:SHOWN]),
        )
    )


def _restore_all(actor: Actor, batch: ImportBatch) -> int:
    """Give members the values back that the import replaced; returns how many they are."""
    query = _rows(batch, ImportRow.before.is_not(None))
    query = query.with_only_columns(ImportRow.row, ImportRow.member_id, ImportRow.before)
    count, last = 0, 0
    while some := list(db.session.execute(query.where(ImportRow.row > last).limit(CHUNK))):
        _restore(actor, {row.member_id: row.before for row in some})
        count, last = count + len(some), some[-1].row
    return count


def _restore(actor: Actor, before: dict[int, dict[str, Any]]) -> None:
    today, changes = to_bangkok_date(utc_now()), list(_changes(before))
    change_many(actor, [one for one in changes if not one.moves], today)
    for one in changes:
        if one.moves:
            update_member(actor, db.session.get_one(Member, one.member_id), one.after, on=today)
    joined = [said["network"] for said in before.values() if said.get("network")]
    _delete(NetworkMember, NetworkMember.id.in_(joined))


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


def _remove(ids: Sequence[int]) -> None:
    """Take members out of every table that the import wrote, children first."""
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        channels = select(Channel.id).where(Channel.member_id.in_(part))
        db.session.execute(
            delete(AudienceCount).where(AudienceCount.channel_id.in_(channels)),
            execution_options={"synchronize_session": False},
        )
        for model in (Channel, Consent, NetworkMember, MemberSpan, MemberStateChange):
            column: Any = model.member_id
            _delete(model, column.in_(part))
        forget_distinct(part)
        unlink = update(ImportRow).where(ImportRow.member_id.in_(part)).values(member_id=None)
        db.session.execute(unlink, execution_options={"synchronize_session": False})
        _delete(Member, Member.id.in_(part))
    db.session.expire_all()


def _delete(model: Any, which: Any) -> None:
    options = {"synchronize_session": False}
    db.session.execute(delete(model).where(which), execution_options=options)
