"""Offices, users, their roles there, and their sign-ins."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import UserMixin
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    ForeignKey,
    String,
    and_,
    or_,
)
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.roles import SECOND_FACTOR_REQUIRED, Role
from registry.db import Base
from registry.errors import Refused
from registry.geography.models import Province, Zone
from registry.settings import Environment


class OfficeKind(StrEnum):
    """Levels of offices."""

    BUREAU = "bureau"
    REGIONAL = "regional"
    PROVINCIAL = "provincial"


OFFICE_KIND_NAMES = {
    OfficeKind.BUREAU: _l("Bureau at headquarters"),
    OfficeKind.REGIONAL: _l("Regional office"),
    OfficeKind.PROVINCIAL: _l("Provincial office"),
}


class Office(Base):
    """An office of the department: ``C-PRDB``, ``R1``–``R8``, ``P11``–``P96``."""

    __tablename__ = "office"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    name_th: Mapped[str] = mapped_column(String(160))
    name_en: Mapped[str] = mapped_column(String(160))
    short_th: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(60))
    province_code: Mapped[str | None] = mapped_column(ForeignKey("province.code"))
    zone_code: Mapped[int | None] = mapped_column(ForeignKey("zone.code"))
    may_publish: Mapped[bool] = mapped_column(default=True)
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @hybrid_method
    def open_on(self, day: date) -> bool:
        """Whether the office works on a day; the day of closing is the first without it."""
        opened = self.opened_on is None or self.opened_on <= day
        return opened and (self.closed_on is None or day < self.closed_on)

    @open_on.inplace.expression  # type: ignore[attr-defined, untyped-decorator]
    @classmethod
    def _open_on(cls, day: date) -> ColumnElement[bool]:
        opened = or_(cls.opened_on.is_(None), cls.opened_on <= day)
        return and_(opened, or_(cls.closed_on.is_(None), cls.closed_on > day))


class User(Base, UserMixin):
    """An account of a person who works at an office."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    position: Mapped[str | None] = mapped_column(String(160))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    locale: Mapped[str] = mapped_column(String(5), default="th")
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    fs_uniquifier: Mapped[str] = mapped_column(
        String(64), unique=True, default=lambda: secrets.token_hex(32)
    )
    tf_primary_method: Mapped[str | None] = mapped_column(String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(32))
    tf_last_counter: Mapped[int | None] = mapped_column(BigInteger)
    mf_recovery_codes: Mapped[list[Any] | None] = mapped_column(MutableList.as_mutable(JSON))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Office] = relationship(lazy="joined")
    assignments: Mapped[list[RoleAssignment]] = relationship(
        back_populates="user", lazy="selectin", cascade="all, delete-orphan"
    )

    @property
    def second_factor_on(self) -> bool:
        """Whether an authenticator app is set up."""
        return bool(self.tf_totp_secret and self.tf_primary_method)

    def disable(self, at: datetime) -> None:
        """Close the account; raises ``Refused`` when it is closed already."""
        if not self.active:
            raise Refused(_("The account of %(name)s is disabled already.", name=self.name))
        self.active, self.disabled_at = False, at

    def enable(self) -> None:
        """Open the account again; raises ``Refused`` when it is open already."""
        if self.active:
            raise Refused(_("The account of %(name)s is active already.", name=self.name))
        self.active, self.disabled_at = True, None

    def check_tf_required(self, setup: list[Any], fresh: bool) -> tuple[bool, list[Any]]:
        """Flask-Security asks after a right password: who has a second factor must show it."""
        return bool(setup) or second_factor_required(self), setup

    def check_tf_required_setup(self) -> bool:
        """Flask-Security asks whether the second factor may be turned off: not if required."""
        return second_factor_required(self)


class RoleAssignment(Base):
    """A role of a user; an executive's may be limited to a zone or a province."""

    __tablename__ = "role_assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    zone_code: Mapped[int | None] = mapped_column(ForeignKey("zone.code"))
    province_code: Mapped[str | None] = mapped_column(ForeignKey("province.code"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    user: Mapped[User] = relationship(back_populates="assignments")
    zone: Mapped[Zone | None] = relationship()
    province: Mapped[Province | None] = relationship()

    def in_force(self, day: date) -> bool:
        """Whether the role holds on a day (an acting head's is often for some weeks)."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_to is None or day <= self.valid_to)

    @property
    def as_role(self) -> Role:
        """The role as an enum."""
        return Role(self.role)


def second_factor_required(user: User) -> bool:
    """Whether one of a user's roles demands a second factor; waived in the demonstration only."""
    settings = current_app.extensions["sang_settings"]
    if settings.env is Environment.DEMO and settings.on_loopback:
        return False
    return any(row.as_role in SECOND_FACTOR_REQUIRED for row in user.assignments)


class SignIn(Base):
    """One signed-in browser; ending it makes every copy of its cookie worthless."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str | None] = mapped_column(String(64))
    browser: Mapped[str | None] = mapped_column(String(200))


class SignInFailure(Base):
    """A failed sign-in, kept for throttling per account and per address."""

    __tablename__ = "sign_in_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account_hash: Mapped[str] = mapped_column(String(64), index=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
