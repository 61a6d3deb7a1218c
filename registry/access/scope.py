"""How far someone sees: the first argument of every query function.

A scope is a set of provinces, or the networks that an office owns, or everything.  It never
comes from the browser: the gate makes it from the roles in force that grant the permission at
hand.  Query functions turn it into conditions; what lies outside does not exist for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from registry.access.models import Office, RoleAssignment, User
from registry.access.roles import GRANTS, SEES_EVERYTHING, Permission, Role
from registry.db import db
from registry.geography.queries import province_zones


@dataclass(frozen=True)
class Scope:
    """What a user may see for one permission.

    Attributes:
        everything: no limit at all.
        provinces: DOPA codes of the provinces seen.
        network_offices: ids of offices whose networks (and their members) are seen.
        personal: whether names and contacts may be shown.
    """

    everything: bool = False
    provinces: frozenset[str] = field(default_factory=frozenset)
    network_offices: frozenset[int] = field(default_factory=frozenset)
    personal: bool = False

    @classmethod
    def all(cls, *, personal: bool = True) -> Scope:
        """Everything: for commands, jobs and tests."""
        return cls(everything=True, personal=personal)

    @classmethod
    def of_provinces(cls, *codes: str, personal: bool = True) -> Scope:
        """Some provinces."""
        return cls(provinces=frozenset(codes), personal=personal)

    def covers(self, province: str | None) -> bool:
        """Whether a province lies inside."""
        return self.everything or (province is not None and province in self.provinces)

    @property
    def spans_offices(self) -> bool:
        """Whether it reaches beyond one provincial office (a bureau sees only its networks)."""
        return self.everything or len(self.provinces) > 1

    @property
    def key(self) -> str:
        """Short text that is equal for equal scopes: part of every cache key."""
        if self.everything:
            return f"all:{self.personal}"
        places = ",".join(sorted(self.provinces))
        offices = ",".join(str(office) for office in sorted(self.network_offices))
        return f"{places}|{offices}:{self.personal}"

    def __or__(self, other: Scope) -> Scope:
        return Scope(
            self.everything or other.everything,
            self.provinces | other.provinces,
            self.network_offices | other.network_offices,
            self.personal or other.personal,
        )


def roles_of(user: User, day: date) -> frozenset[Role]:
    """The roles of a user that are in force on a day."""
    return frozenset(row.as_role for row in user.assignments if row.in_force(day))


def permissions_of(user: User, day: date) -> frozenset[Permission]:
    """What a user may do on a day."""
    granted: frozenset[Permission] = frozenset()
    for role in roles_of(user, day):
        granted |= GRANTS[role]
    return granted


def scope_of(user: User, permission: Permission, day: date) -> Scope:
    """The union of the scopes of the user's roles that grant a permission."""
    scope = Scope()
    for row in user.assignments:
        if row.in_force(day) and permission in GRANTS[row.as_role]:
            scope |= _scope_of_role(row, user.office, day)
    return scope


def _scope_of_role(row: RoleAssignment, office: Office, day: date) -> Scope:
    role = row.as_role
    personal = Permission.MEMBERS_READ in GRANTS[role]
    if role is Role.EXECUTIVE:
        return _executive(row, day)
    if role in SEES_EVERYTHING:
        return Scope(everything=True, personal=personal)
    return office_scope(office, day, personal=personal)


def _executive(row: RoleAssignment, day: date) -> Scope:
    if row.province_code:
        return Scope(provinces=frozenset({row.province_code}))
    if row.zone_code is not None:
        return Scope(provinces=_zone(row.zone_code, day))
    return Scope(everything=True)


def office_scope(office: Office, day: date, *, personal: bool = True) -> Scope:
    """A province, the provinces of a zone, or (for a bureau) the networks that it owns."""
    if office.kind == "provincial" and office.province_code:
        return Scope(provinces=frozenset({office.province_code}), personal=personal)
    if office.kind == "regional" and office.zone_code is not None:
        return Scope(provinces=_zone(office.zone_code, day), personal=personal)
    if office.code == HEADQUARTERS:
        return Scope(everything=True, personal=personal)
    return Scope(network_offices=frozenset({office.id}), personal=personal)


HEADQUARTERS = "C-PRDB"


def _zone(zone: int, day: date) -> frozenset[str]:
    return frozenset(code for code, of in province_zones(day).items() if of == zone)


def office_by_code(code: str) -> Office | None:
    """An office by its code; offices are public facts, so no scope limits them."""
    return db.session.scalar(select(Office).where(Office.code == code.strip().upper()))
