"""Applying a plan: exactly what the preview showed and a person decided, in one transaction.

What takes long is done before the transaction begins (:class:`Preparation`); while the registry
is locked it is only looked whether the plan still holds, and written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, islice
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, and_, select

from importers.choosing import brings_new, brings_update, outcome_of
from importers.differences import Known, known_members, member_fields, updates_of
from importers.models import BatchState, Decision, ImportBatch, ImportRow
from importers.planning import provincial_offices, scope_of_batch
from importers.results import Status
from importers.spool import Spool
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.bulk import among, insert_rows, make_room, reserve_ids, update_rows
from registry.channels.models import ESTIMATED
from registry.db import db
from registry.errors import Refused
from registry.members.bulk import (
    NewChannel,
    NewMember,
    Prepared,
    Source,
    prepare,
    register_prepared,
)
from registry.members.bulk_changes import Change, change_many, versions_for_update
from registry.members.consent_models import ConsentPurpose
from registry.members.distinct import remember_pairs
from registry.members.models import Member
from registry.members.queries import changeable, member_to_change
from registry.members.services import update as update_member
from registry.members.values import FIELDS, MemberValues
from registry.networks.models import NetworkMember
from registry.networks.queries import networks_in
from registry.periods.calendar import to_bangkok_date, utc_now

BASIS = "จำนวนตามแบบสมัคร"
"""What the estimate of a loudspeaker's audience rests on: the sheet says no more."""
CHUNK, LARGER = 2_000, 4_000
SHOWN = 20
_ROW = (ImportRow.id, ImportRow.row, ImportRow.values, ImportRow.decision, ImportRow.member_id,
        ImportRow.member_version)  # fmt: skip
PlanRow = Row[*tuple[Any, ...]]


class PlanOutdated(Refused):
    """The registry is no longer as it was when the plan was made."""


class Fresh(NamedTuple):
    """What tells a new member from those registered meanwhile, with the row's number."""

    row: int
    digest: str | None
    name_and_place: tuple[str, str]
    network: int | None


@dataclass(frozen=True)
class Changed:
    """An update of a member: what the row changes, and the network that it names."""

    id: int
    row: int
    version: int | None
    change: Change
    network: int | None


class Preparation:
    """A decided plan made ready to be written, outside the write lock.

    Attributes:
        planned_at: of the plan; another one by then makes this worthless.
    """

    def __init__(self, batch: ImportBatch, spool: Spool) -> None:
        self.planned_at, self._spool = batch.planned_at, spool
        self.outcome = outcome_of(batch)
        self.source = Source(batch.id, batch.file_name, batch.sha256)
        self.fresh = list(self._lay_aside(batch))
        self.changed = [one for some in _chunks(batch, brings_update()) for one in _changes(some)]

    def _lay_aside(self, batch: ImportBatch) -> Iterator[Fresh]:
        offices, today = provincial_offices(), to_bangkok_date(utc_now())
        for some in _chunks(batch, brings_new(), LARGER):
            members = [_new_member(batch, row, offices, today) for row in some]
            prepared = prepare(members, self.source)
            for province, theirs in groupby(sorted(prepared, key=_place), key=_place):
                self._spool.add(theirs, province)
            for row, one in zip(some, prepared, strict=True):
                digest, name, place = one.identity
                network = row.values.get("network_id")
                yield Fresh(row.row, digest, (name, place), network)

    def members(self) -> Iterator[Sequence[Any]]:
        """The new members, some at a time; those of a province lie together in the indexes."""
        rows = self._spool.all()
        while some := list(islice(rows, CHUNK)):
            yield some


def commit_batch(actor: Actor, batch: ImportBatch, ready: Preparation) -> dict[str, int]:
    """Apply a plan.  The caller commits the transaction.

    Returns:
        How many members are new, updated and left out.

    Raises:
        Refused: the batch is not waiting for this.
        PlanOutdated: a planned member was registered or changed meanwhile; nothing was
            written, and the batch should be planned anew.
    """
    batch.lock()
    batch.move(BatchState.COMMITTED)
    if ready.planned_at != batch.planned_at:
        raise _outdated(batch, [])
    make_room()
    _still_true(batch, ready)
    _register(actor, ready)
    _tell_apart(actor, batch)
    updated = _update(actor, batch, ready)
    batch.committed_at = utc_now()
    left = ready.outcome.left + len(ready.changed) - updated
    counts = {"new": len(ready.fresh), "update": updated, "left": left}
    batch.summary = {**batch.summary, "committed": counts}
    record(
        actor,
        Action.IMPORT_COMMIT,
        "import",
        batch.id,
        batch=batch.id,
        file_sha256=batch.sha256,
        counts=counts,
    )
    return counts


