"""Subscribing, telling the subscribers of a report, and that it was opened.

Whether one is told is a person's own convenience, so the audit trail does not note it.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select, update

from registry.access.models import User
from registry.audit.services import Actor
from registry.db import db
from registry.outbox import holds
from registry.outbox.models import DeliveryState, Way
from registry.periods.calendar import PeriodKind, utc_now
from registry.periods.models import SealedPeriod
from reports.subscriptions.models import ReportNotice, ReportSubscription


def subscribe(actor: Actor, kinds: Collection[str]) -> None:
    """Be told of the periods of these lengths from now on, and of no others."""
    mine = ReportSubscription.user_id == actor.user_id
    known = set(db.session.scalars(select(ReportSubscription.kind).where(mine)))
    wanted = {kind.value for kind in PeriodKind} & set(kinds)
    db.session.execute(
        delete(ReportSubscription).where(mine, ReportSubscription.kind.not_in(wanted))
    )
    db.session.add_all(
        ReportSubscription(user_id=actor.user_id, kind=kind, created_at=utc_now())
        for kind in sorted(wanted - known)
    )
    db.session.flush()


def announce(row: SealedPeriod) -> None:
    """Tell the subscribers of a revision, in the transaction that enters it: once each.

    Without a mail server there is no letter, be it set up later.
    """
    by_mail = Way.EMAIL in holds.set_up()
    state = DeliveryState.QUEUED if by_mail else DeliveryState.CANCELLED
    people = select(ReportSubscription.user_id).join(User, ReportSubscription.user_id == User.id)
    wanted = people.where(ReportSubscription.kind == row.kind, User.active)
    db.session.add_all(
        ReportNotice(
            user_id=user_id,
            code=row.code,
            revision=row.revision,
            state=state.value,
            due_at=row.closed_at,
        )
        for user_id in db.session.scalars(wanted).all()
    )
    db.session.flush()


def opened(actor: Actor, code: str) -> None:
    """A person opened a period's report: it is new to them no more."""
    mine = update(ReportNotice).where(
        ReportNotice.user_id == actor.user_id, ReportNotice.code == code
    )
    db.session.execute(mine.where(ReportNotice.opened_at.is_(None)).values(opened_at=utc_now()))
