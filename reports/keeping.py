"""Keeping sealed reports, and destroying them when their time is over: never silently.

A report is kept until the day that was sealed with it.  Afterwards it may be destroyed, if nobody
holds it: one person proposes a list, another one decides, and a certificate tells what was
destroyed, by the hashes that the seals bear.  The figures stay, and what proves the seals behind
(see :data:`reports.archive.STAYS`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from registry.access.queries import names_of
from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db, unit_of_work
from registry.disk import locked
from registry.documents.cells import clean_text
from registry.errors import NotFound, Refused
from registry.jobs import Progress, enqueue, handles
from registry.periods.keeping_models import LONGEST_REASON, Disposal, DisposalItem, ReportHold
from registry.periods.models import SealedPeriod
from registry.periods.names import named
from reports.archive import clear
from reports.books import LANGUAGE
from reports.certificate import certificate_of
from reports.chain import all_closed, archive_root, home
from reports.manifest import MANIFEST, Manifest, sha256_of
from reports.services import SHORTEST_REASON, refuse_destroyed

DESTROY = "report-destroy"


def holds() -> dict[str, ReportHold]:
    """The holds in force, by the period that they keep."""
    rows = db.session.scalars(select(ReportHold).where(ReportHold.lifted_at.is_(None)))
    return {row.code: row for row in rows}


def past_holds() -> list[ReportHold]:
    """Holds that were lifted, the latest first."""
    lifted = select(ReportHold).where(ReportHold.lifted_at.is_not(None))
    return list(db.session.scalars(lifted.order_by(ReportHold.id.desc())))


def hold(actor: Actor, code: str, reason: str) -> ReportHold:
    """Keep all revisions of a period until the hold is lifted.

    Raises:
        NotFound: the period is not closed.
        Refused: nobody says why, it is held already, or destroyed.
    """
    revisions = _locked(SealedPeriod.code == code)
    if not revisions:
        raise NotFound
    refuse_destroyed(revisions[-1])
    if code in holds():
        raise Refused(_("%(period)s is held already.", period=named(code)))
    row = ReportHold(
        code=code, reason=_reason(reason), placed_by=actor.user_id, placed_at=datetime.now(UTC)
    )
    db.session.add(row)
    record(actor, Action.REPORT_HOLD, "period", code, reason=row.reason)
    return row


def lift(actor: Actor, hold_id: int, reason: str) -> ReportHold:
    """End a hold.

    Raises:
        NotFound: there is no such hold in force.
        Refused: nobody says why.
    """
    row = db.session.get(ReportHold, hold_id)
    if row is None or row.lifted_at is not None:
        raise NotFound
    row.lifted_because, row.lifted_by = _reason(reason), actor.user_id
    row.lifted_at = datetime.now(UTC)
    record(actor, Action.REPORT_HOLD_LIFT, "period", row.code, reason=row.lifted_because)
    return row


def due(today: date) -> list[SealedPeriod]:
    """Revisions whose time is over, that nobody holds and that are on no open list."""
    held, listed = holds(), {item.sealed_id for one in disposals() for item in _open(one)}
    return [
        row
        for row in all_closed()
        if row.keep_until < today
        and row.destroyed_at is None
        and row.code not in held
        and row.id not in listed
    ]


def disposals() -> list[Disposal]:
    """All lists, the latest first."""
    return list(db.session.scalars(select(Disposal).order_by(Disposal.id.desc())))


def disposal(number: int, *, locked: bool = False) -> Disposal:
    """A list by its number.

    Args:
        locked: whether nobody else may decide about it meanwhile.

    Raises:
        NotFound: there is none.
    """
    row = db.session.get(Disposal, number, with_for_update=locked, populate_existing=locked)
    if row is None:
        raise NotFound
    return row


def propose(actor: Actor, chosen: Sequence[int], reason: str, *, today: date) -> Disposal:
    """Propose that revisions be destroyed.

    Args:
        chosen: ids of revisions of :func:`due`.

    Raises:
        Refused: none is chosen, one of them may not be destroyed, or nobody says why.
    """
    _locked(SealedPeriod.id.in_(chosen))
    known = {row.id: row for row in due(today)}
    if not chosen:
        raise Refused(_("Choose the reports that are to be destroyed."))
    if not set(chosen) <= known.keys():
        raise Refused(
            _("One of these reports is held, listed or destroyed by now; look at the list anew.")
        )
    row = Disposal(
        reason=_reason(reason),
        proposed_by=actor.user_id,
        proposed_at=datetime.now(UTC),
        items=[DisposalItem(sealed_id=number) for number in sorted(set(chosen))],
    )
    db.session.add(row)
    db.session.flush()
    _record(actor, Action.REPORT_DISPOSAL, row, count=len(row.items), reason=row.reason)
    return row


def decide(actor: Actor, number: int, remark: str, *, approve: bool) -> Disposal:
    """Approve or refuse a list; what is approved is destroyed in the background.

    Raises:
        NotFound: there is no such list.
        Refused: it is decided already, one proposed it oneself, or refuses without a reason.
    """
    row = disposal(number, locked=True)
    if row.approved is not None:
        raise Refused(_("This list is decided already."))
    if row.proposed_by == actor.user_id:
        raise Refused(_("Somebody other than who proposed the list has to decide about it."))
    row.remark = clean_text(remark).strip()[:LONGEST_REASON] if approve else _reason(remark)
    row.approved, row.decided_by, row.decided_at = approve, actor.user_id, datetime.now(UTC)
    _record(actor, Action.REPORT_DISPOSAL_DECIDE, row, to="approved" if approve else "refused")
    if approve:
        _carry_out(actor, row)
    return row


def go_on(actor: Actor, number: int) -> None:
    """Try again what could not be destroyed of an approved list.

    Raises:
        NotFound: there is no such list.
        Refused: nothing of it is left to be done.
    """
    row = disposal(number)
    if row.state != "approved":
        raise Refused(_("Nothing of this list is left to be done."))
    _carry_out(actor, row)


def _carry_out(actor: Actor, row: Disposal) -> None:
    args = {"disposal": row.id, "user": actor.user_id, "office": actor.office_id}
    enqueue(DESTROY, args, user_id=actor.user_id)


@handles(DESTROY)
def destroy(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Destroy what was approved, one report after the other; killed in between, it goes on."""
    actor = Actor(args["user"], "job", args["office"])
    with locked(archive_root()):
        db.session.rollback()
        row = disposal(args["disposal"])
        left = [item.id for item in _open(row)] if row.approved else []
        db.session.rollback()
        for number, item_id in enumerate(left):
            progress("destroying", number, len(left))
            with unit_of_work():
                _destroy(actor, item_id)
        with unit_of_work():
            _certify(actor, disposal(args["disposal"], locked=True))
    return {"disposal": args["disposal"]}


