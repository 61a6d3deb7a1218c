"""Closing a period or issuing it anew: whether it may be, and entering what was sealed."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.i18n import day as said_day
from registry.i18n import language
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.periods.models import SealedPeriod
from registry.periods.names import named
from registry.periods.office_report_models import OfficeReport
from reports.context import context_of
from reports.drafting import Draft
from reports.foreword.models import Foreword
from reports.listing import first_month
from reports.office_words import words_of
from reports.subscriptions.services import announce

SHORTEST_REASON, LONGEST_REASON = 10, 500
"""Letters of the reason for which a report is issued anew."""


def closable(code: str, today: date) -> Period:
    """The period of a code, if it may be closed today.

    Raises:
        Refused: there is no such period, it has not ended, lies before the first fact, or is
            closed already.
    """
    period = Period.parse(code)
    label = period.label(language())
    if not period.has_ended(today):
        raise Refused(
            _(
                "%(period)s has not ended yet: its last day is %(day)s, so it can be closed "
                "from the day after.",
                period=label,
                day=said_day(period.end),
            )
        )
    first = first_month()
    if first is None or period.last_month < first:
        raise Refused(
            _("There are no facts in %(period)s, so there is nothing to close.", period=label)
        )
    _require_open(period)
    return period


def _require_open(period: Period) -> None:
    row = catalogue.sealed(period.code)
    if row is not None:
        raise Refused(
            _(
                "%(period)s was closed on %(day)s already; its sealed figures stand.",
                period=period.label(language()),
                day=said_day(row.closed_at),
            )
        )


def reissuable(code: str, reason: str, seen: int | None = None) -> SealedPeriod:
    """The revision in force of a closed period that is to be issued anew.

    Args:
        seen: the revision that is to be replaced; any unless told otherwise.

    Raises:
        Refused: there is no such period, it is not closed, nobody says why, or another revision
            is in force than the one seen.
    """
    period = Period.parse(code)
    row = catalogue.sealed(period.code)
    if row is None:
        raise Refused(
            _(
                "%(period)s is not closed, so there is nothing to issue anew; close it first.",
                period=period.label(language()),
            )
        )
    refuse_destroyed(row)
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Refused(
            _(
                "Write in %(least)s to %(most)s letters why the report is issued anew: the reason "
                "is printed on it.",
                least=SHORTEST_REASON,
                most=LONGEST_REASON,
            )
        )
    if seen is not None and row.revision != seen:
        raise Refused(
            _(
                "Revision %(number)s was issued meanwhile; look at it before issuing another one.",
                number=row.revision,
            )
        )
    return row


def refuse_destroyed(row: SealedPeriod) -> None:
    """Say that the files of a revision are gone.

    Raises:
        Refused: they were destroyed.
    """
    if row.destroyed_at is not None:
        raise Refused(
            _(
                "The files of %(period)s were destroyed on %(day)s after their time of keeping; "
                "the sealed figures and the certificate of disposal remain.",
                period=named(row.code),
                day=said_day(row.destroyed_at),
            )
        )


def issued(actor: Actor, code: str, reason: str, seen: int) -> SealedPeriod | None:
    """What the same one issued in place of a revision for the same reason; None if nothing."""
    done = (row for row in catalogue.revisions(Period.parse(code).code) if row.revision > seen)
    mine = (row for row in done if (row.reason, row.closed_by) == (reason, actor.user_id))
    return next(mine, None)


class WordsChanged(Refused):
    """What the offices or headquarters say is no longer what was sealed."""


def _require_same_words(period: Period, draft: Draft) -> None:
    """Whoever hands in a report waits now, and hears then that the period is closed."""
    for model in (OfficeReport, Foreword):
        db.session.execute(select(model.id).where(model.period == period.code).with_for_update())
    same_context = context_of(period, draft.context) == draft.context
    if not same_context or words_of(period, draft.statement.sealed_on) != draft.words:
        raise WordsChanged(
            _("Offices are handing in their reports right now; close the period a little later.")
        )


def enter(
    actor: Actor, period: Period, draft: Draft, replaced: SealedPeriod | None = None
) -> SealedPeriod:
    """Enter a sealed period in the catalogue, with its figures and its audit event.

    Args:
        replaced: of a re-issue, the revision that was in force when it was begun.

    Raises:
        Refused: somebody else closed it, or issued it anew, in the meantime.
        WordsChanged: an office reported while the period was being sealed.
    """
    if replaced is None:
        _require_open(period)
    else:
        reissuable(replaced.code, draft.statement.reason or "", replaced.revision)
    _require_same_words(period, draft)
    before = draft.statement.previous
    row = catalogue.save_sealed(
        period,
        closed_at=datetime.fromisoformat(draft.statement.sealed_at),
        closed_by=actor.user_id,
        folder=draft.folder,
        manifest_sha256=draft.manifest_sha256,
        previous_sha256=before.manifest_sha256 if before else None,
        keep_until=draft.keep_until,
        figures=[figure.__dict__ for figure in draft.figures],
        facts=draft.facts,
        reason=draft.statement.reason,
    )
    record(
        actor,
        Action.REPORT_REISSUE if replaced else Action.REPORT_CLOSE,
        "period",
        period.code,
        revision=row.revision,
        file_sha256=row.manifest_sha256,
        count=len(draft.figures),
    )
    announce(row)
    return row
