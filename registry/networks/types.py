"""The list of network types, which an administrator edits; types are retired, never removed."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.members.models import Member, NetworkType

CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")


def network_types(*, active_only: bool = False) -> list[NetworkType]:
    """All types in their order."""
    query = select(NetworkType).order_by(NetworkType.position, NetworkType.code)
    return list(db.session.scalars(query.where(NetworkType.active) if active_only else query))


def type_for(code: str) -> NetworkType:
    """One type; raises NotFound."""
    row = db.session.get(NetworkType, code)
    if row is None:
        raise NotFound
    return row


def members_by_type() -> dict[str, int]:
    """How many member records name each type (a count without names, for the administrator)."""
    query = select(Member.network_type, func.count()).where(Member.merged_into_id.is_(None))
    rows = db.session.execute(query.group_by(Member.network_type))
    return {row[0]: row[1] for row in rows}


def add_type(code: str, name_th: str, name_en: str, actor: Actor) -> NetworkType:
    """Add a type at the end of the list.

    Raises:
        Refused: the code is not made of small Latin letters, or it is taken; a name is empty.
    """
    code, names = code.strip().lower(), _names(name_th, name_en)
    if not CODE.fullmatch(code):
        raise Refused(_("Write the code in small Latin letters, such as village_volunteer."))
    if db.session.get(NetworkType, code) is not None:
        raise Refused(_("There is already a type with the code %(code)s.", code=code))
    last = db.session.scalar(select(func.max(NetworkType.position))) or 0
    row = NetworkType(code=code, position=last + 1, active=True, **names)
    db.session.add(row)
    record(actor, Action.SETTING_CHANGE, "network_type", code, to=names)
    db.session.flush()
    return row


def change_type(
    row: NetworkType, name_th: str, name_en: str, position: int, active: bool, actor: Actor
) -> None:
    """Rename, move, retire or revive a type; its code stays, for facts carry it."""
    new = _names(name_th, name_en) | {"position": position, "active": active}
    changed = [field for field in new if getattr(row, field) != new[field]]
    if not changed:
        return
    before = {field: getattr(row, field) for field in changed}
    for field in changed:
        setattr(row, field, new[field])
    said: dict[str, Any] = {
        "fields": changed,
        "from": before,
        "to": {field: new[field] for field in changed},
    }
    record(actor, Action.SETTING_CHANGE, "network_type", row.code, **said)
    db.session.flush()


def _names(name_th: str, name_en: str) -> dict[str, Any]:
    if not name_th.strip() or not name_en.strip():
        raise Refused(_("Please fill in the name in both languages."))
    return {"name_th": name_th.strip()[:120], "name_en": name_en.strip()[:120]}
