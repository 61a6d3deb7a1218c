"""Setting how often offices report, from a day on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.models import Office, OfficeKind
from registry.access.scope import HEADQUARTERS
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.periods.office_report_models import Frequency, ReportingDuty

USUAL = {
    OfficeKind.PROVINCIAL: Frequency.MONTHLY,
    OfficeKind.REGIONAL: Frequency.QUARTERLY,
    OfficeKind.BUREAU: Frequency.QUARTERLY,
}


def seed_duties(valid_from: date) -> None:
    """Let each level of offices report as usual, unless anything was set before.

    The bureau that owns the system receives the reports and writes none.
    """
    if db.session.scalar(select(ReportingDuty.id).limit(1)) is None:
        for office in db.session.scalars(select(Office).where(Office.code != HEADQUARTERS)):
            usual = USUAL[OfficeKind(office.kind)].value
            row = ReportingDuty(office_id=office.id, frequency=usual, valid_from=valid_from)
            db.session.add(row)


def set_duties(
    actor: Actor,
    offices: Iterable[Office],
    frequency: Frequency,
    valid_from: date,
    *,
    today: date,
) -> int:
    """Set how often offices report from a day on; returns for how many of them that is new.

    Raises:
        Refused: no office is chosen, or the day is past.
    """
    chosen = list(offices)
    if not chosen:
        raise Refused(_("Choose at least one office."))
    if valid_from < today:
        raise Refused(_("The past is not rewritten: choose today or a later day."))
    return sum(_set(actor, office, frequency, valid_from) for office in chosen)


def _set(actor: Actor, office: Office, frequency: Frequency, valid_from: date) -> bool:
    row = ReportingDuty
    query = select(row).where(row.office_id == office.id, row.valid_from <= valid_from)
    query = query.order_by(row.valid_from.desc()).limit(1).with_for_update()
    held = db.session.scalar(query.execution_options(populate_existing=True))
    before = held.frequency if held else Frequency.NEVER.value
    if before == frequency.value:
        return False
    if held is None or held.valid_from < valid_from:
        held = ReportingDuty(office_id=office.id, valid_from=valid_from)
        db.session.add(held)
    held.frequency, held.set_by = frequency.value, actor.user_id
    db.session.flush()
    said: dict[str, Any] = {"from": before, "to": frequency.value, "period": valid_from}
    record(
        actor,
        Action.OFFICE_REPORT_DUTY,
        "office",
        office.id,
        province=office.province_code,
        code=office.code,
        **said,
    )
    return True
