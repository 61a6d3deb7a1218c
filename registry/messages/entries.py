"""One dissemination as it was told, and the check of it against what is known of that day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select

from registry.access.scope import Scope
from registry.bulk import among
from registry.channels.models import ESTIMATED, AudienceCount, Channel, ChannelKind
from registry.db import db
from registry.errors import Refused
from registry.i18n import day
from registry.members.models import Member, MemberSpan
from registry.members.queries import visible
from registry.messages import late
from registry.messages.ledger_models import Dissemination, DisseminationState, Recipient
from registry.messages.models import KeyMessage
from registry.messages.rules import LARGEST_AUDIENCE, clean_link
from registry.messages.visibility import message_within
from registry.periods.calendar import month_of, to_bangkok_date

CLOCKS_APART = timedelta(minutes=2)


@dataclass(frozen=True)
class DisseminationEntry:
    """A member passed a message on, as told.

    Attributes:
        at: aware; where only the day is known, any hour of it with ``time_known=False``.
        audience_reported: people, the member's own figure; None when not told.
        basis: on what an estimate rests (loudspeaker, radio, face to face).
        evidence: name of a stored picture, with its content type.
    """

    message_id: int
    member_id: int
    channel_id: int
    at: datetime
    audience_reported: int | None = None
    link: str | None = None
    basis: str | None = None
    time_known: bool = True
    evidence: str | None = None
    evidence_type: str | None = None


class Result(StrEnum):
    """What became of an entry."""

    NEW = "new"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """What became of an entry: its id, or the field that is wrong and one sentence."""

    result: Result
    id: int | None = None
    field: str = ""
    problem: str = ""


class Fault(Refused):
    """An entry is refused because of one of its fields."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Known:
    """What a batch of entries speaks of, read set by set: nothing is asked row by row."""

    def __init__(
        self, scope: Scope, entries: Sequence[DisseminationEntry], *, lock: bool = True
    ) -> None:
        members = {entry.member_id for entry in entries}
        channels = {entry.channel_id for entry in entries}
        messages = {entry.message_id for entry in entries}
        self.members = _members(scope, members, lock=lock)
        self.messages = _messages(scope, messages, lock=lock)
        self.last_days = late.last_days(self.messages.values())
        self.channels = _channels(channels)
        self.counts = _counts(channels)
        self.spans = _spans(members)
        self.recipients = _recipients(messages, members)
        self.live = _live(messages, channels)

    def span_on(self, member_id: int, on: date) -> Row[Any] | None:
        """The span in which a member was active on a day."""
        for span in self.spans.get(member_id, ()):
            if span.from_on <= on and (span.to_on is None or span.to_on > on):
                return span
        return None

    def count_on(self, channel_id: int, on: date) -> Row[Any] | None:
        """A channel's latest count on or before a day."""
        before = [row for row in self.counts.get(channel_id, ()) if row.on <= on]
        return before[-1] if before else None

    def twin(self, entry: DisseminationEntry, *, once_a_day: bool) -> int | None:
        """The dissemination that says the same already: that moment's, or that day's."""
        on = to_bangkok_date(entry.at)
        for row in self.live.get((entry.message_id, entry.channel_id), ()):
            if row.at == entry.at or (once_a_day and row.on == on):
                return int(row.id)
        return None


def _members(scope: Scope, ids: set[int], *, lock: bool) -> set[int]:
    """Members in scope; locked, so that the same report sent twice at once waits its turn."""
    query = select(Member.id).where(among(Member.id, ids), visible(scope)).order_by(Member.id)
    locked = query.with_for_update(key_share=True, of=Member) if lock else query
    return set(db.session.scalars(locked))


def _messages(scope: Scope, ids: set[int], *, lock: bool) -> dict[int, KeyMessage]:
    """Messages in scope; locked, so that none is taken back before the report of it stands."""
    query = select(KeyMessage).where(KeyMessage.id.in_(ids), message_within(scope))
    if lock:
        query = query.order_by(KeyMessage.id).with_for_update(read=True, of=KeyMessage)
        query = query.execution_options(populate_existing=True)
    return {row.id: row for row in db.session.scalars(query)}


