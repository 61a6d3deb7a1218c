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
    """Recompute the chain from its first link to the last one of this moment."""
    previous, seq, events = GENESIS, 0, 0
    head = db.session.execute(select(AuditHead.seq, AuditHead.hash)).first()
    while links := _links_after(seq, head.seq if head else None):
        by_transaction = _events_of([link.transaction for link in links])
        for link in links:
            rows = by_transaction.pop(link.transaction, [])
            why = _fault(link, seq + 1, previous, rows)
            if why:
                return Verdict(seq, events, link.seq, why)
            previous, seq, events = link.hash, link.seq, events + len(rows)
    if head is not None and tuple(head) != (seq, previous):
        return Verdict(seq, events, seq + 1, "the end of the chain was cut off")
    return _closing(seq, events)


def _links_after(seq: int, last: int | None) -> list[AuditLink]:
    query = select(AuditLink).where(AuditLink.seq > seq).order_by(AuditLink.seq).limit(CHUNK)
    return list(db.session.scalars(query if last is None else query.where(AuditLink.seq <= last)))


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


def _closing(seq: int, events: int) -> Verdict:
    """No link may lie beyond the head of the same moment, and no event outside the chain."""
    beyond = select(AuditLink.seq).join(AuditHead, AuditLink.seq > AuditHead.seq)
    if (further := db.session.scalar(beyond.limit(1))) is not None:
        return Verdict(seq, events, further, "a link lies beyond the end of the chain")
    linked = select(AuditLink.seq).where(AuditLink.transaction == AuditEvent.transaction)
    loose = select(AuditEvent.id).where(~linked.exists())
    stray = db.session.scalar(loose.limit(1))
    if stray is not None:
        return Verdict(seq, events, seq, f"event {stray} belongs to no link")
    return Verdict(seq, events)
