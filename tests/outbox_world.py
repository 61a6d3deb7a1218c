"""A release with as many recipients as a test needs, and an outbox that sends to test servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from pydantic import SecretStr
from sqlalchemy import func, select, update

from registry.access.models import Office
from registry.bulk import insert_rows, reserve_ids
from registry.channels.models import Channel, ChannelKind, ChannelMember
from registry.db import db, unit_of_work
from registry.members.consent_models import Consent, ConsentPurpose
from registry.members.models import Member, MemberSpan
from registry.messages.release_models import Purpose, Release, ReleaseState
from registry.outbox import sending
from registry.outbox.deliveries import Target, make_deliveries
from registry.outbox.line_models import LineAccount, LineGroup
from registry.outbox.models import Delivery, SendingRequest, Way
from registry.vault import keyed_hash
from tests import cast, story
from tests.line_server import Line, group_id, user_id
from tests.smtp_server import Mailbox

SINCE = date(2024, 10, 1)
NOON = datetime(2024, 10, 1, 5, tzinfo=UTC)


@contextmanager
def outbox_to(
    app: Flask, *, line: Line | None = None, mail: Mailbox | None = None, **more: Any
) -> Iterator[None]:
    """Let the application send to test servers while the block lasts."""
    before = app.extensions["sang_settings"]
    given: dict[str, Any] = {}
    if line:
        given |= {"line_host": line.url, "line_data_host": line.url}
        given |= {"line_channel_token": SecretStr(line.token)}
    if mail:
        given |= {"smtp_host": "127.0.0.1", "smtp_port": mail.port, "smtp_tls": False}
        given |= {"mail_from": "สังข์ <sang@example.org>"}
    app.extensions["sang_settings"] = before.model_copy(update=given | more)
    try:
        yield
    finally:
        app.extensions["sang_settings"] = before


def bot_channel(office: str = "P50") -> Channel:
    """A LINE Official Account of an office, in the caller's transaction."""
    return _channel(office, ChannelKind.LINE_OA)


def mail_channel(office: str = "P50") -> Channel:
    """A mailing list of an office, in the caller's transaction."""
    return _channel(office, ChannelKind.EMAIL)


def _channel(office: str, kind: ChannelKind) -> Channel:
    owner = db.session.scalars(select(Office).where(Office.code == office)).one()
    row = Channel(
        office_id=owner.id, kind=kind.value, name=f"{kind.value} {office}", opened_on=SINCE,
        created_at=NOON,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def people(count: int, channel: Channel) -> list[int]:
    """Made-up members on a channel's roster, who agreed to messages and linked a LINE account."""
    ids = list(reserve_ids(Member, count))
    twin = cast.member("malee50")
    _copies(twin, ids)
    insert_rows(
        MemberSpan,
        ("member_id", "province_code", "network_type", "from_on", "starts", "ends"),
        ((number, twin.province_code, twin.network_type, SINCE, "join", None) for number in ids),
    )
    insert_rows(
        Consent,
        ("member_id", "purpose", "basis", "given_on", "source", "by_guardian"),
        (
            (number, ConsentPurpose.MESSAGES.value, "consent", SINCE, "ใบสมัคร", False)
            for number in ids
        ),
    )
    insert_rows(
        ChannelMember,
        ("channel_id", "member_id", "from_on"),
        ((channel.id, number, SINCE) for number in ids),
    )
    insert_rows(
        LineAccount,
        ("member_id", "user_id", "user_hash", "linked_at"),
        ((number, user_id(number), keyed_hash(user_id(number)), NOON) for number in ids),
    )
    return ids


def _copies(twin: Member, ids: list[int]) -> None:
    """Members like one of the cast, but for what must be their own."""
    table = Member.__table__
    names = [column.name for column in table.columns]
    own = {"national_id", "national_id_hash", "phone", "form_token"}
    like = {name: None if name in own else getattr(twin, name) for name in names}
    rows = (
        [
            {**like, "id": number, "uid": f"made-{number}", "email": address(number)}[name]
            for name in names
        ]
        for number in ids
    )
    insert_rows(Member, names, rows)


def address(number: int) -> str:
    """The e-mail address of a made-up member."""
    return f"member{number}@example.org"


def link(member: str, number: int) -> str:
    """Link one of the cast to a LINE account; returns its id."""
    user = user_id(number)
    row = LineAccount(
        member_id=cast.member(member).id, user_id=user, user_hash=keyed_hash(user), linked_at=NOON
    )
    db.session.add(row)
    db.session.flush()
    return user


def joined_group(channel: Channel, number: int = 7) -> str:
    """Let the bot be in the group behind a channel; returns the group's id."""
    group = group_id(number)
    db.session.add(
        LineGroup(
            channel_id=channel.id,
            group_id=group,
            group_hash=keyed_hash(group),
            joined_at=NOON,
            count_due_at=NOON + timedelta(days=9_999),
        )
    )
    db.session.flush()
    return group


def release(purpose: Purpose = Purpose.FIRST, **given: Any) -> Release:
    """A running release of an approved message, urgent so that no hour of the day matters."""
    message = story.approved()
    row = Release(
        message=message,
        office_id=message.office_id,
        purpose=purpose.value,
        urgent=True,
        planned_at=datetime.now(UTC),
        created_at=datetime.now(UTC),
        created_by=cast.user("officer50").id,
        state=ReleaseState.RUNNING.value,
        machines_done=True,
        **given,
    )
    db.session.add(row)
    db.session.flush()
    return row


def to_members(row: Release, channel: Channel, members: list[int], way: Way = Way.LINE) -> int:
    """Deliveries to members through a channel."""
    row.channels = [channel.id]
    return make_deliveries(
        row, [Target(way, f"m:{number}", channel.id, number) for number in members]
    )


def to_channel(row: Release, channel: Channel, way: Way = Way.LINE) -> Delivery:
    """One delivery to a channel as a whole."""
    row.channels = [channel.id]
    make_deliveries(row, [Target(way, f"c:{channel.id}", channel.id)])
    return db.session.scalars(select(Delivery).where(Delivery.release_id == row.id)).one()


def run(times: int = 30) -> None:
    """Beat until nothing is due; requests that back off are made due at once, ``times`` at most."""
    for _ in range(times):
        if not sending.send_due() and not hurry():
            return


def hurry() -> int:
    """Make everything due that backs off; how many requests that is."""
    with unit_of_work():
        row = SendingRequest
        soon = update(row).where(row.state == "queued").values(due_at=NOON)
        waiting = db.session.scalar(
            select(func.count()).where(row.state == "queued", row.due_at > datetime.now(UTC))
        )
        db.session.execute(soon)
        return int(waiting or 0)


def lapse() -> None:
    """Let every lease be over."""
    with unit_of_work():
        over = datetime.now(UTC) - timedelta(seconds=1)
        db.session.execute(
            update(SendingRequest).where(SendingRequest.state == "sending").values(lease_until=over)
        )


def states() -> dict[str, int]:
    """Deliveries by state."""
    db.session.rollback()
    query = select(Delivery.state, func.count().label("many")).group_by(Delivery.state)
    return {row.state: row.many for row in db.session.execute(query)}


def to_bot(count: int, purpose: Purpose = Purpose.FIRST) -> list[int]:
    """A release to members of the bot's channel; their ids."""
    with unit_of_work():
        channel = bot_channel()
        members = people(count, channel)
        to_members(release(purpose), channel, members)
    return members
