"""Setting targets and taking them back; closed periods keep those that were sealed with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.documents.cells import clean_text
from registry.errors import NotFound, Refused
from registry.facts.measures import MEASURES
from registry.periods.calendar import utc_now
from reports import layout
from reports.targets.models import Target

AIMED_AT = (*layout.KEY, *layout.REACH)
"""The measures that may have a target: those on the cards of a closed report."""


@dataclass(frozen=True)
class Aim:
    """What a target is about, and what it is."""

    fiscal_year: int
    measure: str
    cut: str
    value: float
    source: str
    set_on: date


def targets_of(fiscal_year: int) -> list[Target]:
    """The targets of a fiscal year, in the order of the cards, the whole country's first."""
    query = select(Target).where(Target.fiscal_year == fiscal_year)
    order = {name: place for place, name in enumerate(AIMED_AT)}
    rows = db.session.scalars(query)
    return sorted(rows, key=lambda row: (order.get(row.measure, len(order)), row.cut))


def target_for(target_id: int) -> Target:
    """One target; raises NotFound."""
    row = db.session.get(Target, target_id)
    if row is None:
        raise NotFound
    return row


def set_target(actor: Actor, aim: Aim, *, version: int | None, shown: int | None = None) -> Target:
    """Set a target, or another value for it.

    Args:
        version: of the target that the form showed, 0 where there was none.
        shown: the number of that target.

    Raises:
        Refused: the measure takes no target, or the value makes no sense.
        ChangedMeanwhile: another version is at hand.
    """
    if aim.measure not in AIMED_AT:
        raise Refused(_("Choose one of the figures of the list."))
    if not 0 < aim.value < 1e15 or (MEASURES[aim.measure].is_share and aim.value > 1):
        raise Refused(_("Write a target above 0; a rate is a percentage of at most 100."))
    known = select(Target).where(
        Target.fiscal_year == aim.fiscal_year,
        Target.measure == aim.measure,
        Target.cut == aim.cut,
    )
    row = db.session.scalar(known.with_for_update())
    if shown is not None and (row is None or row.id != shown):
        raise Refused(
            _("Change only the value here; for another figure or place set a target of its own.")
        )
    before = None if row is None else row.value
    if row is None:
        row = Target(fiscal_year=aim.fiscal_year, measure=aim.measure, cut=aim.cut)
        db.session.add(row)
    else:
        need_version(row, version)
    row.value, row.source, row.set_on = aim.value, clean_text(aim.source).strip(), aim.set_on
    row.entered_by, row.entered_at = actor.user_id, utc_now()
    db.session.flush()
    _record(actor, row, before, row.value)
    return row


def remove(actor: Actor, row: Target, *, version: int | None) -> None:
    """Take a target back, as it was shown.

    Raises:
        ChangedMeanwhile: another version is at hand.
    """
    need_version(row, version)
    _record(actor, row, row.value, None)
    db.session.delete(row)
    db.session.flush()


def _record(actor: Actor, row: Target, before: float | None, after: float | None) -> None:
    record(
        actor,
        Action.TARGET_SET,
        "target",
        row.id,
        period=f"{row.fiscal_year}-FY",
        kind=row.measure,
        code=row.cut,
        from_=before,
        to=after,
    )
