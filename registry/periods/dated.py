"""Settings with a day of effect: which value holds on a day; setting a new one from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.periods.dated_kinds import KINDS as KINDS
from registry.periods.dated_kinds import Dated as Dated
from registry.periods.dated_kinds import as_text as as_text
from registry.periods.dated_models import DatedSetting


def setting_on(name: Dated, day: date) -> Any:
    """The value of a setting on a day: hours as two texts ``HH:MM``, numbers, or a truth value."""
    query = select(DatedSetting).where(
        DatedSetting.name == name.value, DatedSetting.valid_from <= day
    )
    row = db.session.scalars(query.order_by(DatedSetting.valid_from.desc()).limit(1)).first()
    return KINDS[name].default if row is None else row.value


def all_settings() -> dict[Dated, list[DatedSetting]]:
    """Every setting with the values set so far, the latest first."""
    query = select(DatedSetting).order_by(DatedSetting.valid_from.desc())
    rows = list(db.session.scalars(query))
    return {name: [row for row in rows if row.name == name.value] for name in Dated}


def set_from(
    name: Dated, typed: str, valid_from: date, source: str, actor: Actor, *, today: date
) -> DatedSetting:
    """Set a value from a day on (today or later); earlier days keep theirs.

    Args:
        typed: the value as an administrator writes it; see :data:`KINDS`.

    Raises:
        Refused: the value makes no sense, the day is past or has one already, or no source.
    """
    if valid_from < today:
        raise Refused(_("The past is not rewritten: choose today or a later day."))
    if not source.strip():
        raise Refused(_("Please state the order or the reason that sets it."))
    value = KINDS[name].read(typed)
    query = select(DatedSetting.id).where(
        DatedSetting.name == name.value, DatedSetting.valid_from == valid_from
    )
    if db.session.scalar(query):
        raise Refused(_("This setting has a value from that day already."))
    row = DatedSetting(
        name=name.value,
        value=value,
        valid_from=valid_from,
        source=source.strip()[:200],
        set_by=actor.user_id,
    )
    db.session.add(row)
    db.session.flush()
    said: dict[str, Any] = {
        "code": name.value,
        "to": as_text(value)[:200],
        "period": valid_from,
        "reason": row.source,
    }
    record(actor, Action.SETTING_CHANGE, "dated_setting", row.id, **said)
    return row


def take_back(row_id: int, actor: Actor, *, today: date) -> None:
    """Take back a value that is not yet in force.

    Raises:
        NotFound: there is no such row.
        Refused: it is in force, or was.
    """
    row = db.session.get(DatedSetting, row_id)
    if row is None:
        raise NotFound
    if row.valid_from <= today:
        raise Refused(_("Only a value that lies in the future can be taken back."))
    said: dict[str, Any] = {"code": row.name, "from": as_text(row.value)[:200]}
    record(actor, Action.SETTING_CHANGE, "dated_setting", row.id, kind="taken back", **said)
    db.session.delete(row)
    db.session.flush()
