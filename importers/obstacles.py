"""What stands in the way of taking an import back, and what an undo would take away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from importers.models import BatchState, ImportBatch, ImportRow
from importers.parted import as_before, parted
from registry.channels.models import AudienceCount, Channel, ChannelMember
from registry.db import db
from registry.i18n import day, name_of
from registry.members.consent_models import Consent
from registry.members.models import Member
from registry.members.transfer_models import TransferRequest
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.networks.models import NetworkMember
from registry.portal.models import MemberLink

SHOWN, NAMED = 20, 3
REGISTERED = 1
"""The version of a record that nobody changed since it came."""
BUILT_ON: tuple[Any, ...] = (
    Recipient,
    Dissemination,
    Question,
    MemberNews,
    TransferRequest,
    MemberLink,
    ChannelMember,
)
Late = aliased(ImportRow)
"""Rows of other imports."""


@dataclass(frozen=True)
class Later:
    """A later import that changed members of this one; ``members`` says how many."""

    batch: ImportBatch
    members: int


@dataclass(frozen=True)
class Obstacles:
    """Why an import cannot be taken back.

    Attributes:
        later: imports that changed its members since, the newest first: undo those before.
        rows: some of the rows whose members were edited or used otherwise, in their order.
        more: whether there are more of those rows.
    """

    later: list[Later]
    rows: list[int]
    more: bool

    def __bool__(self) -> bool:
        return bool(self.later or self.rows)


@dataclass(frozen=True)
class Takes:
    """What an undo takes away: members and their channels, and how many records it restores."""

    members: int
    channels: int
    restored: int


def brought(batch: ImportBatch) -> ColumnElement[bool]:
    """Condition on members who came with this very batch."""
    return Member.batch_id == batch.id


def changed(batch: ImportBatch) -> ColumnElement[bool]:
    """Condition on the rows of a batch that changed a member who was there before."""
    return (ImportRow.batch_id == batch.id) & ImportRow.before.is_not(None)


def takes(batch: ImportBatch) -> Takes:
    """What an undo would take away at this moment."""
    members = select(func.count()).select_from(Member).where(brought(batch))
    channels = select(func.count()).select_from(Channel).where(Channel.batch_id == batch.id)
    restored = select(func.count()).select_from(ImportRow).where(changed(batch))
    counts = (db.session.scalar(query) or 0 for query in (members, channels, restored))
    return Takes(*counts)


def obstacles(batch: ImportBatch) -> Obstacles:
    """What stands in the way of an undo: a few rows of it, and later imports as a whole.

    One statement for each kind, which stops at the first few.
    """
    found: set[int] = set()
    for query in _stuck(batch):
        found |= set(db.session.scalars(query.limit(SHOWN + 1)))
    rows = sorted(found)
    return Obstacles(_later(batch), rows[:SHOWN], len(rows) > SHOWN)


def _stuck(batch: ImportBatch) -> Iterator[Select[Any]]:
    """Queries for the numbers of rows whose members were edited, or on whom something rests."""
    by_person = ~_last_by_import(batch) & Member.id.not_in(_parted(batch))
    updated = select(ImportRow.row).join(Member, Member.id == ImportRow.member_id)
    edited = Member.version != ImportRow.member_version
    yield updated.where(changed(batch), edited, by_person).order_by(ImportRow.member_id)
    new = select(Member.source_row).where(brought(batch)).order_by(Member.id)
    edited = Member.version != _left_at(batch)
    yield new.where(Member.version != REGISTERED, edited, by_person)
    for grown in _grown(batch):
        yield new.where(grown)


def _parted(batch: ImportBatch) -> set[int]:
    """Members of a batch who were merged and parted again, and are as the batch left them."""
    theirs = select(ImportRow.member_id).where(changed(batch))
    merges = parted(or_(brought(batch), Member.id.in_(theirs)))
    if not merges:
        return set()
    ids = {number for merge in merges for number in (merge.survivor_id, merge.merged_id)}
    new = select(Member.id, _left_at(batch)).where(brought(batch), Member.id.in_(ids))
    updated = select(ImportRow.member_id, ImportRow.member_version)
    updated = updated.where(changed(batch), ImportRow.member_id.in_(ids))
    found = [*db.session.execute(new), *db.session.execute(updated)]
    return as_before(merges, {member: at for member, at in found if member and at})


def _last_by_import(batch: ImportBatch) -> ColumnElement[bool]:
    """Whether an import, and nobody after it, made the record what it is now."""
    return (
        select(Late.id)
        .join(ImportBatch, ImportBatch.id == Late.batch_id)
        .where(
            Late.member_id == Member.id,
            Late.batch_id != batch.id,
            Late.before.is_not(None),
            Late.member_version == Member.version,
            _stands(),
        )
        .exists()
    )


def _stands() -> ColumnElement[bool]:
    return ImportBatch.state.in_([BatchState.COMMITTED.value, BatchState.UNDOING.value])


def _later(batch: ImportBatch) -> list[Later]:
    """Imports that changed members of this one after it."""
    late = (
        select(Late.batch_id, func.count())
        .join(ImportBatch, ImportBatch.id == Late.batch_id)
        .where(Late.before.is_not(None), Late.batch_id != batch.id, _stands())
        .where(ImportBatch.committed_at > batch.committed_at)
        .group_by(Late.batch_id)
    )
    own = (ImportRow, (ImportRow.member_id == Late.member_id) & changed(batch))
    updated = late.join(*own).where(Late.member_version != ImportRow.member_version)
    new = late.join(Member, (Member.id == Late.member_id) & brought(batch))
    counts: Counter[int] = Counter()
    for query in (updated, new.where(Late.member_version != _left_at(batch))):
        for number, count in db.session.execute(query):
            counts[number] += count
    batches = select(ImportBatch).where(ImportBatch.id.in_(counts))
    found = db.session.scalars(batches.order_by(ImportBatch.committed_at.desc()))
    return [Later(one, counts[one.id]) for one in found]


def _left_at(batch: ImportBatch) -> ColumnElement[int]:
    """The version at which a batch left a member who came with it."""
    own = aliased(ImportRow)
    noted = select(own.member_version).where(own.batch_id == batch.id, own.row == Member.source_row)
    return func.coalesce(noted.correlate(Member).scalar_subquery(), REGISTERED)


def _grown(batch: ImportBatch) -> Iterator[ColumnElement[bool]]:
    """Conditions on members who have more by now than what the import gave them.

    The bounds spare the database all that rests on the members of other imports.
    """
    ends = select(func.min(Member.id), func.max(Member.id)).where(brought(batch))
    first, last = db.session.execute(ends).one()

    def has(column: Any, *more: ColumnElement[bool]) -> ColumnElement[bool]:
        return (
            select(column).where(column == Member.id, column.between(first, last), *more).exists()
        )

    for model in BUILT_ON:
        yield has(model.member_id)
    yield has(Channel.member_id, or_(Channel.batch_id.is_(None), Channel.batch_id != batch.id))
    yield has(NetworkMember.member_id, NetworkMember.from_on != Member.joined_on)
    changed_on = or_(Consent.given_on != Member.joined_on, Consent.withdrawn_on.is_not(None))
    yield has(Consent.member_id, changed_on)
    counted = select(AudienceCount.id).where(
        AudienceCount.channel_id == Channel.id, AudienceCount.on != Channel.opened_on
    )
    yield has(Channel.member_id, counted.exists())


def why_not(batch: ImportBatch, found: Obstacles) -> str:
    """The sentences for an import that cannot be undone any more."""
    told = [_by_later(batch, found.later)] if found.later else []
    if found.rows:
        told.append(_by_people(batch, found))
    return " ".join(told)


def _by_later(batch: ImportBatch, later: Sequence[Later]) -> str:
    named = ", ".join(named_import(one.batch, batch.office_id) for one in later[:NAMED])
    return str(
        _(
            "Members of the import “%(file)s” were changed by a later import: %(imports)s. Undo "
            "that one first.",
            file=batch.file_name,
            imports=named + (" …" if len(later) > NAMED else ""),
        )
    )


def named_import(other: ImportBatch, office_id: int) -> str:
    """An import in a sentence: its file and number for the own office, otherwise whose it is."""
    on = day(other.committed_at)
    if other.office_id == office_id:
        told = _("“%(file)s” (no. %(number)s, %(day)s)",
                 file=other.file_name, number=other.id, day=on)  # fmt: skip
    else:
        told = _("an import of %(office)s (%(day)s)", office=name_of(other.office), day=on)
    return str(told)


def _by_people(batch: ImportBatch, found: Obstacles) -> str:
    numbers = ", ".join(str(number) for number in found.rows)
    return str(
        _(
            "The import of “%(file)s” cannot be undone any more: the members of rows "
            "%(rows)s were edited or have received messages since; change those one by one.",
            file=batch.file_name,
            rows=_("%(rows)s and more", rows=numbers) if found.more else numbers,
        )
    )
