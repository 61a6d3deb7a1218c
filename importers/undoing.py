"""Taking an import back, as long as nothing has been built on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, or_, select, update

from importers.models import BatchState, ImportBatch, ImportRow
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import AudienceCount, Channel, ChannelMember
from registry.db import db
from registry.errors import Refused
from registry.members.models import (
    Consent,
    Member,
    MemberSpan,
    MemberStateChange,
    TransferRequest,
)
from registry.members.services import update as update_member
from registry.members.values import MemberValues
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
    if late := obstacles(batch):
        raise Refused(why_not(batch, late))
    touched = _rows(batch, ImportRow.before.is_not(None))
    changed = list(
        db.session.execute(touched.with_only_columns(ImportRow.member_id, ImportRow.before))
    )
    brought = _rows(batch, _brought(batch)).with_only_columns(ImportRow.member_id)
    fresh = list(db.session.scalars(brought))
    for member_id, before in changed:
        _restore(actor, member_id, before)
    _remove(fresh)
    counts = {"new": len(fresh), "update": len(changed)}
    batch.undone_at = utc_now()
    record(actor, Action.IMPORT_UNDO, "import", batch.id, batch=batch.id, counts=counts)
    return counts


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


def _restore(actor: Actor, member_id: int, before: dict[str, Any]) -> None:
    """Give a member the values back that the import replaced."""
    member = db.session.get_one(Member, member_id)
    fields = {name: _day(name, value) for name, value in before.get("fields", {}).items()}
    if fields:
        values = replace(MemberValues.of(member), **fields)
        update_member(actor, member, values, on=to_bangkok_date(utc_now()))
    if before.get("network"):
        db.session.execute(delete(NetworkMember).where(NetworkMember.id == before["network"]))


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
        unlink = update(ImportRow).where(ImportRow.member_id.in_(part)).values(member_id=None)
        db.session.execute(unlink, execution_options={"synchronize_session": False})
        _delete(Member, Member.id.in_(part))
    db.session.expire_all()


def _delete(model: Any, which: Any) -> None:
    options = {"synchronize_session": False}
    db.session.execute(delete(model).where(which), execution_options=options)
