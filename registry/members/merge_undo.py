"""Undoing a merge: every row as it was, unless somebody changed one of them since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Table, and_, delete, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.members.merge_ledger import (
    MODELS,
    PASSING,
    TABLES,
    Key,
    Values,
    differing,
    key_of,
    native,
    rows_of,
)
from registry.members.merge_values import PARTS
from registry.members.merging import lock
from registry.members.models import Member, MemberDistinct, MemberMerge

NAMES = {model.__tablename__: name for model, name in MODELS.items()}
LABELS = {field: label for label, fields in PARTS.values() for field in fields}


def undo(actor: Actor, row: MemberMerge) -> None:
    """Restore both records of a merge; what came after it stays with the survivor.

    Raises:
        Refused: it was undone, another merge came after it, or a row was changed since.
    """
    survivor, merged = row.survivor, row.merged
    lock(survivor, merged)
    db.session.refresh(row, with_for_update=True)
    _refuse_out_of_order(row)
    now = rows_of((survivor.id, merged.id))
    if changed := list(dict.fromkeys(_changed(row.ledger, now))):
        raise Refused(
            _(
                "This merge cannot be undone, for something was changed since: %(what)s. "
                "Change it back, or register the other person anew.",
                what=", ".join(changed),
            )
        )
    _put_back(row.ledger, now)
    row.undone_at, row.undone_by = datetime.now(UTC), actor.user_id
    db.session.flush()
    db.session.expire_all()
    record(
        actor,
        Action.MEMBER_UNMERGE,
        "member",
        survivor.id,
        province=survivor.province_code,
        from_=survivor.id,
        to=merged.id,
        count=len(row.ledger),
    )


def _refuse_out_of_order(row: MemberMerge) -> None:
    if row.undone_at is not None:
        raise Refused(_("This merge was undone already; reload the page."))
    pair = (row.survivor_id, row.merged_id)
    later = select(MemberMerge.id).where(
        MemberMerge.id > row.id,
        MemberMerge.undone_at.is_(None),
        or_(MemberMerge.survivor_id.in_(pair), MemberMerge.merged_id.in_(pair)),
    )
    if db.session.scalar(later.limit(1)) is not None:
        raise Refused(_("A later merge rests on this one; undo the later one first."))


def _changed(ledger: list[list[Any]], now: Mapping[Key, Values]) -> Iterator[str]:
    """What is no longer as the merge left it, in words."""
    for name, before, after in ledger:
        if name == MemberDistinct.__tablename__:
            continue  # such a pair falls with the other member and is never changed
        found = now.get(key_of(name, after or before))
        if after is None:
            if found is not None and "id" not in found:
                yield str(NAMES[name])
        elif columns := differing(after, found):
            yield _in_words(name, after, columns)


def _in_words(name: str, row: Values, columns: list[str]) -> str:
    if name == Member.__tablename__:
        labels = dict.fromkeys(str(LABELS[column]) for column in columns if column in LABELS)
        return f"{NAMES[name]} ({', '.join(labels)})" if labels else str(NAMES[name])
    return f"{NAMES[name]} ({row['name']})" if row.get("name") else str(NAMES[name])


def _put_back(ledger: list[list[Any]], now: Mapping[Key, Values]) -> None:
    """Take away what the merge made, then change back, then put back what it removed.

    Who had no national ID goes first: the number becomes free for the one who had it.
    """
    for name, before, after in ledger:
        if before is None and not differing(after, now.get(key_of(name, after))):
            db.session.execute(delete(TABLES[name]).where(_is(name, after)))
    both = [entry for entry in ledger if entry[1] and entry[2]]
    for name, before, after in sorted(both, key=lambda entry: bool(entry[1].get("national_id"))):
        values = native(name, before)
        db.session.execute(
            update(TABLES[name]).where(_is(name, after)).values(_onwards(name, values))
        )
    for name, before, after in ledger:
        if after is None:
            db.session.execute(insert(TABLES[name]).values(_anew(name, before)))


def _is(name: str, row: Values) -> ColumnElement[bool]:
    table = TABLES[name]
    return and_(*(column == native(name, row)[column.name] for column in table.primary_key))


def _onwards(name: str, values: Values) -> Values:
    """The values of before, with a version and a moment of now."""
    table = TABLES[name]
    back = {column: value for column, value in values.items() if column not in PASSING}
    if "version" in table.c:
        back["version"] = table.c.version + 1
    if "updated_at" in table.c:
        back["updated_at"] = datetime.now(UTC)
    return back


def _anew(name: str, before: Values) -> Values:
    """A row that was removed; where its number was given to another one it gets a new number."""
    values = native(name, before)
    if "id" in values and _taken(TABLES[name], values["id"]):
        del values["id"]
    return values


def _taken(table: Table, number: int) -> bool:
    return db.session.scalar(select(table.c.id).where(table.c.id == number)) is not None
