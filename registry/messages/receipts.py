"""Receipts: who has a message, and who said that they do not pass it on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import (
    ColumnElement,
    Table,
    Update,
    and_,
    bindparam,
    case,
    literal,
    or_,
    select,
    update,
)

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.bulk import among
from registry.db import Utc, db
from registry.errors import NotFound, Refused
from registry.messages.ledger_models import LIVE, Dissemination, Recipient
from registry.messages.models import KeyMessage
from registry.messages.rules import now_or

RECIPIENTS = cast(Table, Recipient.__table__)
MOVED = "moved"
"""``received_via`` of a receipt that was told, at a moment that passing on then made earlier."""
IMPLIED = "implied"
"""``received_via`` of a receipt that follows from passing on: its time is no reaction time."""


def _recipient(message_id: int, member_id: int) -> Recipient:
    query = select(Recipient).where(
        Recipient.message_id == message_id, Recipient.member_id == member_id
    )
    found = db.session.scalar(query.with_for_update())
    if found is None:
        raise NotFound(f"recipient {message_id}/{member_id}")
    return found


def record_receipt(
    actor: Actor,
    message: KeyMessage,
    member_id: int,
    *,
    at: datetime | None = None,
    via: str = "officer",
    waited: bool = False,
) -> Recipient:
    """The member has received the message: the earliest moment stands, in whatever order they come.

    Args:
        waited: a phone kept it without a connection and told ``at``; a receipt that was told
            already is not moved by such a time.

    Raises:
        NotFound: the message never reached the member.
        Refused: before the publication, or in the future.
    """
    row, at = _recipient(message.id, member_id), now_or(at)
    if at < row.published_at or at > datetime.now(UTC):
        raise Refused(_("The time of receipt lies before the publication or in the future."))
    if _stands(row, at, waited):
        row.received_at, row.received_via = at, via
        _audit_receipt(actor, row, "received")
    elif row.received_via == IMPLIED:
        row.received_via = MOVED
        _audit_receipt(actor, row, "received")
    return row


def _stands(row: Recipient, at: datetime, waited: bool) -> bool:
    """Whether a moment that is told is the receipt; at one moment, what was told says more."""
    if row.received_at is None or row.received_via == IMPLIED:
        return row.received_at is None or at <= row.received_at
    earlier = at <= row.received_at if row.received_via == MOVED else at < row.received_at
    return earlier and not waited


def decline(
    actor: Actor,
    message: KeyMessage,
    member_id: int,
    *,
    at: datetime | None = None,
    via: str = "link",
    waited: bool = False,
) -> Recipient:
    """The member received the message and does not pass it on; nobody asks why.

    Args:
        waited: as for :func:`record_receipt`.

    Raises:
        NotFound: the message never reached the member.
    """
    row = record_receipt(actor, message, member_id, at=at, via=via, waited=waited)
    if row.declined_at is None:
        row.declined_at = now_or(at)
        _audit_receipt(actor, row, "declined")
    return row


def _audit_receipt(actor: Actor, row: Recipient, kind: str) -> None:
    db.session.flush()
    record(
        actor,
        Action.RECEIPT_RECORD,
        "member",
        row.member_id,
        province=row.province_code,
        message=row.message_id,
        kind=kind,
    )


def record_receipts(
    actor: Actor, message: KeyMessage, at_by_member: dict[int, datetime], *, via: str
) -> int:
    """Many receipts of one message at once; earlier ones stay. Returns how many are new.

    A time before the publication becomes its moment: a grid knows the day only.
    """
    rows = [{"who": who, "seen": at, "what": message.id} for who, at in at_by_member.items()]
    before = _received(message.id, at_by_member)
    if rows:
        db.session.connection().execute(_receive(via), rows)
        db.session.expire_all()
    after = _received(message.id, at_by_member)
    moved = sum(before[who] != at for who, at in after.items())
    if moved:
        record(actor, Action.RECEIPT_RECORD, "message", message.id, kind=via, count=moved)
    return sum(before[who] is None and at is not None for who, at in after.items())


def _received(message_id: int, members: Collection[int]) -> dict[int, datetime | None]:
    """When some members received a message; those whom it never reached are absent."""
    query = select(Recipient.member_id, Recipient.received_at).where(
        Recipient.message_id == message_id, among(Recipient.member_id, members)
    )
    return {row.member_id: row.received_at for row in db.session.execute(query)}


def _receive(via: str) -> Update:
    """UPDATE that moves a receipt to ``seen`` where none, or a later one, is known.

    What a person said stays known as said when passing on implies an earlier moment, whichever
    came first.
    """
    seen, told = bindparam("seen", type_=Utc()), RECIPIENTS.c.received_at
    at = case((RECIPIENTS.c.published_at > seen, RECIPIENTS.c.published_at), else_=seen)
    later = and_(told.is_not(None), told < at)
    moves = [told.is_(None), told > at]
    if via != IMPLIED:
        moves.append(RECIPIENTS.c.received_via == IMPLIED)
    known_by = case((later, literal(MOVED)), else_=_known_by(via))
    return (
        update(RECIPIENTS)
        .where(_is_pair(), or_(*moves))
        .values(received_at=case((later, told), else_=at), received_via=known_by)
    )


def _known_by(via: str) -> ColumnElement[str]:
    told = RECIPIENTS.c.received_via
    said = and_(told.is_not(None), told != IMPLIED)
    return case((said, literal(MOVED)), else_=literal(via)) if via == IMPLIED else literal(via)


def _is_pair() -> ColumnElement[bool]:
    return and_(
        RECIPIENTS.c.message_id == bindparam("what"), RECIPIENTS.c.member_id == bindparam("who")
    )


def _run(statement: Update, rows: list[dict[str, Any]]) -> None:
    """Run an UPDATE once per row; recipients in memory are read anew when next used."""
    db.session.flush()
    db.session.connection().execute(statement, rows)
    for row in list(db.session()):
        if isinstance(row, Recipient):
            db.session.expire(row)


def take_back_implied(message_id: int, member_id: int) -> None:
    """A receipt that only followed from passing on falls with the last report of it."""
    live = select(Dissemination.id).where(
        Dissemination.message_id == message_id,
        Dissemination.member_id == member_id,
        Dissemination.state.in_(LIVE),
    )
    if db.session.scalar(live.limit(1)) is not None:
        return
    gone = (
        update(RECIPIENTS)
        .where(_is_pair(), RECIPIENTS.c.received_via == IMPLIED)
        .values(received_at=None, received_via=None)
    )
    _run(gone, [{"what": message_id, "who": member_id}])


def imply(rows: list[dict[str, Any]]) -> None:
    """Passing on implies receipt, and takes back an earlier "not passing this on".

    Args:
        rows: ``what`` (message), ``who`` (member) and ``seen`` (moment) of each.
    """
    _run(_receive(IMPLIED), rows)
    pairs = [{"what": row["what"], "who": row["who"]} for row in rows]
    _run(update(RECIPIENTS).where(_is_pair()).values(declined_at=None), pairs)
