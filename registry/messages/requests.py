"""Requests to publish: received with their letter, checked, decided, made, and answered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from registry.access.models import Office, OfficeKind, User
from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.i18n import day, in_both
from registry.messages import services
from registry.messages.letters import keep
from registry.messages.models import KeyMessage, Route
from registry.messages.prepared import Prepared
from registry.messages.request_models import Notice, PublicationRequest, RequestState
from registry.messages.rules import LONGEST_REASON, now_or, require_text
from registry.messages.services import MessageText
from registry.periods.calendar import to_bangkok_date

S = RequestState
CHECKS: dict[Route, tuple[Any, ...]] = {
    Route.OUTSIDE: (
        _l("It may be disclosed under the Official Information Act B.E. 2540."),
        _l("It does not break the Computer Crime Act."),
        _l("The letter is signed by somebody entitled to ask for the unit."),
    ),
    Route.CENTRAL: (
        _l("The text is complete, correct and names who is responsible for it."),
        _l("Files open, are named clearly and can be read by people who cannot see."),
        _l("Links work and lead to addresses of the unit or of the state."),
        _l("It is clear where on the central website it goes and until when."),
    ),
}
"""What is checked on each route before the decision; our wording of what DOMAIN's routes ask."""


def points_of(route: Route) -> dict[str, Any]:
    """The checks of a route by the name of their box; a tick counts on its own route only."""
    return {f"{route.value}_{n}": text for n, text in enumerate(CHECKS[route], 1)}


@dataclass(frozen=True)
class Asked:
    """What the letter says.

    Attributes:
        contact: name and telephone of the person at the unit.
        wanted_until: last day on which the unit wants it to be seen.
    """

    route: Route
    unit: str
    letter_number: str
    letter_date: date
    subject: str
    text: str
    contact: str = ""
    wanted_until: date | None = None

    def values(self, today: date) -> dict[str, object]:
        """Column values.

        Raises:
            Refused: something needed is blank, or the letter is dated in the future.
        """
        if self.letter_date > today:
            raise Refused(_("The letter's date lies in the future; look at the letter again."))
        if self.route not in CHECKS:
            raise Refused(_("Choose for whom or where it is to be published."))
        return {
            "route": self.route.value,
            "unit": require_text(self.unit, _("Write the unit that asks.")),
            "letter_number": require_text(self.letter_number, _("Write the letter's number.")),
            "letter_date": self.letter_date,
            "subject": require_text(self.subject, _("Write what the letter is about.")),
            "text": require_text(self.text, _("Write what is to be published.")),
            "contact": self.contact.strip() or None,
            "wanted_until": self.wanted_until,
        }


def receive(
    actor: Actor,
    asked: Asked,
    letter: Prepared | None = None,
    *,
    form_token: str | None = None,
    at: datetime | None = None,
) -> PublicationRequest:
    """Write down a request that came in; a form sent twice makes one.

    Raises:
        Refused: a field is blank or wrong, or the actor belongs to no office.
    """
    at = now_or(at)
    if actor.office_id is None or actor.user_id is None:
        raise Refused(_("A request is received by somebody at an office."))
    db.session.scalar(
        select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True)
    )
    twin = select(PublicationRequest).where(PublicationRequest.form_token == form_token)
    if form_token and (found := db.session.scalar(twin)):
        return found
    row = PublicationRequest(
        office_id=actor.office_id,
        state=S.RECEIVED.value,
        received_at=at,
        received_by=actor.user_id,
        form_token=form_token,
        **asked.values(to_bangkok_date(at)),
    )
    db.session.add(row)
    db.session.flush()
    if letter is not None:
        _keep_letter(row, letter)
    note(actor, row, None, action=Action.LETTER_RECEIVE)
    return row


def attach_letter(actor: Actor, row: PublicationRequest, letter: Prepared) -> None:
    """Attach the letter to a request that came in without.

    Raises:
        Refused: it has one, is decided, or belongs to another office.
    """
    require_own(actor, row)
    if row.letter or row.as_state is not S.RECEIVED:
        raise Refused(_("The request has its letter, or was checked already; reload the page."))
    _keep_letter(row, letter)
    note(actor, row, row.as_state)


def _keep_letter(row: PublicationRequest, letter: Prepared) -> None:
    scan = keep(letter)
    row.letter, row.letter_type = scan.stored, scan.content_type
    row.letter_name, row.letter_sha256 = scan.name, scan.sha256
    db.session.flush()


def require_own(actor: Actor, row: PublicationRequest) -> None:
    """Only the office that received a request works on it.

    Raises:
        Refused: the actor works elsewhere.
    """
    if actor.office_id != row.office_id:
        raise Refused(
            _("The request “%(subject)s” was sent to another office.", subject=row.subject)
        )


def note(
    actor: Actor,
    row: PublicationRequest,
    before: RequestState | None,
    reason: str = "",
    *,
    action: Action = Action.LETTER_STATE,
) -> None:
    """Write a step of a request into the audit trail."""
    db.session.flush()
    record(
        actor,
        action,
        "letter",
        row.id,
        province=row.office.province_code,
        from_=before.value if before else None,
        to=row.state,
        kind=row.route,
        changes={"reason": [None, reason[:LONGEST_REASON]]} if reason else None,
    )


