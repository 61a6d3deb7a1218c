"""What an officer learns about a possible duplicate elsewhere: the office, and nothing else.

Each look is an audit event, once per member and hour.  After some members in an hour nobody else
outside the scope is looked for: neither a hint, nor a count, nor a refusal says then whether
somebody exists there, so that nobody can ask through the registry of another office by typing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.members.duplicates import Match, Probe, find_matches
from registry.vault import keyed_hash

PER_HOUR = 20
"""Different members of other offices of whom one officer gets hints within an hour."""


@dataclass(frozen=True)
class Hint:
    """A possible duplicate outside the scope; ``member_id`` reaches a page encrypted only."""

    member_id: int
    office: Office


def hinted(actor: Actor) -> set[int]:
    """The members of whom somebody got a hint within the last hour."""
    query = select(AuditEvent.object_id).where(
        AuditEvent.actor_id == actor.user_id,
        AuditEvent.action == Action.MEMBER_HINT.value,
        AuditEvent.object_type == "member",
        AuditEvent.at > datetime.now(UTC) - timedelta(hours=1),
    )
    return {int(number) for number in db.session.scalars(query)}


def reach(actor: Actor) -> set[int] | None:
    """The members outside the scope that may be looked for: all (None), or those hinted already."""
    seen = hinted(actor)
    return seen if len(seen) >= PER_HOUR else None


def need_reach(actor: Actor, scope: Scope, national_id: str | None) -> None:
    """Refuse to say whether a national ID is registered elsewhere once the allowance is used up.

    Raises:
        Refused: it is used up, and nobody who may be seen or was hinted at has the number.
    """
    beyond = reach(actor)
    if not national_id or beyond is None:
        return
    probe = Probe(national_id_hash=keyed_hash(national_id))
    if not find_matches(scope, [probe], beyond=beyond)[0]:
        raise Refused(
            _(
                "You looked up many people of other offices within the hour; leave the national "
                "ID blank for now, or save again later."
            )
        )


def give_hints(actor: Actor, matches: Collection[Match]) -> tuple[list[Hint], bool]:
    """Hints for the matches outside the scope, each noted; True once the allowance is used up."""
    outside = [match for match in matches if not match.inside]
    seen = hinted(actor)
    hints = []
    for match in outside:
        if match.member_id not in seen:
            if len(seen) >= PER_HOUR:
                continue
            seen.add(match.member_id)
            _note(actor, match)
        hints.append(Hint(match.member_id, db.session.get_one(Office, match.office_id)))
    return hints, len(seen) >= PER_HOUR


def _note(actor: Actor, match: Match) -> None:
    office = db.session.get_one(Office, match.office_id)
    record(actor, Action.MEMBER_HINT, "member", match.member_id, office=office.code)
