"""What becomes of a release before it runs: a second person says yes, or it is called off."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import gettext as _
from sqlalchemy import select, update

from registry.access.versions import need_version
from registry.audit.services import Actor
from registry.db import db
from registry.errors import NotFound, Refused
from registry.messages.models import KeyMessage
from registry.messages.quiet import machines_from
from registry.messages.release_models import Release, ReleaseState
from registry.messages.rules import require_text
from registry.messages.settling import locked, turn
from registry.outbox.models import Delivery, DeliveryState


def require_idle(message: KeyMessage) -> None:
    """What is being sent is not taken back; corrected or withdrawn it can be once it is out.

    Raises:
        Refused: a release of the message runs.
    """
    query = select(Release.id).where(
        Release.message_id == message.id, Release.state == ReleaseState.RUNNING.value
    )
    if not message.is_out and db.session.scalar(query.limit(1)) is not None:
        raise Refused(
            _(
                "“%(title)s” is being sent; call the sending off first, or correct or withdraw the "
                "message once it is out.",
                title=message.title,
            )
        )


def confirm(actor: Actor, release: Release, *, version: int) -> None:
    """A second person of the office says yes; who planned it cannot.

    Raises:
        Refused: it is the actor's own plan, another office's, or no longer waits.
        ChangedMeanwhile: ``version`` is not the one that the page showed.
    """
    release = locked(release.id)
    _require_own(actor, release)
    need_version(release, version)
    if actor.user_id is None or actor.user_id == release.created_by:
        raise Refused(_("Somebody else of the office has to confirm what you planned yourself."))
    now = datetime.now(UTC)
    release.confirmed_by, release.confirmed_at = actor.user_id, now
    begins = max(release.planned_at, now)
    release.machines_at = machines_from(begins, urgent=release.urgent)
    turn(actor, release, ReleaseState.SCHEDULED, now)


def cancel(actor: Actor, release: Release, reason: str) -> None:
    """Call a release off before it runs; tasks for people that it made already are called off too.

    Raises:
        Refused: it is another office's, it runs, or no reason is given.
    """
    reason = require_text(reason, _("Say why it is called off."))
    release = locked(release.id)
    _require_own(actor, release)
    turn(actor, release, ReleaseState.CANCELLED, datetime.now(UTC), reason)
    drop_waiting(release)


def _require_own(actor: Actor, release: Release) -> None:
    if actor.office_id != release.office_id:
        raise NotFound(f"release {release.id}")


def drop_waiting(release: Release) -> None:
    """Deliveries that nobody began are not made any more."""
    row = Delivery
    waiting = (row.release_id == release.id, row.state == DeliveryState.QUEUED.value)
    gone = {"state": DeliveryState.CANCELLED.value, "settled_at": datetime.now(UTC)}
    db.session.execute(update(row).where(*waiting, row.request_id.is_(None)).values(gone))