def _chunks(
    batch: ImportBatch, which: ColumnElement[bool], size: int = CHUNK
) -> Iterator[list[PlanRow]]:
    """The rows without what only the preview needs: deciphering it would take as long again."""
    query = select(*_ROW).where(ImportRow.batch_id == batch.id, which).order_by(ImportRow.row)
    last = 0
    while some := list(db.session.execute(query.where(ImportRow.row > last).limit(size))):
        yield some
        last = some[-1].row


def _changes(rows: Sequence[PlanRow]) -> Iterator[Changed]:
    members = known_members({row.member_id for row in rows})
    for row in rows:
        member = members.get(row.member_id)
        if member is None:
            raise PlanOutdated(_("A member of row %(row)s is gone.", row=row.row))
        before = _values_of(member)
        wanted = updates_of(member, row.values, overwrite=row.decision == Decision.OVERWRITE)
        change = Change(member.id, member.version, before, replace(before, **_days(wanted)))
        network = row.values.get("network_id")
        yield Changed(row.id, row.row, row.member_version, change, network)


def _values_of(member: Known) -> MemberValues:
    return MemberValues(**{name: getattr(member, name) for name in FIELDS})


def _days(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name.endswith("_on") and value else value
        for name, value in wanted.items()
    }


def _still_true(batch: ImportBatch, ready: Preparation) -> None:
    """Refuse where somebody registered or changed a planned member after the plan was made."""
    late = [*_registered_since(batch, ready.fresh), *_changed_since(batch, ready.changed)]
    named = [(one.row, one.network) for one in ready.fresh if one.network]
    named += [(one.row, one.network) for one in ready.changed if one.network]
    if named:
        known = {network.id for network in networks_in(scope_of_batch(batch))}
        late += [row for row, network in named if network not in known]
    if late:
        raise _outdated(batch, late)


def _outdated(batch: ImportBatch, rows: Sequence[int]) -> PlanOutdated:
    return PlanOutdated(
        _(
            "The registry has changed since the plan for “%(file)s” was made (rows "
            "%(rows)s); nothing was written, please review the new plan.",
            file=batch.file_name,
            rows=", ".join(str(number) for number in sorted(set(rows))[:SHOWN]) or "–",
        )
    )


def _registered_since(batch: ImportBatch, fresh: Sequence[Fresh]) -> Iterator[int]:
    """Rows whose national ID, or name in the same province, somebody registered since the plan.

    The national IDs of all others are unique by the database's own constraint.
    """
    query = select(Member.national_id_hash, Member.name_key, Member.province_code)
    late = list(db.session.execute(query.where(Member.created_at > batch.planned_at)))
    numbers = {row.national_id_hash for row in late} - {None}
    names = {(row.name_key, row.province_code) for row in late}
    for one in fresh if late else ():
        if one.digest in numbers or one.name_and_place in names:
            yield one.row


def _changed_since(batch: ImportBatch, changed: Sequence[Changed]) -> Iterator[int]:
    """Rows whose member was changed since the plan, or left the reach of the office."""
    ids = {one.change.member_id for one in changed}
    versions = versions_for_update(ids)
    looked_after = changeable(scope_of_batch(batch))
    own = set(db.session.scalars(select(Member.id).where(among(Member.id, ids), looked_after)))
    for one in changed:
        number = one.change.member_id
        now = versions.get(number)
        if now != one.version or now != one.change.version or number not in own:
            yield one.row


def _place(one: Prepared) -> str:
    return one.place[0]


def _register(actor: Actor, ready: Preparation) -> None:
    for prepared in ready.members():
        register_prepared(actor, prepared, ready.source)


