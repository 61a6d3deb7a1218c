"""Registering many members at once: one insert per table, whatever their number.

The same rows that :func:`registry.members.services.register` would make, without a round trip
each.  Values must be checked before; the database's own constraints still hold.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from registry.audit.services import Actor
from registry.bulk import insert_ready, insert_rows, ready_rows, reserve_ids
from registry.channels.models import AudienceCount, Channel
from registry.members import normalise
from registry.members.consent_models import Consent, ConsentPurpose
from registry.members.consents import in_force, wordings_of
from registry.members.models import Member, MemberSpan, MemberState, MemberStateChange
from registry.members.sources import row_source
from registry.members.values import FIELDS, is_minor
from registry.networks.models import NetworkMember
from registry.vault import keyed_hash

Values = tuple[Any, ...]
DERIVED = ("search_text", "name_key", "name_block")
MEMBER = ("uid", *FIELDS, *DERIVED, "national_id_hash", "state", "joined_on", "confirmed_on",
          "office_id", "source", "source_file", "source_sha256", "source_row",
          "batch_id")  # fmt: skip
STAMP = ("created_at", "updated_at", "version")
_identity = itemgetter(*map(MEMBER.index, ("national_id_hash", "name_key", "province_code")))
BEGAN = ("member_id", "after", "on", "at", "actor_id")
SPAN = ("member_id", "province_code", "network_type", "from_on", "starts")
CONSENT = ("member_id", "purpose", "basis", "wording_id", "given_on", "source", "by_guardian")
JOINED = ("network_id", "member_id", "coordinator", "from_on")
CHANNEL = ("id", "member_id", "kind", "name", "url", "opened_on", "batch_id", "created_at",
           "version")  # fmt: skip
COUNT = ("channel_id", "on", "audience", "basis", "recorded_at")


class NewChannel(NamedTuple):
    """A channel of a new member; ``audience`` is absent where nobody said."""

    kind: str
    name: str
    url: str | None = None
    audience: int | None = None
    basis: str | None = None


class NewMember(NamedTuple):
    """A member to register: the values, the day of joining, and what comes with it.

    Attributes:
        values: as in :class:`MemberValues`, by field name; absent ones may be left out.
        office: id of the office that keeps the record.
        networks: ids of networks to join from that day on.
        row: the row's number in its file, kept as the source of the consent.
    """

    values: Mapping[str, Any]
    on: date
    office: int
    row: int | None = None
    channels: Sequence[NewChannel] = ()
    networks: Sequence[int] = ()
    consents: Sequence[ConsentPurpose] = ()


@dataclass(frozen=True)
class Source:
    """Where the rows come from: a file of a batch."""

    batch_id: int
    file: str
    sha256: str


class Prepared(NamedTuple):
    """A new member ready to be written: the table's row without id and time, and what hangs on it.

    Plain values only, so that many of them can be laid aside quickly.
    """

    row: Values
    on: date
    place: tuple[str, str]
    by_guardian: bool
    number: int | None
    channels: Sequence[Values]
    networks: Sequence[int]
    consents: Sequence[str]

    @property
    def identity(self) -> tuple[str | None, str, str]:
        """Hash of the national ID, key of the name, province: what no other new member has."""
        digest, name, province = _identity(self.row)
        return digest, name, province


def prepare(members: Iterable[NewMember], source: Source) -> list[Prepared]:
    """What can be done before the transaction begins: deriving, hashing, encrypting."""
    kept = list(members)
    rows = ready_rows(Member, MEMBER, (_member(member, source) for member in kept))
    return [_prepared(*pair) for pair in zip(kept, rows, strict=True)]


def _prepared(member: NewMember, row: Sequence[Any]) -> Prepared:
    values = member.values
    return Prepared(
        tuple(row),
        member.on,
        (values["province_code"], values["network_type"]),
        is_minor(values.get("birth_year"), member.on),
        member.row,
        [tuple(channel) for channel in member.channels],
        member.networks,
        [purpose.value for purpose in member.consents],
    )


def register_many(actor: Actor, members: Iterable[NewMember], source: Source) -> list[int]:
    """Register active members; the caller records one audit event for the whole batch.

    Returns:
        The ids of the new members, in their order.

    Raises:
        sqlalchemy.exc.IntegrityError: a national ID is registered already.
    """
    return register_prepared(actor, prepare(members, source), source)


def register_prepared(actor: Actor, prepared: Sequence[Prepared], source: Source) -> list[int]:
    """:func:`register_many` for members that were prepared."""
    now, active = datetime.now(UTC), MemberState.ACTIVE.value
    numbers = list(reserve_ids(Member, len(prepared)))
    pairs = list(zip(numbers, prepared, strict=True))
    (stamp,) = ready_rows(Member, STAMP, [(now, now, 1)])
    insert_ready(Member, ("id", *MEMBER, *STAMP), ((n, *one.row, *stamp) for n, one in pairs))
    began = ((number, active, one.on, now, actor.user_id) for number, one in pairs)
    insert_rows(MemberStateChange, BEGAN, began)
    spans = ((number, *one.place, one.on, "join") for number, one in pairs)
    insert_rows(MemberSpan, SPAN, spans)
    insert_rows(Consent, CONSENT, _consents(pairs, source))
    joined = ((n, number, False, one.on) for number, one in pairs for n in one.networks)
    insert_rows(NetworkMember, JOINED, joined)
    add_channels({number: (one.on, one.channels) for number, one in pairs}, source.batch_id, now)
    return numbers


def _member(member: NewMember, source: Source) -> Values:
    tell = member.values.get
    first, last, number = member.values["first_name"], tell("last_name"), tell("national_id")
    names = normalise.derived(tell("title"), first, last, tell("organisation"))
    return (
        *(secrets.token_hex(16), *map(tell, FIELDS), *(names[name] for name in DERIVED)),
        *(keyed_hash(number) if number else None, MemberState.ACTIVE.value, member.on, member.on),
        *(member.office, "import", source.file[:200], source.sha256, member.row, source.batch_id),
    )


def _consents(pairs: Iterable[tuple[int, Prepared]], source: Source) -> Iterator[Values]:
    wordings = {purpose.value: wordings_of(purpose) for purpose in ConsentPurpose}

    @cache
    def words(purpose: str, day: date) -> int | None:
        wording = in_force(wordings[purpose], day)
        return wording.id if wording else None

    for number, one in pairs:
        where = row_source(source.file, one.number, source.sha256)
        for purpose in one.consents:
            told = words(purpose, one.on)
            yield number, purpose, "consent", told, one.on, where, one.by_guardian


def add_channels(
    wanted: dict[int, tuple[date, Sequence[Values]]], batch_id: int | None, now: datetime
) -> None:
    """Channels of members with their first audience counts.

    Args:
        wanted: by member id, the day and the channels to open on it, each as :class:`NewChannel`.
    """
    rows = [(number, on, NewChannel(*one)) for number, (on, some) in wanted.items() for one in some]
    ids = list(reserve_ids(Channel, len(rows)))
    opened = (
        (own, number, channel.kind, channel.name[:200], channel.url, on, batch_id, now, 1)
        for own, (number, on, channel) in zip(ids, rows, strict=True)
    )
    insert_rows(Channel, CHANNEL, opened)
    counts = (
        (own, on, channel.audience, channel.basis, now)
        for own, (_, on, channel) in zip(ids, rows, strict=True)
        if channel.audience is not None
    )
    insert_rows(AudienceCount, COUNT, counts)
