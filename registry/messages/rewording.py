"""A published wording that was wrong: proposed with the correction, put in by a reviewing head.

What was wrong and what is right is told at once; the text itself never changes on one person's
word.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.messages.message_text import Wording
from registry.messages.models import Correction, KeyMessage


def differing(message: KeyMessage, wording: Wording | None) -> dict[str, Any] | None:
    """The fields that a proposed wording would change; None where it changes nothing."""
    values = wording.values() if wording else {}
    return {key: value for key, value in values.items() if getattr(message, key) != value} or None


def require_proposable(message: KeyMessage, version: int | None) -> None:
    """The office may publish, no other wording waits, and the author saw the present one.

    Raises:
        Refused: one of these does not hold.
    """
    _require_right(message)
    if message.proposal:
        raise Refused(
            _(
                "A new wording of “%(title)s” already waits for a head; leave the wording as it "
                "is and say only what was wrong and what is right, or ask the head to look.",
                title=message.title,
            )
        )
    need_version(message, version)


def put_in(actor: Actor, message: KeyMessage) -> None:
    """Let the proposed wording take the place of the present one, which is kept.

    Raises:
        Refused: the office may not publish any more.
    """
    row = message.proposal
    if row is None or row.after is None:
        return
    _require_right(message)
    row.before = {key: _plain(getattr(message, key)) for key in row.after}
    for key, value in row.after.items():
        setattr(message, key, value)
    record(actor, Action.MESSAGE_UPDATE, "message", message.id, fields=sorted(row.after))
    db.session.flush()


def decline(message: KeyMessage) -> None:
    """Leave the wording as it is; what was proposed stays readable inside."""
    row: Correction | None = message.proposal
    if row is not None:
        row.declined = True


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else list(value)


def _require_right(message: KeyMessage) -> None:
    if not message.office.may_publish:
        raise Refused(
            _("Your office may not publish at present; say only what was wrong and what is right.")
        )