def _grouped(rows: Iterable[Row[Any]], key: int = 0) -> dict[int, list[Row[Any]]]:
    groups: dict[int, list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def _channels(ids: set[int]) -> dict[int, Row[Any]]:
    columns: tuple[Any, ...] = (
        Channel.id,
        Channel.member_id,
        Channel.kind,
        Channel.name,
        Channel.retired_on,
    )
    query = select(*columns).where(among(Channel.id, ids))
    return {row[0]: row for row in db.session.execute(query)}


def _counts(ids: set[int]) -> dict[int, list[Row[Any]]]:
    columns = (
        AudienceCount.channel_id,
        AudienceCount.on,
        AudienceCount.audience,
        AudienceCount.basis,
    )
    query = select(*columns).where(among(AudienceCount.channel_id, ids))
    return _grouped(db.session.execute(query.order_by(AudienceCount.on)))


def _spans(ids: set[int]) -> dict[int, list[Row[Any]]]:
    columns = (
        MemberSpan.member_id,
        MemberSpan.from_on,
        MemberSpan.to_on,
        MemberSpan.province_code,
        MemberSpan.network_type,
    )
    query = select(*columns).where(among(MemberSpan.member_id, ids))
    return _grouped(db.session.execute(query.order_by(MemberSpan.from_on)))


def _recipients(messages: set[int], ids: set[int]) -> dict[tuple[int, int], int]:
    """The office through which each message reached each member."""
    columns = (Recipient.message_id, Recipient.member_id, Recipient.office_id)
    query = select(*columns).where(
        Recipient.message_id.in_(messages), among(Recipient.member_id, ids)
    )
    return {(row[0], row[1]): row[2] for row in db.session.execute(query)}


def _live(messages: set[int], ids: set[int]) -> dict[tuple[int, int], list[Row[Any]]]:
    """Disseminations that were not withdrawn, by message and channel."""
    d = Dissemination
    found: dict[tuple[int, int], list[Row[Any]]] = {}
    columns: tuple[Any, ...] = (d.message_id, d.channel_id, d.id, d.at, d.on)
    query = select(*columns).where(
        d.message_id.in_(messages),
        among(d.channel_id, ids),
        d.state != DisseminationState.WITHDRAWN.value,
    )
    for row in db.session.execute(query):
        found.setdefault((row[0], row[1]), []).append(row)
    return found


def check(
    entry: DisseminationEntry, known: Known, now: datetime, source: str = "officer"
) -> dict[str, Any]:
    """Column values of an entry that holds.

    Args:
        source: who tells it; a member's own report is judged by the day on which it comes in.

    Raises:
        Fault: it does not; with the field and one sentence.
    """
    message = known.messages.get(entry.message_id)
    if message is None or message.published_at is None:
        raise Fault("message", _("This message was not found or is not published yet."))
    on = to_bangkok_date(entry.at)
    _check_time(entry, message, now)
    _check_closed(message, known, late.judged_day(source, entry.at, now))
    span = _span_of(entry, known, on)
    channel = _channel_of(entry, known, on)
    count = known.count_on(entry.channel_id, on)
    reached = known.recipients.get((entry.message_id, entry.member_id))
    return {
        "month": month_of(on),
        "on": on,
        "office_id": reached or message.office_id,
        "province_code": span.province_code,
        "network_type": span.network_type,
        "channel_kind": channel.kind,
        "message_kind": message.kind,
        "audience_potential": count.audience if count else None,
        "audience_reported": _audience(entry),
        "basis": _basis(entry, channel.kind, count.basis if count else None),
        "link": _link(entry),
    }


def _check_time(entry: DisseminationEntry, message: KeyMessage, now: datetime) -> None:
    if entry.at > now + CLOCKS_APART:
        raise Fault("at", _("The time of passing on lies in the future; check the date and time."))
    assert message.published_at is not None  # noqa: S101 - told just above
    withdrawn = message.withdrawn_at
    if withdrawn is not None and entry.at > withdrawn:
        raise Fault(
            "at",
            _(
                "“%(title)s” had been withdrawn by that time; passing it on is no longer counted.",
                title=message.title,
            ),
        )
    if entry.at < message.published_at:
        raise Fault(
            "at",
            _(
                "“%(title)s” was not published yet at that time; check the date and time.",
                title=message.title,
            ),
        )


def _check_closed(message: KeyMessage, known: Known, judged: date) -> None:
    last = known.last_days[message.id]
    if last is not None and judged > last and message.valid_until is not None:
        raise Fault(
            "at",
            _(
                "“%(title)s” was to be passed on until %(day)s, and late reports were taken until "
                "%(last)s; it is no longer counted.",
                title=message.title,
                day=day(message.valid_until),
                last=day(last),
            ),
        )


def _span_of(entry: DisseminationEntry, known: Known, on: date) -> Row[Any]:
    if entry.member_id not in known.members:
        raise Fault("member", _("This member was not found among those you look after."))
    span = known.span_on(entry.member_id, on)
    if span is None:
        raise Fault("at", _("The member was not an active member on that day; check the date."))
    return span


def _channel_of(entry: DisseminationEntry, known: Known, on: date) -> Row[Any]:
    channel = known.channels.get(entry.channel_id)
    if channel is None or channel.member_id != entry.member_id:
        raise Fault("channel", _("This channel is not the member's; choose one of the member's."))
    if channel.retired_on is not None and channel.retired_on <= on:
        raise Fault(
            "channel",
            _(
                "The channel “%(name)s” was closed by that day; choose another one.",
                name=channel.name,
            ),
        )
    return channel


def _audience(entry: DisseminationEntry) -> int | None:
    count = entry.audience_reported
    if count is not None and not 0 <= count <= LARGEST_AUDIENCE:
        raise Fault("audience", _("The number of people must be 0 or more, and a real one."))
    return count


def _basis(entry: DisseminationEntry, kind: str, of_count: str | None) -> str | None:
    basis = (entry.basis or "").strip()[:200] or of_count
    if ChannelKind(kind) in ESTIMATED and entry.audience_reported is not None and not basis:
        raise Fault(
            "basis",
            _(
                "The audience of a loudspeaker, a radio or a talk is an estimate; say on what it "
                "rests, such as “120 households × 3 people”."
            ),
        )
    return basis


def _link(entry: DisseminationEntry) -> str | None:
    try:
        return clean_link(entry.link)
    except Refused as refusal:
        raise Fault("link", str(refusal)) from None
