"""Writing the words at the head of a report, and choosing whether it may be disclosed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.documents.cells import clean_text
from registry.errors import Refused
from registry.i18n import language
from registry.periods import catalogue
from registry.periods.calendar import Period, utc_now
from reports.foreword.models import Foreword
from reports.official_information import SECTIONS

LONGEST = 6_000
"""Letters of the words."""


@dataclass(frozen=True)
class Words:
    """What is typed before a period is closed."""

    text: str = ""
    section: str = ""
    reason: str = ""


def foreword_of(period: str) -> Foreword | None:
    """What was written for a period that is, or was, open."""
    return db.session.scalar(select(Foreword).where(Foreword.period == period))


def save(
    actor: Actor, office_id: int, period: Period, words: Words, *, version: int | None
) -> Foreword:
    """Keep the words of a period that is not closed.

    Args:
        office_id: whose words they are.
        version: the one that the form was filled from, 0 for a blank one.

    Raises:
        Refused: the period is closed, or nobody says why it is not to be disclosed.
        ChangedMeanwhile: another version is at hand.
    """
    held = select(Foreword).where(Foreword.period == period.code).with_for_update(of=Foreword)
    row = db.session.scalar(held.execution_options(populate_existing=True))
    if catalogue.sealed(period.code) is not None:
        raise Refused(
            _(
                "%(period)s is closed, so its report stays as it was sealed; issue it anew if its "
                "figures are wrong.",
                period=period.label(language()),
            )
        )
    new = Words(*(clean_text(text).strip() for text in asdict(words).values()))
    if new.section and (new.section not in SECTIONS or not new.reason):
        raise Refused(_("Write why the report is not to be disclosed: the reason is kept with it."))
    if row is None:
        row = Foreword(period=period.code)
        db.session.add(row)
    else:
        need_version(row, version)
    before = row.section or ""
    row.text, row.section = new.text, new.section
    row.reason = new.reason if new.section else ""
    row.office_id, row.written_by, row.written_at = office_id, actor.user_id, utc_now()
    db.session.flush()
    record(actor, Action.FOREWORD_SAVE, "period", period.code, from_=before, to=row.section)
    return row
