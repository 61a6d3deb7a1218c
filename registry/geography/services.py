"""Moving a province to another zone from a day on; the days before stay as they were."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.geography.models import Province, ProvinceZone, Zone


def move_province(
    province: str, zone: int, on: date, reason: str, actor: Actor, *, today: date
) -> None:
    """Put a province into a zone from a day on (today or later).

    The mapping in force until then ends on that day; nothing before it changes.

    Raises:
        Refused: the day is past, a later change is planned already, the province is in that zone
            already, or no reason is given.
        NotFound: there is no such province or zone.
    """
    if db.session.get(Province, province) is None or db.session.get(Zone, zone) is None:
        raise NotFound
    if not reason.strip():
        raise Refused(_("Please state the order or decision that moves the province."))
    if on < today:
        raise Refused(_("The past is not rewritten: choose today or a later day."))
    last = _last(province)
    if on <= last.valid_from:
        raise Refused(_("The mapping of this province changes on a later or the same day already."))
    if last.zone_code == zone:
        raise Refused(_("The province belongs to this zone already."))
    last.valid_to = on
    row = ProvinceZone(
        province_code=province, zone_code=zone, valid_from=on, evidence="administrator"
    )
    db.session.add(row)
    said: dict[str, Any] = {
        "from": last.zone_code,
        "to": zone,
        "reason": reason.strip()[:200],
        "period": on,
    }
    record(actor, Action.GEOGRAPHY_CHANGE, "province", province, province=province, **said)
    db.session.flush()


def undo_planned_move(row_id: int, today: date, actor: Actor) -> None:
    """Take back a move that has not come into force yet; a past one is never taken back."""
    row = db.session.get(ProvinceZone, row_id)
    if row is None:
        raise NotFound
    if row.valid_from <= today or row.id != _last(row.province_code).id:
        raise Refused(_("Only a move that lies in the future can be taken back."))
    before = db.session.scalars(
        select(ProvinceZone).where(
            ProvinceZone.province_code == row.province_code,
            ProvinceZone.valid_to == row.valid_from,
        )
    ).one()
    before.valid_to = None
    said: dict[str, Any] = {"from": row.zone_code, "to": before.zone_code, "kind": "taken back"}
    record(
        actor,
        Action.GEOGRAPHY_CHANGE,
        "province",
        row.province_code,
        province=row.province_code,
        **said,
    )
    db.session.delete(row)
    db.session.flush()


def _last(province: str) -> ProvinceZone:
    query = select(ProvinceZone).where(ProvinceZone.province_code == province)
    return db.session.scalars(query.order_by(ProvinceZone.valid_from.desc()).limit(1)).one()
