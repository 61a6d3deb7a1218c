"""The e-mails about new reports: a link that asks to sign in, and no figure.

What holds in the outbox holds here.  A letter is claimed and that is committed, then it is sent,
then its end is entered: what was under way when a process died may have arrived, so it is never
sent again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, select, update

from registry.access.roles import Permission
from registry.access.scope import permissions_of
from registry.db import db, unit_of_work
from registry.outbox import holds, mail
from registry.outbox.backoff import Answer, Outcome, Trouble, pause
from registry.outbox.models import DeliveryState, Way
from registry.periods.calendar import Period, to_bangkok_date, utc_now
from registry.pulse import briefly, pulse
from reports.addresses import address
from reports.subscriptions.models import ReportNotice

MOST_ATTEMPTS = 20
LOST_AFTER = timedelta(minutes=5)
"""A letter that was under way for so long was given up by its process."""
AT_ONCE = 50
ENDS = {
    Outcome.SENT: DeliveryState.SENT,
    Outcome.FAILED: DeliveryState.FAILED,
    Outcome.UNKNOWN: DeliveryState.UNKNOWN,
}


@pulse("report-notices")
def send_due() -> bool:
    """Send the letters that are due; whether there was any."""
    now = utc_now()
    lost = _in(DeliveryState.SENDING).where(ReportNotice.due_at < now - LOST_AFTER)
    due = _in(DeliveryState.QUEUED).where(ReportNotice.due_at <= now)
    found = list(db.session.scalars(lost))
    if found:
        with unit_of_work() as session:
            given_up = update(ReportNotice).where(ReportNotice.id.in_(found))
            still = given_up.where(ReportNotice.state == DeliveryState.SENDING.value)
            session.execute(still.values(state=DeliveryState.UNKNOWN.value))
    letters = list(db.session.scalars(due)) if Way.EMAIL in holds.open_ways() else []
    for number in briefly(letters):
        _send(number)
    return bool(letters)


def _in(state: DeliveryState) -> Select[int]:
    query = select(ReportNotice.id).where(ReportNotice.state == state.value)
    return query.order_by(ReportNotice.due_at).limit(AT_ONCE)


def _send(number: int) -> None:
    letter = _claimed(number)
    if letter is not None:
        to, content = letter
        _settle(number, mail.send(mail.mail_server(), to, content, f"sang.report.{number}"))


def _claimed(number: int) -> tuple[str, dict[str, str]] | None:
    """Whom to write and what, once it counts as under way; None where another one has it."""
    with unit_of_work() as session:
        mine = update(ReportNotice).where(
            ReportNotice.id == number, ReportNotice.state == DeliveryState.QUEUED.value
        )
        values = {"state": DeliveryState.SENDING.value, "due_at": utc_now()}
        if not session.execute(mine.values(**values)).rowcount:  # type: ignore[attr-defined]
            return None
        notice = session.get_one(ReportNotice, number)
        notice.attempts += 1
        if not _is_wanted(notice):
            notice.state = DeliveryState.CANCELLED.value
            return None
        return notice.user.email, content_of(notice)


def _is_wanted(notice: ReportNotice) -> bool:
    """Whether the person may still see reports, and has not opened this one already."""
    held = permissions_of(notice.user, to_bangkok_date(utc_now()))
    sees = notice.user.active and Permission.REPORTS_VIEW in held
    return sees and notice.opened_at is None


def content_of(notice: ReportNotice) -> dict[str, str]:
    """Subject and text, in the language of the person."""
    with force_locale(notice.user.locale):
        period = Period.parse(notice.code).label(notice.user.locale)
        subject = _("Report of %(period)s", period=period)
        first = _("The report of %(period)s is ready.", period=period)
        if notice.revision > 1:
            first = _(
                "The report of %(period)s was issued anew (revision %(number)s).",
                period=period,
                number=notice.revision,
            )
        open_it = _("Open it, after signing in: %(link)s", link=address(f"/reports/{notice.code}"))
        leave = _("To be told no longer: %(link)s", link=address("/reports/subscriptions/"))
        return {"subject": str(subject), "text": f"{first}\n\n{open_it}\n\n{leave}\n"}


def _settle(number: int, answer: Answer) -> None:
    now = utc_now()
    with unit_of_work() as session:
        notice = session.get_one(ReportNotice, number)
        if answer.outcome is Outcome.HELD:
            holds.hold(Way.EMAIL, answer.trouble or Trouble.BUSY, now)
        notice.state, notice.due_at = _end(answer, notice.attempts, now)


def _end(answer: Answer, attempts: int, now: datetime) -> tuple[str, datetime]:
    """What becomes of a letter: it waits for another try, or for the way to be repaired."""
    if answer.outcome in ENDS:
        return ENDS[answer.outcome].value, now
    if attempts >= MOST_ATTEMPTS:
        return DeliveryState.FAILED.value, now
    return DeliveryState.QUEUED.value, now + pause(attempts)