def _destroy(actor: Actor, item_id: int) -> None:
    """Destroy one report, unless it is held; who wants to hold it at this moment waits."""
    item = db.session.get_one(DisposalItem, item_id)
    (row,) = _locked(SealedPeriod.id == item.sealed_id)
    item.problem = None
    item.destroyed_at, item.held = row.destroyed_at, row.code in holds()
    if item.settled:
        return
    try:
        _require_over(row)
        clear(home(row))
    except (OSError, ValueError, TypeError, KeyError, Refused) as error:
        item.problem = str(getattr(error, "strerror", None) or error)[:200]
        return
    item.destroyed_at = row.destroyed_at = datetime.now(UTC)
    record(
        actor,
        Action.REPORT_DESTROY,
        "period",
        row.code,
        revision=row.revision,
        file_sha256=row.manifest_sha256,
        disposal=item.disposal_id,
    )


def _require_over(row: SealedPeriod) -> None:
    """The folder is that of the report, and by its own seal the time of keeping is over."""
    path = home(row) / MANIFEST
    if sha256_of(path) != row.manifest_sha256:
        raise Refused(_("%(file)s was altered; verify the period first.", file=MANIFEST))
    sealed = Manifest.load(path).keep_until
    if sealed not in {None, row.keep_until.isoformat()}:
        raise Refused(_("By its seal it is kept until %(day)s.", day=sealed))


def _certify(actor: Actor, row: Disposal) -> None:
    """Make the certificate once, as soon as nothing is left to be done."""
    if row.state != "done" or row.certificate is not None:
        return
    ids = {one for one in (row.proposed_by, row.decided_by) if one is not None}
    with force_locale(LANGUAGE):
        row.certificate = certificate_of(row, names_of(Scope.all(), ids))
    digest = hashlib.sha256(row.certificate).hexdigest()
    _record(actor, Action.REPORT_DESTROY, row, count=len(row.items), file_sha256=digest)


def _locked(condition: ColumnElement[bool]) -> Sequence[SealedPeriod]:
    """Revisions, the latest last, of which nobody else changes whether they are kept."""
    query = select(SealedPeriod).where(condition).order_by(SealedPeriod.revision)
    held = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(held).all()


def _open(row: Disposal) -> list[DisposalItem]:
    return [] if row.approved is False else [item for item in row.items if not item.settled]


def _record(actor: Actor, action: Action, row: Disposal, **details: Any) -> None:
    record(actor, action, "disposal", row.id, **details)


def _reason(text: str) -> str:
    reason = clean_text(text).strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Refused(
            _(
                "Write in %(least)s to %(most)s letters why: the reason is kept.",
                least=SHORTEST_REASON,
                most=LONGEST_REASON,
            )
        )
    return reason
