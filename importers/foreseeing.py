"""What an import will really do as it is decided now: for that, the rows in question are opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from importers.choosing import Outcome, Tally, brings_new, brings_update
from importers.differences import known_members, updates_of
from importers.models import Decision, ImportBatch, ImportRow
from importers.results import Status
from registry.db import db
from registry.networks.models import NetworkMember

CHUNK = 500
MOST = 10_000
"""Of more rows a page does not look into each: it says that fewer may change."""
_SEEN = (ImportRow.status, ImportRow.decision, ImportRow.values, ImportRow.member_id)
Seen = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Foreseen:
    """What comes of a plan.

    Attributes:
        outcome: updates that change nothing are among the rows left out.
        idle: updates that change nothing: the record keeps what the sheet says otherwise.
        consent: new members of whom the sheet holds no consent.
        network: new members who come into no network.
        at_most: whether there are too many rows to look into: then all these are upper bounds.
    """

    outcome: Outcome
    idle: int
    consent: int
    network: int
    at_most: bool


def foresee(batch: ImportBatch, tally: Tally) -> Foreseen:
    """What comes of a plan as it is decided now."""
    planned, lacking = tally.outcome, batch.summary.get("lacking", {})
    consent, network = lacking.get("consent", 0), lacking.get("network", 0)
    if max(planned.update, tally.decided) > MOST:
        return Foreseen(planned, 0, min(consent, planned.new), min(network, planned.new), True)
    idle = sum(_idle(some) for some in _chunks(batch, brings_update()))
    for some in _chunks(batch, _decided_otherwise()):
        for row in some:
            sign = -1 if row.status == Status.NEW else 1
            consent += sign * (row.values.get("consent") is not True)
            network += sign * (not row.values.get("network_id"))
    outcome = Outcome(planned.new, planned.update - idle, planned.left + idle)
    return Foreseen(outcome, idle, consent, network, at_most=False)


def _decided_otherwise() -> ColumnElement[bool]:
    """Rows that are new by a decision, or that would be new without one."""
    left_out = and_(ImportRow.status == Status.NEW, ImportRow.decision == Decision.SKIP)
    return or_(left_out, and_(ImportRow.status != Status.NEW, brings_new()))


def _chunks(batch: ImportBatch, which: ColumnElement[bool]) -> Iterator[Sequence[Seen]]:
    query = select(*_SEEN).where(ImportRow.batch_id == batch.id, which)
    yield from db.session.execute(query.execution_options(yield_per=CHUNK)).partitions()


def _idle(rows: Sequence[Seen]) -> int:
    """How many of some updates neither change their member nor bring it into a network."""
    members = known_members({row.member_id for row in rows})
    present = _present(set(members))
    return sum(not _changes(row, members.get(row.member_id), present) for row in rows)


def _changes(row: Seen, member: Any, present: set[tuple[int, int]]) -> bool:
    """A member who is gone makes the plan an old one: that is for the import to say."""
    if member is None:
        return True
    network = row.values.get("network_id")
    joins = bool(network) and (network, row.member_id) not in present
    overwrite = row.decision == Decision.OVERWRITE
    return joins or bool(updates_of(member, row.values, overwrite=overwrite))


def _present(members: set[int]) -> set[tuple[int, int]]:
    query = select(NetworkMember.network_id, NetworkMember.member_id).where(
        NetworkMember.member_id.in_(members), NetworkMember.to_on.is_(None)
    )
    return {(row.network_id, row.member_id) for row in db.session.execute(query)}
