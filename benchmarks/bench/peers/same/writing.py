"""What comes with new members, in bulk; import after Django is set up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from import_export.results import RowResult

from benchmarks.bench.peers.django_models import Channel
from benchmarks.bench.peers.same.models import (
    AudienceCount,
    Consent,
    Span,
    StateChange,
    WholeMember,
)

BATCH = 1000
PURPOSES = ("registry", "messages")
ESTIMATED = frozenset({"loudspeaker", "face_to_face"})
BASIS = "จำนวนตามแบบสมัคร"
FLAGS = {RowResult.IMPORT_TYPE_NEW: ADDITION, RowResult.IMPORT_TYPE_UPDATE: CHANGE}


def prepare() -> User:
    """Create the tables of Django's admin, and somebody who imports."""
    with connection.schema_editor() as editor:
        for model in (ContentType, Permission, Group, User, LogEntry):
            editor.create_model(model)
    return User.objects.create(username="bench")


class Hangers:
    """Writes what hangs on new members: channels, counts, consents, states and spans."""

    def __init__(self) -> None:
        self.wordings = {purpose: list(_wordings(purpose)) for purpose in PURPOSES}

    def write(self, members: Sequence[WholeMember]) -> None:
        """Write it; the members have their ids."""
        _channels(members)
        _bulk(Consent, (one for member in members for one in self._consents(member)))
        _bulk(StateChange, (_state(member) for member in members))
        _bulk(Span, (_span(member) for member in members))

    def _consents(self, member: WholeMember) -> Iterator[Consent]:
        day = member.joined_on
        source = f"{member.source_file} #{member.source_row} ({member.source_sha256[:12]})"
        for purpose in PURPOSES if member.agreed else ():
            wordings = self.wordings[purpose]
            valid = next((number for number, since in wordings if since <= day), wordings[-1][0])
            yield Consent(member_id=member.pk, purpose=purpose, wording_id=valid, given_on=day,
                          source=source)  # fmt: skip


def _wordings(purpose: str) -> Iterator[tuple[int, date]]:
    """Versions of the words for a purpose, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute("select id, valid_from from consent_wording where purpose = %s "
                       "order by version desc", [purpose])  # fmt: skip
        for number, since in cursor.fetchall():
            yield number, since if isinstance(since, date) else date.fromisoformat(since)


def _channels(members: Sequence[WholeMember]) -> None:
    opened = [
        (Channel(member_id=member.pk, kind=kind, name=name, opened_on=member.joined_on), audience)
        for member in members
        for kind, name, audience in [member.channel]
    ]
    _bulk(Channel, (channel for channel, _ in opened))
    _bulk(AudienceCount, (_count(*pair) for pair in opened if pair[1] is not None))


def _count(channel: Channel, audience: int) -> AudienceCount:
    basis = BASIS if channel.kind in ESTIMATED else None
    return AudienceCount(channel_id=channel.pk, on=channel.opened_on, audience=audience,
                         basis=basis)  # fmt: skip


def _state(member: WholeMember) -> StateChange:
    return StateChange(member_id=member.pk, after=member.state, on=member.joined_on)


def _span(member: WholeMember) -> Span:
    return Span(member_id=member.pk, province_code=member.province_code,
                network_type=member.network_type, from_on=member.joined_on)  # fmt: skip


def _bulk(model: Any, rows: Iterable[Any]) -> None:
    model.objects.bulk_create(rows, batch_size=BATCH)


def log(result: Any, user: User) -> None:
    """One entry per row in the log of Django's admin, as import-export's admin writes it."""
    for kind, flag in FLAGS.items():
        instances = [row.instance for row in result.rows if row.import_type == kind]
        if instances:
            LogEntry.objects.log_actions(user.pk, instances, flag, f"{kind} through import_export")
