"""Classifying a closed report anew, and which class holds today."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.versions import ChangedMeanwhile
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db, once
from registry.documents.cells import clean_text
from registry.errors import Refused
from registry.i18n import language
from registry.periods import catalogue
from registry.periods.calendar import Period, to_bangkok_date, utc_now
from registry.periods.models import SealedPeriod
from reports.classes.models import Reclassification
from reports.official_information import SECTIONS, Classed


def decisions() -> list[Reclassification]:
    """All decisions, the latest first; they are few."""

    def ask() -> list[Reclassification]:
        return list(
            db.session.scalars(select(Reclassification).order_by(Reclassification.id.desc()))
        )

    return once("reclassifications", ask)


def decisions_on(period: str) -> list[Reclassification]:
    """Those on the report of a period, the latest first."""
    return [one for one in decisions() if one.period == period]


def classed_anew(row: SealedPeriod) -> Classed | None:
    """What was decided on a report after this revision was sealed; None if nothing was."""
    later = (one for one in decisions_on(row.code) if one.decided_at > row.closed_at)
    last = next(later, None)
    if last is None:
        return None
    return Classed(last.section, last.reason, to_bangkok_date(last.decided_at))


def class_of(row: SealedPeriod) -> Classed:
    """Whether a closed report may be disclosed today; what was sealed tells its own reason."""
    return classed_anew(row) or Classed(row.facts.get("section") or "")


def classify(
    actor: Actor, code: str, section: str, reason: str, *, seen: str | None
) -> Reclassification:
    """Decide that a closed report may be disclosed after all, or may not.

    Args:
        section: of the act; empty where it may.
        seen: the section that the form showed as the one that holds.

    Raises:
        Refused: the period is not closed, nobody says why, or nothing would change.
        ChangedMeanwhile: somebody else decided in the meantime.
    """
    period = Period.parse(code)
    revisions = select(SealedPeriod.id).where(SealedPeriod.code == period.code)
    db.session.execute(revisions.with_for_update())
    row = catalogue.sealed(period.code)
    if row is None:
        raise Refused(
            _(
                "%(period)s is not closed yet; choose among the words on its report whether it may "
                "be disclosed.",
                period=period.label(language()),
            )
        )
    before, why = class_of(row).section, clean_text(reason).strip()
    if seen != before:
        raise ChangedMeanwhile(
            _("The report was classified anew meanwhile; look at its page, then decide again.")
        )
    if section == before or (section and section not in SECTIONS):
        raise Refused(_("Choose another class than the one that the report has already."))
    if not why:
        raise Refused(_("Write why the report is classified anew: the reason is kept with it."))
    decided = Reclassification(
        period=period.code,
        before=before,
        section=section,
        reason=why,
        decided_by=actor.user_id,
        decided_at=utc_now(),
    )
    db.session.add(decided)
    db.session.flush()
    record(
        actor,
        Action.REPORT_CLASSIFY,
        "period",
        period.code,
        revision=row.revision,
        from_=before,
        to=section,
        reason=why,
    )
    return decided
