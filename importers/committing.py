"""Applying a plan: exactly what the preview showed and a person decided, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import defer

from importers.choosing import brings_new, brings_update, outcome_of
from importers.matching import member_values, updates_of
from importers.models import BatchState, Decision, ImportBatch, ImportRow
from importers.planning import provincial_offices, scope_of_batch
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import ESTIMATED, ChannelKind
from registry.db import db
from registry.errors import Refused
from registry.members import normalise
from registry.members.bulk import NewChannel, NewMember, Source, register_many
from registry.members.models import ConsentPurpose, Member
from registry.members.queries import member_to_change
from registry.members.services import update as update_member
from registry.members.values import MemberValues
from registry.networks.models import NetworkMember
from registry.networks.queries import networks_in
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.vault import keyed_hash

BASIS = "จำนวนตามแบบสมัคร"
"""What the estimate of a loudspeaker's audience rests on: the sheet says no more."""


class ChangedMeanwhile(Refused):
    """The registry is no longer as it was when the plan was made."""


def commit_batch(actor: Actor, batch: ImportBatch) -> dict[str, int]:
    """Apply a plan.  The caller commits the transaction.

    Returns:
        How many members are new, updated and left out.

    Raises:
        Refused: the batch is not waiting for this.
        ChangedMeanwhile: a planned member was registered or changed meanwhile; nothing was
            written, and the batch should be planned anew.
    """
    batch.lock()
    batch.move(BatchState.COMMITTED)
    planned = outcome_of(batch)
    fresh, changed = _rows(batch, brings_new()), _rows(batch, brings_update())
    _still_true(batch, fresh, changed)
    _register(actor, batch, fresh)
    updated = sum(_update(actor, batch, row) for row in changed)
    batch.committed_at = utc_now()
    counts = {"new": len(fresh), "update": updated, "left": planned.left + len(changed) - updated}
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


def _rows(batch: ImportBatch, which: ColumnElement[bool]) -> Sequence[ImportRow]:
    """The rows without what only the preview needs: deciphering it would take as long again."""
    query = select(ImportRow).where(ImportRow.batch_id == batch.id, which).order_by(ImportRow.row)
    unread = (defer(ImportRow.originals), defer(ImportRow.problems), defer(ImportRow.before))
    return db.session.scalars(query.options(*unread)).all()


def _still_true(
    batch: ImportBatch, fresh: Sequence[ImportRow], changed: Sequence[ImportRow]
) -> None:
    """Refuse where somebody registered or changed a planned member after the plan was made."""
    by_hash = {
        keyed_hash(row.values["national_id"]): row.row
        for row in fresh
        if row.values.get("national_id")
    }
    late = [by_hash[found] for found in _known_hashes(list(by_hash))]
    versions = _versions([row.member_id for row in changed if row.member_id])
    late += [row.row for row in changed if versions.get(row.member_id or 0) != row.member_version]
    late += _registered_since(batch, fresh)
    known = {network.id for network in networks_in(scope_of_batch(batch))}
    late += [
        row.row for row in (*fresh, *changed) if row.values.get("network_id") not in {None, *known}
    ]
    if late:
        raise ChangedMeanwhile(
            _(
                "The registry has changed since the plan for “%(file)s” was made (rows "
                "%(rows)s); nothing was written, please review the new plan.",
                file=batch.file_name,
                rows=", ".join(str(number) for number in sorted(set(late))[:20]),
            )
        )


def _registered_since(batch: ImportBatch, fresh: Sequence[ImportRow]) -> list[int]:
    """Rows whose name somebody registered in the same province after the plan was made."""
    query = select(Member.name_key, Member.province_code).where(
        Member.created_at > batch.planned_at
    )
    late = {tuple(row) for row in db.session.execute(query)} if batch.planned_at else set()
    return [row.row for row in fresh if late and _name_and_place(row.values) in late]


def _name_and_place(values: Mapping[str, Any]) -> tuple[str, str]:
    names = (values.get("first_name") or values.get("organisation") or "", values.get("last_name"))
    key = " ".join(normalise.key(name or "") for name in names).strip()
    return key[:200], str(values.get("province_code"))


def _known_hashes(hashes: Sequence[str]) -> list[str]:
    found: list[str] = []
    for start in range(0, len(hashes), 500):
        part = Member.national_id_hash.in_(hashes[start : start + 500])
        found += [h for h in db.session.scalars(select(Member.national_id_hash).where(part)) if h]
    return found


def _versions(ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(ids), 500):
        query = select(Member.id, Member.version).where(Member.id.in_(ids[start : start + 500]))
        found |= dict(db.session.execute(query).all())
    return found


def _register(actor: Actor, batch: ImportBatch, rows: Sequence[ImportRow]) -> None:
    offices, today = provincial_offices(), to_bangkok_date(utc_now())
    members = [_new_member(batch, row, offices, today) for row in rows]
    source = Source(batch.id, batch.file_name, batch.sha256)
    ids = register_many(actor, members, source)
    done = [
        {"id": row.id, "member_id": ids[member.uid], "member_version": 1}
        for row, member in zip(rows, members, strict=True)
    ]
    if done:
        db.session.execute(update(ImportRow), done)


def _new_member(
    batch: ImportBatch, row: ImportRow, offices: dict[str, int], today: date
) -> NewMember:
    values = row.values
    return NewMember(
        values=member_values(values),
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
            basis=BASIS if ChannelKind(one["kind"]) in ESTIMATED else None,
        )
        for one in values.get("channels", [])
    ]


def _update(actor: Actor, batch: ImportBatch, row: ImportRow) -> int:
    """Fill the blanks of a record; what it says otherwise is replaced only where decided so."""
    member = member_to_change(scope_of_batch(batch), row.member_id or 0)
    before = MemberValues.of(member)
    wanted = updates_of(member, row.values, overwrite=row.decision == Decision.OVERWRITE)
    joined = _join_network(member, row)
    if wanted:
        _write(actor, member, row, replace(before, **wanted))
    db.session.flush()
    old = before.as_dict()
    row.before = {
        "fields": {name: _kept(name, old[name]) for name in wanted},
        "network": joined,
    }
    row.member_version = member.version
    return 1 if wanted or joined else 0


def _write(actor: Actor, member: Member, row: ImportRow, values: MemberValues) -> None:
    try:
        update_member(actor, member, values, on=to_bangkok_date(utc_now()))
    except Refused as refusal:
        raise Refused(
            _("Row %(row)s: %(sentence)s", row=row.row, sentence=str(refusal))
        ) from refusal


def _kept(name: str, value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _join_network(member: Member, row: ImportRow) -> int | None:
    """Enter the network that the sheet names; returns the membership's id if it is new."""
    network = row.values.get("network_id")
    if not network:
        return None
    query = select(NetworkMember.id).where(
        NetworkMember.network_id == network,
        NetworkMember.member_id == member.id,
        NetworkMember.to_on.is_(None),
    )
    if db.session.scalar(query):
        return None
    entered = NetworkMember(
        network_id=network,
        member_id=member.id,
        from_on=to_bangkok_date(utc_now()),
    )
    db.session.add(entered)
    db.session.flush()
    return entered.id
