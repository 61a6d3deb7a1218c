"""What a member's own work reached, month by month, and the certificate of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.members.models import Member
from registry.members.standing import need_standing
from registry.messages.ledger_models import LIVE, Dissemination, DisseminationState
from registry.periods.calendar import to_bangkok_date
from registry.portal.models import Certificate
from registry.portal.queries import OwnScope


@dataclass
class Own:
    """Figures of a month or of all; the three reaches are never added together.

    Attributes:
        potential, reported, evidenced: people; None where no figure is known, never 0.
    """

    times: int = 0
    accepted: int = 0
    potential: int | None = None
    reported: int | None = None
    evidenced: int | None = None

    def count(self, row: Dissemination, *, carries: bool) -> None:
        """Add a dissemination; one of each message and channel carries the channel's audience."""
        self.times += 1
        self.potential = _plus(self.potential, row.audience_potential if carries else None)
        self.reported = _plus(self.reported, row.audience_reported)
        if row.as_state is DisseminationState.ACCEPTED:
            self.accepted += 1
            proven = row.audience_reported if row.has_evidence else None
            self.evidenced = _plus(self.evidenced, proven)


def _plus(sum_: int | None, value: int | None) -> int | None:
    return sum_ if value is None else (sum_ or 0) + value


def my_rows(scope: OwnScope) -> list[Dissemination]:
    """What the member passed on and what counts, the earliest first."""
    d = Dissemination
    query = select(d).where(d.member_id == scope.member_id, d.state.in_(LIVE))
    return list(db.session.scalars(query.order_by(d.at, d.id)))


def by_month(rows: Iterable[Dissemination]) -> dict[int, Own]:
    """Figures by fiscal month (numbers of :mod:`registry.periods.calendar`)."""
    found: dict[int, Own] = {}
    carried: set[tuple[int, int]] = set()
    for row in rows:
        key = (row.message_id, row.channel_id)
        found.setdefault(row.month, Own()).count(row, carries=key not in carried)
        carried.add(key)
    return found


def whole(rows: Iterable[Dissemination]) -> Own:
    """Figures of all the rows."""
    total, carried = Own(), set()
    for row in rows:
        key = (row.message_id, row.channel_id)
        total.count(row, carries=key not in carried)
        carried.add(key)
    return total


def my_certificates(scope: OwnScope) -> list[Certificate]:
    """The member's certificates, the latest first."""
    query = select(Certificate).where(Certificate.member_id == scope.member_id)
    return list(db.session.scalars(query.order_by(Certificate.id.desc())))


def my_certificate(scope: OwnScope, certificate_id: int) -> Certificate:
    """One of the member's certificates.

    Raises:
        NotFound: it is another's, or there is none.
    """
    query = select(Certificate).where(
        Certificate.id == certificate_id, Certificate.member_id == scope.member_id
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"certificate {certificate_id}")
    return found


def still_holds(certificate: Certificate) -> bool:
    """Whether the register still holds as much as a certificate tells of its days.

    A report that was taken back, or is no longer accepted, takes from it; a later one adds only.
    """
    span = (certificate.since, certificate.until)
    rows = [row for row in my_rows(OwnScope(member_id=certificate.member_id)) if _counts(row)]
    now = _counted([row for row in rows if span[0] <= row.on <= span[1]])
    return all((value or 0) >= (getattr(certificate, name) or 0) for name, value in now.items())


def _counts(row: Dissemination) -> bool:
    return row.as_state is DisseminationState.ACCEPTED


def _counted(rows: list[Dissemination]) -> dict[str, int | None]:
    """What a certificate tells of accepted reports."""
    return {
        "messages": len({row.message_id for row in rows}),
        "disseminations": len(rows),
        "reached": whole(rows).evidenced,
    }


def certify(actor: Actor, scope: OwnScope, member: Member) -> Certificate:
    """Make a certificate of what the office accepted; the same figures of a day make the same one.

    Raises:
        Refused: nothing was accepted yet.
    """
    need_standing(member)  # the same wish sent twice at once waits its turn
    rows = [row for row in my_rows(scope) if _counts(row)]
    if not rows:
        raise Refused(_("No report of yours was accepted yet; a certificate needs one at least."))
    figures = {
        "office_id": member.office_id,
        "since": min(row.on for row in rows),
        "until": max(row.on for row in rows),
        **_counted(rows),
    }
    for earlier in my_certificates(scope)[:1]:
        same_day = to_bangkok_date(earlier.made_at) == to_bangkok_date(datetime.now(UTC))
        if same_day and all(getattr(earlier, name) == value for name, value in figures.items()):
            return earlier
    made = Certificate(member_id=member.id, made_at=datetime.now(UTC), **figures)
    db.session.add(made)
    db.session.flush()
    place = member.province_code
    record(actor, Action.CERTIFICATE_MAKE, "member", member.id, province=place, code=made.code)
    return made
