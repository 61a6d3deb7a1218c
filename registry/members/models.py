"""Members: people and organisations of the network, and their life cycle."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office
from registry.db import Base
from registry.errors import Refused
from registry.geography.models import District, Province, Subdistrict
from registry.members import normalise
from registry.vault import EncryptedJson, EncryptedText

if TYPE_CHECKING:
    from registry.members.consent_models import Consent


class MemberKind(StrEnum):
    """A member is a person or an organisation."""

    PERSON = "person"
    ORGANISATION = "organisation"


class MemberState(StrEnum):
    """Life cycle: applied → active → inactive → left / deceased."""

    APPLIED = "applied"
    ACTIVE = "active"
    INACTIVE = "inactive"
    LEFT = "left"
    DECEASED = "deceased"


GONE = frozenset({MemberState.LEFT, MemberState.DECEASED})
"""States of those who are no members any more."""

STATE_NAMES = {
    MemberState.APPLIED: _l("Applied"),
    MemberState.ACTIVE: _l("Active"),
    MemberState.INACTIVE: _l("Inactive"),
    MemberState.LEFT: _l("Left"),
    MemberState.DECEASED: _l("Deceased"),
}
KIND_NAMES = {
    MemberKind.PERSON: _l("Person"),
    MemberKind.ORGANISATION: _l("Organisation"),
}

MOVES: dict[MemberState, frozenset[MemberState]] = {
    MemberState.APPLIED: frozenset({MemberState.ACTIVE, MemberState.LEFT}),
    MemberState.ACTIVE: frozenset({MemberState.INACTIVE, MemberState.LEFT, MemberState.DECEASED}),
    MemberState.INACTIVE: frozenset({MemberState.ACTIVE, MemberState.LEFT, MemberState.DECEASED}),
    MemberState.LEFT: frozenset({MemberState.ACTIVE}),
    MemberState.DECEASED: frozenset(),
}


class NetworkType(Base):
    """A type of network or member, such as อป.มช.; a list that an administrator edits."""

    __tablename__ = "network_type"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name_th: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


def _derived(name: str) -> Callable[[DefaultExecutionContext], str]:
    """A default made from the row's own names, so that bulk inserts cannot forget it."""

    def default(context: DefaultExecutionContext) -> str:
        row = context.get_current_parameters()  # type: ignore[no-untyped-call]
        return normalise.derived(**{key: row.get(key) for key in normalise.NAMES})[name]

    return default


BYTEWISE = String(200).with_variant(String(200, collation="C"), "postgresql")
"""Compared by code point in both databases: sorting keys that carry their own order."""


_MERGED = text("merged_into_id IS NOT NULL")
"""A whole index would be taken for "merged into nobody", which is nearly everybody."""


_BY_PROVINCE = ("province_code", "name_key", "id")
_BY_TYPE = ("network_type", "name_key", "id")
_COUNTED = ("state", "office_id", "merged_into_id")
"""What the list's counts read beside province and type, so that they need the index alone."""