def _tell_apart(actor: Actor, batch: ImportBatch) -> None:
    """Remember of each new member who was decided not to be the same person."""
    came = and_(Member.batch_id == ImportRow.batch_id, Member.source_row == ImportRow.row)
    query = select(Member.id, ImportRow.matches).join(Member, came)
    rows = db.session.execute(
        query.where(
            ImportRow.batch_id == batch.id,
            ImportRow.status == Status.POSSIBLE_DUPLICATE.value,
            ImportRow.decision == Decision.DIFFERENT.value,
        )
    )
    remember_pairs(actor, ((new, found["member_id"]) for new, some in rows for found in some))


def _new_member(
    batch: ImportBatch, row: PlanRow, offices: dict[str, int], today: date
) -> NewMember:
    values = row.values
    return NewMember(
        values=member_fields(values),
        on=_joined_on(values, today),
        office=offices.get(values["province_code"], batch.office_id),
        row=row.row,
        channels=_channels(values),
        networks=[values["network_id"]] if values.get("network_id") else [],
        consents=_consents(values),
    )


def _joined_on(values: dict[str, Any], today: date) -> date:
    told = values.get("joined_on")
    return date.fromisoformat(told) if told else today


def _consents(values: dict[str, Any]) -> list[ConsentPurpose]:
    """A signed sheet agrees to being kept in the registry and to receiving messages."""
    agreed = values.get("consent") is True
    return [ConsentPurpose.REGISTRY, ConsentPurpose.MESSAGES] if agreed else []


def _channels(values: dict[str, Any]) -> list[NewChannel]:
    return [
        NewChannel(
            kind=one["kind"],
            name=one.get("name") or str(one.get("url") or "–"),
            url=one.get("url"),
            audience=one.get("audience"),
            basis=BASIS if one["kind"] in ESTIMATED else None,
        )
        for one in values.get("channels", [])
    ]


def _update(actor: Actor, batch: ImportBatch, ready: Preparation) -> int:
    """Fill the blanks of records; what they say otherwise is replaced only where decided so.

    Returns:
        how many records were changed, or entered a network.
    """
    today = to_bangkok_date(utc_now())
    joined = _join_networks(ready.changed, today)
    written = [one for one in ready.changed if one.change.before != one.change.after]
    change_many(actor, [one.change for one in written if not one.change.moves], today)
    for one in written:
        if one.change.moves:
            _move(actor, batch, one, today)
    rows = [_done(one, joined.get(one.id)) for one in ready.changed]
    update_rows(ImportRow, ("member_version", "before"), rows)
    return len({one.id for one in written} | set(joined))


def _move(actor: Actor, batch: ImportBatch, one: Changed, today: date) -> None:
    """Change a record that counts somewhere else from now on."""
    member = member_to_change(scope_of_batch(batch), one.change.member_id)
    try:
        update_member(actor, member, one.change.after, on=today)
    except Refused as refusal:
        raise Refused(
            _("Row %(row)s: %(sentence)s", row=one.row, sentence=str(refusal))
        ) from refusal


def _done(one: Changed, joined: int | None) -> tuple[Any, ...]:
    """What the row of the plan keeps of an update, for undoing it."""
    before, after = one.change.before.as_dict(), one.change.after.as_dict()
    fields = {name: _kept(value) for name, value in before.items() if after[name] != value}
    version = one.change.version + bool(fields)
    return one.id, version, {"fields": fields, "network": joined}


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _join_networks(changed: Sequence[Changed], today: date) -> dict[int, int]:
    """Enter the networks that the sheet names; the new memberships' ids by the rows' ids."""
    wanted = [one for one in changed if one.network]
    ids = {one.change.member_id for one in wanted}
    query = select(NetworkMember.network_id, NetworkMember.member_id).where(
        among(NetworkMember.member_id, ids), NetworkMember.to_on.is_(None)
    )
    present = {(row.network_id, row.member_id) for row in db.session.execute(query)}
    entering = [one for one in wanted if (one.network, one.change.member_id) not in present]
    numbers = list(reserve_ids(NetworkMember, len(entering)))
    rows = [
        (number, one.network, one.change.member_id, False, today)
        for number, one in zip(numbers, entering, strict=True)
    ]
    names = ("id", "network_id", "member_id", "coordinator", "from_on")
    insert_rows(NetworkMember, names, rows)
    return {one.id: number for number, one in zip(numbers, entering, strict=True)}
