"""Writing the report of an office, confirming it, and reminding those whose report is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.versions import ChangedMeanwhile, mark_of, need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.bulk import insert_once
from registry.db import db
from registry.errors import Refused
from registry.i18n import day, language
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.periods.office_report_due import Expected, Standing
from registry.periods.office_report_models import (
    REPORT_STATE_NAMES,
    Hand,
    OfficeReport,
    ReportReminder,
    ReportState,
)

LONGEST = 4_000
"""Letters of each of the three texts."""
CONTACT = re.compile(
    r"(?<!\d)(?:[0๐]\d(?:[ -]?\d){7,8}|\d(?:[ -]?\d){12})(?!\d)|[\w.+-]+@[\w-]+\.\w+"
)
"""A telephone number, a national ID or an e-mail address."""


@dataclass(frozen=True)
class Words:
    """What an office says of a period."""

    results: str
    obstacles: str
    suggestions: str


def save(actor: Actor, owed: Expected, words: Words, *, version: int | None) -> OfficeReport:
    """Keep the words of a report that is not submitted.

    Args:
        version: the one that the form was filled from, 0 for a blank one.

    Raises:
        Refused: the period is closed, or the report was submitted.
        ChangedMeanwhile: another version is at hand.
    """
    row = _held(owed) or OfficeReport(
        office_id=owed.office.id, period=owed.period.code, state=ReportState.DRAFT.value
    )
    require_open(owed.period)  # a closing waits for who holds a report, and the other way round
    _require_nobody(words)
    if row.id is None:
        db.session.add(row)
    else:
        need_version(row, version)
    if row.as_state is not ReportState.DRAFT:
        raise Refused(
            _(
                "This report is in state “%(state)s”, so its text stands; take it back first if "
                "something is to be changed.",
                state=REPORT_STATE_NAMES[row.as_state],
            )
        )
    new = {name: text.strip() for name, text in asdict(words).items()}
    changes = {
        name: [getattr(row, name) or "", text]
        for name, text in new.items()
        if (getattr(row, name) or "") != text
    }
    for name, text in new.items():
        setattr(row, name, text)
    db.session.flush()
    if changes:
        _record(
            actor, Action.OFFICE_REPORT_SAVE, owed, row, fields=sorted(changes), changes=changes
        )
    return row


def step(
    actor: Actor,
    owed: Expected,
    hand: Hand,
    to: ReportState,
    *,
    version: int | None = None,
    figures: Mapping[str, float | int | None] | None = None,
) -> OfficeReport:
    """Submit, confirm or take back a report.

    Args:
        version: the one that the page showed.
        figures: of a head's confirmation, the key figures that the page showed.

    Raises:
        Refused: the period is closed or has not ended, the results are missing, or the report
            is in a state from which there is no such step.
        ChangedMeanwhile: another version is at hand.
    """
    row = _held(owed)
    require_open(owed.period)
    if row is None:
        raise Refused(_("Nothing was written for this report yet; write and save it first."))
    need_version(row, version)
    if hand is Hand.OFFICER and to is ReportState.SUBMITTED:
        _require_complete(owed, row)
    before = row.move(hand, to, actor.user_id, datetime.now(UTC))
    if hand is Hand.HEAD:
        row.figures = dict(figures or {}) if to is ReportState.CONFIRMED else None
    db.session.flush()
    said = {"from": before.value, "to": to.value}
    _record(actor, Action.OFFICE_REPORT_STATE, owed, row, **said)
    return row


def endorse_all(actor: Actor, waiting: Iterable[Expected], seen: str) -> int:
    """The region confirms all reports that its page showed; returns how many.

    Raises:
        ChangedMeanwhile: there are others now than the page showed.
    """
    rows = list(waiting)
    if mark_of_waiting(rows) != seen:
        raise ChangedMeanwhile(
            _("The reports that can be confirmed changed meanwhile; read the list as it is now.")
        )
    for one in rows:
        version = one.report.version if one.report else None
        step(actor, one, Hand.REGION, ReportState.ENDORSED, version=version)
    return len(rows)


def mark_of_waiting(rows: Iterable[Expected]) -> str:
    """A mark of reports as a page shows them."""
    return mark_of(sorted((one.office.code, one.report.version) for one in rows if one.report))


def remind(actor: Actor, rows: Iterable[Expected], today: date) -> int:
    """Remind the offices whose report is missing; returns how many were not reminded today yet.

    Raises:
        Refused: the period is closed, or no report is missing.
    """
    missing = [row for row in rows if row.standing is Standing.MISSING]
    if not missing:
        raise Refused(_("No report is missing, so there is nobody to remind."))
    require_open(missing[0].period)
    fresh = [row for row in missing if row.reminded_on != today]
    for one in fresh:
        values = {
            "office_id": one.office.id,
            "period": one.period.code,
            "reminded_on": today,
            "reminded_by": actor.user_id,
        }
        db.session.execute(insert_once(ReportReminder).values(values).on_conflict_do_nothing())
        _record(actor, Action.OFFICE_REPORT_REMIND, one, None)
    return len(fresh)


def require_open(period: Period) -> None:
    """A period that is not closed.

    Raises:
        Refused: it is closed.
    """
    if catalogue.closed_of([period]):
        raise Refused(
            _(
                "%(period)s is closed, so its reports stay as they were sealed; write what is to "
                "be added in the report of the present period.",
                period=period.label(language()),
            )
        )


def _held(owed: Expected) -> OfficeReport | None:
    """The report as it is now, held until the transaction ends."""
    query = select(OfficeReport).where(
        OfficeReport.office_id == owed.office.id, OfficeReport.period == owed.period.code
    )
    held = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(held)


def _require_complete(owed: Expected, row: OfficeReport) -> None:
    if not owed.period.has_ended(owed.today):
        raise Refused(
            _(
                "%(period)s has not ended yet; the report can be submitted from the day after "
                "%(day)s, until then it is kept as a draft.",
                period=owed.period.label(language()),
                day=day(owed.period.end),
            )
        )
    if not row.results.strip():
        raise Refused(_("The results are missing; write at least what was achieved."))


def _require_nobody(words: Words) -> None:
    """Others read the words, also those who may see nobody's data."""
    told = CONTACT.search("\n".join(asdict(words).values()))
    if told:
        raise Refused(
            _(
                "“%(found)s” looks like the number or address of a person; take it out of the "
                "text: the report is kept for ten years and read by others.",
                found=told[0][:40],
            )
        )


def _record(
    actor: Actor, action: Action, owed: Expected, row: OfficeReport | None, **said: object
) -> None:
    office = owed.office
    changes = said.pop("changes", None)
    record(
        actor,
        action,
        "office_report",
        row.id if row else office.code,
        province=office.province_code,
        changes=changes,  # type: ignore[arg-type]
        office=office.code,
        period=owed.period.code,
        **said,
    )
