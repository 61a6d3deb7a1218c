"""Proving that nothing in the audit trail was changed, removed or slipped in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry.audit.models import AuditEvent, AuditHead, AuditLink
from registry.audit.services import GENESIS, digest_of, event_hash, link_hash, personal_hash
from registry.db import db

CHUNK = 5_000


@dataclass(frozen=True)
class Verdict:
    """Outcome: how many links hold, and where the chain breaks first, if it does."""

    links: int
    events: int
    broken_at: int | None = None
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether the whole chain holds."""
        return self.broken_at is None


def verify() -> Verdict:
    """Recompute the chain from its first link."""
    previous, seq, events = GENESIS, 0, 0
    while links := _links_after(seq):
        by_transaction = _events_of([link.transaction for link in links])
        for link in links:
            rows = by_transaction.pop(link.transaction, [])
            why = _fault(link, seq + 1, previous, rows)
            if why:
                return Verdict(seq, events, link.seq, why)
            previous, seq, events = link.hash, link.seq, events + len(rows)
    return _closing(seq, events, previous)


def _links_after(seq: int) -> list[AuditLink]:
    query = select(AuditLink).where(AuditLink.seq > seq).order_by(AuditLink.seq).limit(CHUNK)
    return list(db.session.scalars(query))


def _events_of(transactions: list[str]) -> dict[str, list[AuditEvent]]:
    found: dict[str, list[AuditEvent]] = defaultdict(list)
    for start in range(0, len(transactions), 500):
        part = transactions[start : start + 500]
        query = (
            select(AuditEvent)
            .where(AuditEvent.transaction.in_(part))
            .options(joinedload(AuditEvent.personal))
        )
        for row in db.session.scalars(query):
            found[row.transaction].append(row)
    return found


def _fault(link: AuditLink, seq: int, previous: str, rows: list[AuditEvent]) -> str:
    if link.seq != seq:
        return f"link {seq} is missing"
    for row in rows:
        personal = row.personal
        if personal and row.personal_hash != personal_hash(personal.salt, personal.changes):
            return f"the personal part of event {row.id} was changed"
    if digest_of([event_hash(row) for row in rows]) != link.digest:
        return "an event of this transaction was changed, removed or added"
    if link_hash(previous, link.seq, link.at, link.digest) != link.hash:
        return "the link itself was changed"
    return ""


def _closing(seq: int, events: int, last: str) -> Verdict:
    """The head must be the last link, and no event may lie outside the chain."""
    head = db.session.scalar(select(AuditHead))
    if head is not None and (head.seq, head.hash) != (seq, last):
        return Verdict(seq, events, seq + 1, "the end of the chain was cut off")
    loose = select(AuditEvent.id).where(
        AuditEvent.transaction.not_in(select(AuditLink.transaction))
    )
    stray = db.session.scalar(loose.limit(1))
    if stray is not None:
        return Verdict(seq, events, seq, f"event {stray} belongs to no link")
    return Verdict(seq, events)
