"""Writing audit events and sealing each transaction with a link."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import g, has_request_context
from sqlalchemy import event, select
from sqlalchemy.orm import Session, object_session

from registry.audit.actions import DETAILS, Action
from registry.audit.models import AuditEvent, AuditHead, AuditLink, AuditPersonal
from registry.bulk import insert_once, insert_rows, reserve_ids
from registry.db import SangSession, db

EVENT = ("id", "transaction", "at", "actor_id", "via", "action", "object_type", "object_id",
         "province", "office_id", "details", "request_id", "personal_hash")  # fmt: skip
GENESIS = "0" * 64
PENDING = "sang_audit"


@dataclass(frozen=True)
class Actor:
    """Who acts: a user (or nobody, for the system) through the web, a command, a job or a link."""

    user_id: int | None
    via: str = "web"
    office_id: int | None = None

    @classmethod
    def system(cls, via: str = "job") -> Actor:
        """Sang itself, in a job or a command."""
        return cls(user_id=None, via=via)


def canonical(value: Any) -> bytes:
    """One byte string per value: JSON with sorted keys."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    ).encode()


def _sha(*parts: bytes) -> str:
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def personal_hash(salt: str, changes: Any) -> str:
    """Hash that stands in the event for its erasable personal row."""
    return _sha(salt.encode(), canonical(changes))


def event_hash(row: AuditEvent) -> str:
    """Hash over everything that an event says."""
    return _sha(
        canonical(
            [
                row.transaction,
                row.at.astimezone(UTC).isoformat(),
                row.actor_id,
                row.via,
                row.action,
                row.object_type,
                row.object_id,
                row.province,
                row.office_id,
                row.details,
                row.request_id,
                row.personal_hash,
            ]
        )
    )


def link_hash(previous: str, seq: int, at: datetime, digest: str) -> str:
    """Hash of a link over the one before it."""
    stamp = at.astimezone(UTC).isoformat()
    return _sha(previous.encode(), str(seq).encode(), stamp.encode(), digest.encode())


def digest_of(hashes: list[str]) -> str:
    """Digest of a transaction's events, in no particular order."""
    return _sha(*(value.encode() for value in sorted(hashes)))


def record(
    actor: Actor,
    action: Action,
    object_type: str,
    object_id: object,
    *,
    province: str | None = None,
    changes: dict[str, Any] | None = None,
    **details: Any,
) -> AuditEvent:
    """Write an event in the caller's transaction.

    Args:
        changes: personal values, ``{field: [before, after]}``; never a national ID in clear.
        details: facts that are not personal; keys from ``actions.DETAILS`` only.

    Raises:
        ValueError: a detail's key is not in the closed list.
    """
    row = _event(actor, action, object_type, object_id, province, details)
    if changes:
        salt, changes = secrets.token_hex(16), json.loads(canonical(changes))
        row.personal_hash = personal_hash(salt, changes)
        row.personal = AuditPersonal(salt=salt, changes=changes)
    db.session.add(row)
    _pending()["events"].append(event_hash(row))
    return row


@dataclass(frozen=True)
class Happened:
    """One of many like events: to which object, with which personal changes and plain details."""

    object_id: int
    province: str | None
    changes: dict[str, Any]
    details: dict[str, Any]


def record_many(actor: Actor, action: Action, object_type: str, events: Sequence[Happened]) -> None:
    """Write many events of one kind in the caller's transaction, each as :func:`record` would."""
    rows, personal = [], []
    for number, one in zip(reserve_ids(AuditEvent, len(events)), events, strict=True):
        row = _event(actor, action, object_type, one.object_id, one.province, one.details)
        salt, changes = secrets.token_hex(16), json.loads(canonical(one.changes))
        row.personal_hash = personal_hash(salt, changes)
        rows.append((number, *(getattr(row, name) for name in EVENT[1:])))
        personal.append((number, salt, changes))
        _pending()["events"].append(event_hash(row))
    insert_rows(AuditEvent, EVENT, rows)
    insert_rows(AuditPersonal, ("event_id", "salt", "changes"), personal)


def _pending() -> dict[str, Any]:
    pending: dict[str, Any] = db.session().info.setdefault(
        PENDING, {"id": secrets.token_hex(16), "events": []}
    )
    return pending


def _event(
    actor: Actor,
    action: Action,
    object_type: str,
    object_id: object,
    province: str | None,
    details: dict[str, Any],
) -> AuditEvent:
    details = {key.rstrip("_"): value for key, value in details.items()}
    if unknown := set(details) - DETAILS:
        raise ValueError(f"audit details not in the closed list: {sorted(unknown)}")
    return AuditEvent(
        transaction=_pending()["id"],
        at=datetime.now(UTC),
        actor_id=actor.user_id,
        via=actor.via,
        action=action.value,
        object_type=object_type,
        object_id=str(object_id),
        province=province,
        office_id=actor.office_id,
        details=json.loads(canonical(details)),
        request_id=g.get("request_id") if has_request_context() else None,
    )


@event.listens_for(SangSession, "before_commit")
def _take_link(session: Session) -> None:
    """Add the transaction's link as the last statement, so that nobody waits for it for long."""
    pending = session.info.pop(PENDING, None)
    if not pending:
        return
    session.flush()
    head = _head(session) or _first_head(session)
    at, digest = datetime.now(UTC), digest_of(pending["events"])
    seq = head.seq + 1
    value = link_hash(head.hash, seq, at, digest)
    session.add(AuditLink(seq=seq, transaction=pending["id"], at=at, digest=digest, hash=value))
    head.seq, head.hash = seq, value
    session.flush()


def _head(session: Session) -> AuditHead | None:
    return session.execute(select(AuditHead).with_for_update()).scalar_one_or_none()


def _first_head(session: Session) -> AuditHead:
    """The head of an empty trail: whoever else begins it now made it, or waits for us."""
    genesis = insert_once(AuditHead).values(id=1, seq=0, hash=GENESIS)
    session.execute(genesis.on_conflict_do_nothing())
    return session.execute(select(AuditHead).with_for_update()).scalar_one()


@event.listens_for(SangSession, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(PENDING, None)


def erase_personal(row: AuditEvent) -> None:
    """Erase the personal part of an event; the chain stays whole."""
    session = object_session(row)
    if row.personal is not None and session is not None:
        session.delete(row.personal)
