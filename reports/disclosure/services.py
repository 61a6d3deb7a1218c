"""Entering requests under the act on official information, and how they were answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.documents.cells import clean_text
from registry.errors import Refused
from registry.periods import catalogue
from registry.periods.calendar import utc_now
from registry.periods.dated import Dated, setting_on
from registry.periods.office_report_services import CONTACT
from reports.disclosure.models import Decision, DisclosureRequest
from reports.official_information import SECTIONS


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    received_on: date
    asked_by: str
    wanted: str
    period: str = ""


@dataclass(frozen=True)
class Answer:
    """How a request was answered; what is kept back needs a section of the act and a reason."""

    decision: str
    answered_on: date
    section: str = ""
    reason: str = ""


def receive(actor: Actor, asked: Asked, *, form_token: str) -> DisclosureRequest:
    """Enter a request; a form sent twice enters one.

    Raises:
        Refused: it names a person's number or address, or a period that is not closed.
    """
    query = select(DisclosureRequest).where(DisclosureRequest.form_token == form_token)
    known = db.session.scalar(query)
    if known is not None:
        return known
    who, wanted = (clean_text(text).strip() for text in (asked.asked_by, asked.wanted))
    told = CONTACT.search(f"{who}\n{wanted}")
    if told:
        raise Refused(
            _(
                "“%(found)s” looks like the number or address of a person; write the organisation "
                "or the number of the letter only.",
                found=told[0][:40],
            )
        )
    if asked.period and catalogue.sealed(asked.period) is None:
        raise Refused(_("Choose a closed report of the list, or none."))
    days = setting_on(Dated.DISCLOSURE_DAYS, asked.received_on)
    row = DisclosureRequest(
        received_on=asked.received_on,
        asked_by=who,
        wanted=wanted,
        period=asked.period,
        due_on=asked.received_on + timedelta(days=days),
        entered_by=actor.user_id,
        entered_at=utc_now(),
        form_token=form_token,
    )
    db.session.add(row)
    db.session.flush()
    record(actor, Action.DISCLOSURE_RECEIVE, "disclosure", row.id, period=row.period)
    return row


def answer(
    actor: Actor, row: DisclosureRequest, given: Answer, *, version: int | None
) -> DisclosureRequest:
    """Enter how a request was answered, or correct it.

    Raises:
        Refused: no decision, an answer before the request, or nothing said of why something was
            kept back.
        ChangedMeanwhile: another version is at hand.
    """
    need_version(row, version)
    decision, why = Decision(given.decision), clean_text(given.reason).strip()
    kept_back = decision in (Decision.PARTLY, Decision.REFUSED)
    if given.answered_on < row.received_on:
        raise Refused(_("The answer lies before the request; check the day."))
    if kept_back and (given.section not in SECTIONS or not why):
        raise Refused(_("Choose the section of the act and write the reason: the asker is told."))
    if decision is Decision.NOT_HELD and not why:
        raise Refused(_("Write to whom the request was sent on."))
    before = row.decision or ""
    row.decision, row.reason, row.answered_on = decision.value, why, given.answered_on
    row.section = given.section if kept_back else ""
    row.answered_by = actor.user_id
    db.session.flush()
    record(
        actor,
        Action.DISCLOSURE_ANSWER,
        "disclosure",
        row.id,
        period=row.period,
        from_=before,
        to=row.decision,
    )
    return row