def check(
    actor: Actor,
    row: PublicationRequest,
    ticked: Collection[str],
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> None:
    """Confirm every check of the route: the office for an outside unit, else the webmaster.

    Args:
        ticked: names of the checks that were confirmed; see :func:`points_of`.
        version: the one that the page showed; None where there was no page.

    Raises:
        Refused: a check is open, the letter is missing, or it is not for the actor to check.
    """
    if row.as_route is Route.CENTRAL:
        _require_webmaster(actor)
    else:
        require_own(actor, row)
        if not row.letter:
            raise Refused(_("Attach the unit's letter first."))
    if version is not None:
        need_version(row, version)
    points = points_of(row.as_route)
    missing = [str(text) for key, text in points.items() if key not in ticked]
    if missing:
        raise Refused(_("Still to be checked: %(points)s", points=" ".join(missing)))
    _require_time(row, now_or(at))
    before = row.move(S.CHECKED)
    row.checks = [{"key": key, **in_both(text)} for key, text in points.items()]
    row.checked_at, row.checked_by = now_or(at), actor.user_id
    note(actor, row, before)


def _require_time(row: PublicationRequest, at: datetime) -> None:
    """What was wanted until a day that is past cannot be published in time any more."""
    if row.wanted_until is not None and row.wanted_until < to_bangkok_date(at):
        raise Refused(
            _(
                "“Wanted until” was %(day)s, which lies in the past; ask the unit, then correct "
                "the day in the request or refuse it.",
                day=day(row.wanted_until),
            )
        )


def _require_webmaster(actor: Actor) -> None:
    office = db.session.get(Office, actor.office_id) if actor.office_id else None
    if office is None or office.kind != OfficeKind.BUREAU.value:
        raise Refused(_("Requests for the central website are checked by its webmasters."))


def approve(
    actor: Actor,
    row: PublicationRequest,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> None:
    """The head of the office that received it agrees; never who received or checked it.

    Raises:
        Refused: the actor worked on it or works elsewhere, it was not checked, or the day until
            which it was wanted is past.
        ChangedMeanwhile: ``version`` is not the version at hand.
    """
    _require_other(actor, row)
    need_version(row, version)
    _require_time(row, now_or(at))
    _decide(actor, row, S.APPROVED, "", at)


def refuse(
    actor: Actor,
    row: PublicationRequest,
    reason: str,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> None:
    """The head of the office refuses, with the reason that the unit is told.

    Raises:
        Refused: no reason, the actor worked on it or works elsewhere, or it is decided.
        ChangedMeanwhile: ``version`` is not the version at hand.
    """
    _require_other(actor, row)
    need_version(row, version)
    text = require_text(reason, _("Say why it is refused; the unit is told the reason."))[:500]
    _decide(actor, row, S.REFUSED, text, at)


def _require_other(actor: Actor, row: PublicationRequest) -> None:
    require_own(actor, row)
    if actor.user_id is None or actor.user_id in row.workers:
        raise Refused(
            _("Nobody decides about a request that they received or checked; ask another head.")
        )


def _decide(
    actor: Actor, row: PublicationRequest, to: RequestState, reason: str, at: datetime | None
) -> None:
    before = row.move(to)
    row.decided_at, row.decided_by, row.reason = now_or(at), actor.user_id, reason or None
    note(actor, row, before, reason)


def make_message(
    actor: Actor, row: PublicationRequest, author_line: str, *, at: datetime | None = None
) -> KeyMessage:
    """Begin a key message with the text of an approved request; pressed twice, it makes one.

    Raises:
        Refused: it is not approved, or belongs to another office.
    """
    require_own(actor, row)
    if row.message is not None:
        return row.message
    if row.as_state is not S.APPROVED:
        raise Refused(_("Only an approved request becomes a key message."))
    text = MessageText(
        title=row.subject,
        sentence=row.subject,
        body=row.text,
        valid_until=row.wanted_until,
        author_line=author_line,
        route=row.as_route,
    )
    row.message = services.create(actor, text, form_token=f"request-{row.id}", at=at)
    db.session.flush()
    return row.message


def tell(actor: Actor, row: PublicationRequest, on: date, how: Notice) -> None:
    """Write down when and how the unit was told what became of its request.

    Raises:
        Refused: it is not decided, its message is not published yet, the day lies in the future
            or before the decision, or it belongs to another office.
    """
    require_own(actor, row)
    if row.as_state is S.APPROVED and not (row.message and row.message.is_out):
        raise Refused(_("Publish the key message first, then tell the unit."))
    today = to_bangkok_date(now_or(None))
    decided = to_bangkok_date(row.decided_at) if row.decided_at else today
    if not decided <= on <= today:
        raise Refused(_("The unit was told between the decision and today; check the day."))
    before = row.move(S.TOLD)
    row.told_on, row.told_how, row.told_by = on, how.value, actor.user_id
    note(actor, row, before)