class Member(Base):
    """A member of the network.

    ``name_key`` sorts as a Thai dictionary does and finds equal names; ``name_block`` holds the
    first letters, within which similar names are sought (see ``normalise.derived``).
    ``batch_id`` and ``source_row`` say from which row of which import a record came;
    ``merged_into_id`` leads from a record that was merged to the one that stands for both.
    """

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint("kind in ('person', 'organisation')", name="kind"),
        Index("ix_member_province_state", "province_code", "state", "id"),
        Index("ix_member_province_name", *_BY_PROVINCE, "network_type", *_COUNTED),
        Index("ix_member_type_name", *_BY_TYPE, "province_code", *_COUNTED),
        Index("ix_member_province_block", "province_code", "name_block", "name_key"),
        Index("ix_member_batch", "batch_id", "source_row"),
        Index("ix_member_merged", "merged_into_id", sqlite_where=_MERGED, postgresql_where=_MERGED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: secrets.token_hex(16))
    kind: Mapped[str] = mapped_column(String(16), default=MemberKind.PERSON.value)
    title: Mapped[str | None] = mapped_column(String(60))
    first_name: Mapped[str] = mapped_column(String(200))
    last_name: Mapped[str | None] = mapped_column(String(120))
    name_raw: Mapped[str | None] = mapped_column(String(300))
    search_text: Mapped[str] = mapped_column(String(600), default=_derived("search_text"))
    name_key: Mapped[str] = mapped_column(BYTEWISE, index=True, default=_derived("name_key"))
    name_block: Mapped[str] = mapped_column(String(4), default=_derived("name_block"))
    national_id: Mapped[str | None] = mapped_column(EncryptedText)
    national_id_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    national_id_reason: Mapped[str | None] = mapped_column(String(200))
    birth_year: Mapped[int | None]
    phone: Mapped[str | None] = mapped_column(String(24), index=True)
    phone_other: Mapped[str | None] = mapped_column(String(60))
    line_id: Mapped[str | None] = mapped_column(String(80), index=True)
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    house_no: Mapped[str | None] = mapped_column(String(60))
    moo: Mapped[str | None] = mapped_column(String(60))
    subdistrict_code: Mapped[str | None] = mapped_column(ForeignKey("subdistrict.code"))
    district_code: Mapped[str | None] = mapped_column(ForeignKey("district.code"), index=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    postcode: Mapped[str | None] = mapped_column(String(5))
    occupation: Mapped[str | None] = mapped_column(String(160))
    organisation: Mapped[str | None] = mapped_column(String(200))
    position: Mapped[str | None] = mapped_column(String(160))
    contact_name: Mapped[str | None] = mapped_column(String(200))
    network_type: Mapped[str] = mapped_column(ForeignKey("network_type.code"))
    skills: Mapped[str | None] = mapped_column(String(500))
    notes: Mapped[str | None] = mapped_column(Text)
    joined_activity: Mapped[str | None] = mapped_column(String(200))
    guardian_name: Mapped[str | None] = mapped_column(String(200))
    guardian_consent_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(16), default=MemberState.APPLIED.value)
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    confirmed_on: Mapped[date | None]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    source: Mapped[str] = mapped_column(String(16), default="form")
    source_file: Mapped[str | None] = mapped_column(String(200))
    source_sha256: Mapped[str | None] = mapped_column(String(64))
    source_row: Mapped[int | None]
    batch_id: Mapped[int | None]
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Office] = relationship()
    province: Mapped[Province] = relationship()
    district: Mapped[District | None] = relationship()
    subdistrict: Mapped[Subdistrict | None] = relationship()
    type: Mapped[NetworkType] = relationship()
    consents: Mapped[list[Consent]] = relationship(back_populates="member")
    history: Mapped[list[MemberStateChange]] = relationship(
        back_populates="member", order_by="MemberStateChange.id"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def display_name(self) -> str:
        """Name as written in Thai: title glued to the first name, a space, the surname."""
        given = f"{self.title or ''}{self.first_name}"
        return f"{given} {self.last_name}" if self.last_name else given

    @property
    def as_state(self) -> MemberState:
        """The state as an enum."""
        return MemberState(self.state)

    def move(self, to: MemberState) -> MemberState:
        """Change the state; returns the one before.

        Raises:
            Refused: the life cycle has no such step.
        """
        before = self.as_state
        if to not in MOVES[before]:
            raise Refused(
                str(
                    _l(
                        "%(name)s is “%(before)s” and cannot become “%(after)s”; "
                        "choose one of the steps offered on the member's page.",
                        name=self.display_name,
                        before=STATE_NAMES[before],
                        after=STATE_NAMES[to],
                    )
                )
            )
        self.state = to.value
        return before


class MemberStateChange(Base):
    """A step of the life cycle.

    ``released`` holds what leaving ended: ids by ``networks``, ``rosters`` and ``channels``.
    A step taken back stays, with ``undone_at``.
    """

    __tablename__ = "member_state_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    before: Mapped[str | None] = mapped_column(String(16))
    after: Mapped[str] = mapped_column(String(16))
    on: Mapped[date]
    reason: Mapped[str | None] = mapped_column(String(300))
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    released: Mapped[dict[str, list[int]] | None] = mapped_column(JSON)
    undone_at: Mapped[datetime | None]

    member: Mapped[Member] = relationship(back_populates="history")


class MemberSpan(Base):
    """Days on which a member was active in one province with one network type.

    ``from_on`` inclusive, ``to_on`` exclusive or open.  Moving, changing type or leaving ends a
    span: counts of any past day come from here, so history is never rewritten.
    """

    __tablename__ = "member_span"
    __table_args__ = (Index("ix_member_span_place", "province_code", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    network_type: Mapped[str] = mapped_column(String(32))
    from_on: Mapped[date] = mapped_column(index=True)
    to_on: Mapped[date | None] = mapped_column(index=True)
    starts: Mapped[str] = mapped_column(String(16), default="join")
    ends: Mapped[str | None] = mapped_column(String(16))


class MemberMerge(Base):
    """Two records that turned out to be one person: the survivor stands for both.

    ``ledger`` is every row that the merge touched, ``[[table, before, after], …]`` with the values
    by column; None stands for a row that was not there.  It is what an undo puts back.
    """

    __tablename__ = "member_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    survivor_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(String(300))
    ledger: Mapped[list[list[Any]]] = mapped_column(EncryptedJson, deferred=True)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    survivor: Mapped[Member] = relationship(foreign_keys=[survivor_id])
    merged: Mapped[Member] = relationship(foreign_keys=[merged_id])


class MemberDistinct(Base):
    """Two members of whom somebody said that they are not one person; the lower id comes first."""

    __tablename__ = "member_distinct"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    low_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    high_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
