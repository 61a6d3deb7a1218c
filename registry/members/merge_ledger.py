"""Everything that hangs on two members, row by row: what a merge changes and an undo puts back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Column, Date, Select, Table, or_, select
from sqlalchemy.types import TypeEngine

from registry.channels.models import Channel, ChannelMember
from registry.db import Base, Utc, db
from registry.members.consent_models import Consent
from registry.members.models import Member, MemberDistinct, MemberSpan
from registry.members.transfer_models import TransferRequest
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.networks.models import NetworkMember
from registry.outbox.line_models import Inbound, LineAccount, LineCode
from registry.outbox.models import Delivery
from registry.portal.models import Certificate, MemberLink

Values = dict[str, Any]
"""A row by column, in values that JSON knows: days and moments are texts."""
Key = tuple[str, tuple[Any, ...]]
"""A table's name and a primary key."""

MODELS: dict[type[Base], Any] = {
    Member: _l("the record"),
    MemberSpan: _l("the days as an active member"),
    Consent: _l("consents"),
    NetworkMember: _l("networks"),
    Channel: _l("channels"),
    ChannelMember: _l("rosters of channels"),
    Delivery: _l("deliveries"),
    Dissemination: _l("disseminations"),
    Recipient: _l("messages sent to the member"),
    Question: _l("questions"),
    MemberNews: _l("news sent in"),
    TransferRequest: _l("requests between offices"),
    MemberLink: _l("personal links"),
    Certificate: _l("certificates"),
    LineAccount: _l("LINE accounts"),
    LineCode: _l("codes for LINE"),
    Inbound: _l("what was written by LINE"),
    MemberDistinct: _l("people who are known to be others"),
}
"""The tables that a merge touches, and what people call them; whoever reviews a report locks its
dissemination before its recipient, and so does a merge."""
OWNERS: dict[type[Base], tuple[str, ...]] = {
    Member: ("id",),
    MemberDistinct: ("low_id", "high_id"),
}
"""The columns that say whose a row is, where it is not ``member_id``."""
HELD = (
    Consent,
    NetworkMember,
    ChannelMember,
    Channel,
    Delivery,
    Dissemination,
    Recipient,
    LineAccount,
    Inbound,
)
"""Tables whose rows others change without holding the member; of these nobody may now."""
TABLES: dict[str, Table] = {
    model.__tablename__: Base.metadata.tables[model.__tablename__] for model in MODELS
}
PASSING = frozenset({"version", "updated_at"})
"""Columns that only ever go up: no undo takes them back."""


def rows_of(members: Collection[int]) -> dict[Key, Values]:
    """All rows of some members, by table and primary key; nobody else may change them now.

    What the ledger holds must still be true when the merge is committed: an undo puts it back.
    """
    db.session.flush()
    found = {}
    for model in MODELS:
        name, table = model.__tablename__, TABLES[model.__tablename__]
        for row in db.session.execute(_rows(model, members)).mappings():
            values = {column.name: _plain(row[column]) for column in table.c}
            found[key_of(name, values)] = values
    return found


def _rows(model: type[Base], members: Collection[int]) -> Select[Any]:
    table = TABLES[model.__tablename__]
    own = or_(*(table.c[name].in_(members) for name in OWNERS.get(model, ("member_id",))))
    query = select(table).where(own).order_by(*table.primary_key)
    return query.with_for_update() if model in HELD else query


def key_of(name: str, values: Mapping[str, Any]) -> Key:
    """The key of a row."""
    return name, tuple(values[column.name] for column in TABLES[name].primary_key)


def differing(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> list[str]:
    """The columns in which two rows differ; all of them where one is not there."""
    known = one or other or {}
    return [
        name
        for name in known
        if name not in PASSING and (one or {}).get(name, ...) != (other or {}).get(name, ...)
    ]


def changes(
    before: Mapping[Key, Values], after: Mapping[Key, Values], always: Collection[Key]
) -> list[list[Any]]:
    """The ledger of what happened in between: ``[[table, before, after], …]``.

    Args:
        always: rows that it holds whether they changed or not.
    """
    return [
        [key[0], before.get(key), after.get(key)]
        for key in {**before, **after}
        if key in always or differing(before.get(key), after.get(key))
    ]


def native(name: str, values: Mapping[str, Any]) -> Values:
    """A row of the ledger as the database takes it."""
    return {column: _native(TABLES[name].c[column], value) for column, value in values.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _native(column: Column[Any], value: Any) -> Any:
    kind: TypeEngine[Any] = column.type
    if isinstance(value, str) and isinstance(kind, Utc):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(kind, Date):
        return date.fromisoformat(value)
    return value
