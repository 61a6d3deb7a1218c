"""The demonstration's accounts: one per role to show, one officer per province to do the work."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from registry.access.grants import Grant
from registry.access.models import User
from registry.access.roles import Role
from registry.access.scope import office_by_code
from registry.access.services import create_user
from registry.audit.services import Actor
from registry.db import db, unit_of_work

DOMAIN = "sang.example"
SEATS = ("P40", "P34", "P50", "P65", "P84", "P90", "P22", "P71")
WORDS = {Role.PROVINCIAL: ("officer", "เจ้าหน้าที่"), Role.HEAD: ("head", "หัวหน้า")}
SYSTEM = Actor.system("cli")


@dataclass(frozen=True)
class Account:
    """One account to print: address, name and office."""

    local: str
    name: str
    office: str
    grant: Grant

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.local}@{DOMAIN}"


SHOWN = (
    Account("central", "กมลชนก สมมติ", "C-PRDB", Grant(Role.CENTRAL)),
    Account("officer.chiangmai", "อรุณ สมมติ", "P50", Grant(Role.PROVINCIAL)),
    Account("officer.songkhla", "นูรียะห์ สมมติ", "P90", Grant(Role.PROVINCIAL)),
    Account("officer.narathiwat", "ซูไฮลา สมมติ", "P96", Grant(Role.PROVINCIAL)),
    Account("regional3", "พัชรี สมมติ", "R3", Grant(Role.REGIONAL)),
    Account("head.central", "สมเกียรติ สมมติ", "C-PRDB", Grant(Role.HEAD)),
    Account("head.chiangmai", "วิไลพร สมมติ", "P50", Grant(Role.HEAD)),
    Account("acting.chiangmai", "ธนา สมมติ", "P50", Grant(Role.ACTING)),
    Account("head.narathiwat", "มาหะมะ สมมติ", "P96", Grant(Role.HEAD)),
    Account("bureau", "ชลธิชา สมมติ", "C-NNT", Grant(Role.BUREAU)),
    Account("head.bureau", "ประเสริฐ สมมติ", "C-NNT", Grant(Role.HEAD)),
    Account("executive", "ศุภชัย สมมติ", "C-PRDB", Grant(Role.EXECUTIVE)),
    Account("executive.zone3", "มาลี สมมติ", "C-PRDB", Grant(Role.EXECUTIVE, zone=3)),
    Account("executive.chiangmai", "ณัฐพล สมมติ", "C-PRDB", Grant(Role.EXECUTIVE, province="50")),
    Account("analyst", "ปิยะนุช สมมติ", "C-PRDB", Grant(Role.ANALYST)),
    Account("admin", "ชาญชัย สมมติ", "C-PRDB", Grant(Role.ADMINISTRATOR)),
)


def make_accounts(password: str) -> None:
    """Make the accounts to show, and those who work at the regional seats."""
    with unit_of_work():
        for one in [*SHOWN, *_others()]:
            create_user(
                email=one.email,
                name=one.name,
                office=one.office,
                roles=[one.grant],
                password=password,
                actor=SYSTEM,
                must_change=False,
            )


def _others() -> list[Account]:
    """An author and a head at each regional seat, so that local messages are approved too."""
    taken = {(one.office, one.grant.role) for one in SHOWN}
    wanted = [(code, role) for code in SEATS for role in (Role.PROVINCIAL, Role.HEAD)]
    return [
        Account(
            f"{WORDS[role][0]}.{code.lower()}", f"{WORDS[role][1]} {code} สมมติ", code, Grant(role)
        )
        for code, role in wanted
        if (code, role) not in taken
    ]


def password_of(instance: Path) -> str:
    """The accounts' password: made at random once, kept beside the data."""
    path = instance / "demo-password.txt"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"sang-{secrets.token_hex(5)}")
    return path.read_text().strip()


def actor_of(office: str, role: Role) -> Actor:
    """Somebody of an office with a role; the program itself for offices without accounts."""
    place = office_by_code(office)
    if place is None:
        raise LookupError(office)
    query = select(User).where(User.office_id == place.id).order_by(User.id)
    for user in db.session.scalars(query):
        if any(row.as_role is role for row in user.assignments):
            return Actor(user.id, "cli", place.id)
    return Actor(None, "cli", place.id)
