"""Taking an import back, as long as nothing has been built on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

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
from registry.messages.models import Dissemination, MemberNews, Question, Recipient
from registry.networks.models import NetworkMember
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.portal.models import MemberLink

CHUNK = 500
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
    batch.move(BatchState.UNDONE)
    query = select(ImportRow).where(
        ImportRow.batch_id == batch.id, ImportRow.member_version.is_not(None)
    )
    rows = [row for row in db.session.scalars(query.order_by(ImportRow.row)) if row.member_id]
    fresh = [row for row in rows if row.before is None and _brought(row, batch)]
    changed = [row for row in rows if row.before is not None]
    _refuse_edited(batch, [*fresh, *changed])
    for row in changed:
        _restore(actor, row)
    _remove([row.member_id for row in fresh if row.member_id])
    counts = {"new": len(fresh), "update": len(changed)}
    batch.undone_at = utc_now()
    record(actor, Action.IMPORT_UNDO, "import", batch.id, batch=batch.id, counts=counts)
    return counts


def _brought(row: ImportRow, batch: ImportBatch) -> bool:
    member = db.session.get(Member, row.member_id)
    return member is not None and member.batch_id == batch.id


def _refuse_edited(batch: ImportBatch, rows: Sequence[ImportRow]) -> None:
    used = _used([row.member_id for row in rows if row.before is None and row.member_id])
    late = [
        row.row
        for row in rows
        if row.member_id in used or _version(row.member_id) != row.member_version
    ]
    if late:
        raise Refused(
            _(
                "The import of “%(file)s” cannot be undone any more: the members of rows "
                "%(rows)s were edited or have received messages since; change those one by one.",
                file=batch.file_name,
                rows=", ".join(str(number) for number in late[:20]),
            )
        )


def _version(member_id: int | None) -> int | None:
    return db.session.scalar(select(Member.version).where(Member.id == member_id))


def _used(ids: Sequence[int]) -> set[int]:
    """Members on whom something else rests already."""
    found: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        for model in BUILT_ON:
            column: Any = model.member_id
            found |= set(db.session.scalars(select(column).where(column.in_(part)).distinct()))
    return found


def _restore(actor: Actor, row: ImportRow) -> None:
    """Give a member the values back that the import replaced."""
    member = db.session.get_one(Member, row.member_id)
    before: dict[str, Any] = row.before or {}
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
