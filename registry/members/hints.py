"""What an officer learns about a possible duplicate elsewhere: the office, and nothing else.

Each look is an audit event, once per member and hour; after some members in an hour the hints
stop, so that nobody can ask through the registry of another office by typing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor, record
from registry.db import db
from registry.members.duplicates import Match

PER_HOUR = 20
"""Different members of other offices of whom one officer gets hints within an hour."""


@dataclass(frozen=True)
class Hint:
    """A possible duplicate outside the scope; ``member_id`` never reaches a page in clear."""

    member_id: int
    office: Office


def hinted(actor: Actor) -> set[int]:
    """The members of whom somebody got a hint within the last hour."""
    query = select(AuditEvent.object_id).where(
        AuditEvent.actor_id == actor.user_id,
        AuditEvent.action == Action.MEMBER_HINT.value,
        AuditEvent.at > datetime.now(UTC) - timedelta(hours=1),
    )
    return {int(number) for number in db.session.scalars(query)}


def give_hints(actor: Actor, matches: Collection[Match]) -> tuple[list[Hint], bool]:
    """Hints for the matches outside the scope, each noted; True where some were held back."""
    outside = [match for match in matches if not match.inside]
    seen = hinted(actor) if outside else set()
    hints = []
    for match in outside:
        if match.member_id not in seen:
            if len(seen) >= PER_HOUR:
                continue
            seen.add(match.member_id)
            _note(actor, match)
        hints.append(Hint(match.member_id, db.session.get_one(Office, match.office_id)))
    return hints, len(hints) < len(outside)


def _note(actor: Actor, match: Match) -> None:
    office = db.session.get_one(Office, match.office_id)
    record(actor, Action.MEMBER_HINT, "member", match.member_id, office=office.code)
