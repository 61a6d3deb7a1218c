"""What people decide about a release: a second person says yes, or it is called off."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.versions import need_version
from registry.audit.services import Actor
from registry.db import db
from registry.errors import NotFound, Refused
from registry.messages.models import KeyMessage
from registry.messages.quiet import machines_from
from registry.messages.recipients import NOTICES
from registry.messages.release_models import Release, ReleaseState
from registry.messages.rules import require_text
from registry.messages.settling import end_if_settled, locked, note_turn, turn, was_tried
from registry.outbox.dropping import drop_waiting
from registry.outbox.models import SendingRequest
from registry.outbox.queries import GOING


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
                "“%(title)s” is being sent; first call off what was not sent yet, on the page of "
                "the sending (under “Sendings”), or correct or withdraw the message once it is "
                "out.",
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
    """Call a release off; of one that runs, whatever surely had no effect so far.

    What was sent stays sent, and what is on its way or in doubt goes to its end.  Of many
    deliveries the pulse drops the rest; from now on none of them is sent.

    Raises:
        Refused: nothing of it waits any more, or no reason is given.
        NotFound: it is another office's.
    """
    reason = require_text(reason, _("Say why it is called off."))
    release, at = locked(release.id), datetime.now(UTC)
    _require_own(actor, release)
    if release.as_purpose in NOTICES:
        raise Refused(
            _("Everybody who has the message must be told; this sending cannot be called off.")
        )
    begun = release.machines_done
    dropped = release.dropping_since is None and drop_waiting(release, at)
    if not begun or (dropped and _is_all_off(release)):
        turn(actor, release, ReleaseState.CANCELLED, at, reason)
    elif dropped:
        release.reason = _("What had not been sent was called off: %(why)s", why=reason)[:500]
        note_turn(actor, release, release.as_state, reason)
        end_if_settled(release, at)
    else:
        raise Refused(_("Nothing of this sending waits any more; reload the page."))


def _is_all_off(release: Release) -> bool:
    """Whether a running release has nothing that was sent, tried, or goes on."""
    row = SendingRequest
    going = select(row.id).where(row.release_id == release.id, row.state.in_(GOING))
    if release.as_state is not ReleaseState.RUNNING or was_tried(release):
        return False
    return db.session.scalar(going.limit(1)) is None


def _require_own(actor: Actor, release: Release) -> None:
    if actor.office_id != release.office_id:
        raise NotFound(f"release {release.id}")
