"""What makes a role assignment possible: the office it fits, its limits, its dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from registry.access.models import Office, OfficeKind, RoleAssignment
from registry.access.roles import ROLE_NAMES, Role
from registry.access.scope import HEADQUARTERS
from registry.db import db
from registry.errors import Refused
from registry.geography.models import Province, Zone


@dataclass(frozen=True)
class Grant:
    """A role to be given: an executive's may be limited, an acting head's has an end."""

    role: Role
    zone: int | None = None
    province: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def check(self, office: Office) -> None:
        """Refuse a role that makes no sense at an office, or whose limits or dates do not fit."""
        name = ROLE_NAMES[self.role]
        if not _fits(self.role, office):
            raise Refused(
                _("The role “%(role)s” does not fit %(office)s.", role=name, office=office.name_th)
            )
        if (self.zone is not None or self.province) and self.role is not Role.EXECUTIVE:
            raise Refused(_("Only an executive can be limited to a zone or a province."))
        if self.zone is not None and self.province:
            raise Refused(_("Limit an executive to a zone or to a province, not to both."))
        self._check_place()
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise Refused(_("“%(role)s” ends before it begins: check its two dates.", role=name))

    def _check_place(self) -> None:
        if self.zone is not None and db.session.get(Zone, self.zone) is None:
            raise Refused(_("There is no zone %(code)s.", code=self.zone))
        if self.province and db.session.get(Province, self.province) is None:
            raise Refused(_("There is no province with the code %(code)s.", code=self.province))

    def row(self) -> RoleAssignment:
        """The row that is stored."""
        return RoleAssignment(
            role=self.role.value,
            zone_code=self.zone,
            province_code=self.province or None,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )

    def facts(self) -> dict[str, Any]:
        """For the audit trail: what is set."""
        limits = {"zone": self.zone, "province": self.province or None}
        dates = {"from": self.valid_from, "to": self.valid_to}
        return {"role": self.role.value} | {
            k: v for k, v in (limits | dates).items() if v is not None
        }


def _fits(role: Role, office: Office) -> bool:
    if role is Role.PROVINCIAL:
        return office.kind == OfficeKind.PROVINCIAL
    if role is Role.REGIONAL:
        return office.kind == OfficeKind.REGIONAL
    if role is Role.CENTRAL:
        return office.code == HEADQUARTERS
    if role is Role.BUREAU:
        return office.kind == OfficeKind.BUREAU and office.code != HEADQUARTERS
    return True


def grants_of(roles: Sequence[Role | Grant]) -> list[Grant]:
    """Plain roles are grants without limits."""
    return [row if isinstance(row, Grant) else Grant(Role(row)) for row in roles]


def grants_now(rows: Sequence[RoleAssignment]) -> list[Grant]:
    """The grants that stored assignments stand for."""
    return [
        Grant(row.as_role, row.zone_code, row.province_code, row.valid_from, row.valid_to)
        for row in rows
    ]
