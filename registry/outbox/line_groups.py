"""Groups that the bot joins and leaves: channels made and retired, people counted once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels import custodians
from registry.channels import services as channels
from registry.channels.models import ChannelKind
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.outbox import accounts
from registry.outbox.line import client
from registry.outbox.line_links import spend, talk_with
from registry.outbox.line_models import LineCode, LineGroup
from registry.outbox.line_words import Words, say
from registry.periods.calendar import to_bangkok_date
from registry.pulse import briefly, pulse

log = structlog.get_logger()
ACTOR = Actor.system("line")
AGAIN, AFTER_FAILURE = timedelta(days=1), timedelta(hours=1)
AT_ONCE = 20


def joined(group_id: str, group_hash: str, at: datetime, *, room: bool) -> LineGroup:
    """The bot is in a group: a channel of its office; coming back makes a new one."""
    row = present(group_hash)
    if row is not None:
        return row
    day = to_bangkok_date(at)
    values = channels.ChannelValues(ChannelKind.LINE_GROUP, _("LINE group"), day)
    channel = channels.open_channel(ACTOR, accounts.bot_office(), values)
    row = LineGroup(
        channel_id=channel.id,
        group_id=group_id,
        group_hash=group_hash,
        room=room,
        joined_at=at,
        count_due_at=datetime.now(UTC),
    )
    db.session.add(row)
    db.session.flush()
    return row


def left(group_hash: str, at: datetime) -> None:
    """The bot was taken out of a group: its channel is retired, its past figures stay."""
    row = present(group_hash)
    if row is None:
        return
    row.left_at = at
    if row.channel.retired_on is None:
        day = max(to_bangkok_date(at), row.channel.opened_on)
        channels.retire(ACTOR, row.channel, on=day)
    db.session.flush()


def recount(group_hash: str) -> None:
    """People came or went: count soon, though not more often than once an hour."""
    row = present(group_hash)
    if row is not None and row.counted_at is not None:
        row.count_due_at = min(row.count_due_at, row.counted_at + AFTER_FAILURE)


def present(group_hash: str) -> LineGroup | None:
    """The group in which the bot is now, locked."""
    query = select(LineGroup).where(LineGroup.group_hash == group_hash, LineGroup.left_at.is_(None))
    return db.session.scalar(query.with_for_update())


def claim(group_hash: str, code: str) -> list[Words]:
    """A code typed in a group makes the group a channel of the office that asked for the code."""
    row = present(group_hash)
    if row is None:
        return [_not_valid()]
    channel = row.channel
    owner = channel.office if row.claimed_at is not None else None
    mine = LineCode.office_id == owner.id if owner else LineCode.office_id.is_not(None)
    try:
        used = spend(code, talk_with(group_hash), mine)
    except Refused as refusal:
        return [say(refusal)]
    if used is None:
        return [_taken(owner) if owner else _not_valid()]
    office = db.session.get_one(Office, used.office_id)
    actor = Actor(used.issued_by, "line", office.id)
    if channel.custodian_id is not None:
        custodians.release(actor, channel)
    channel.office, channel.network_id = office, used.network_id
    row.claimed_at = used.used_at
    db.session.flush()
    if used.issued_by is not None:
        custodians.name(actor, channel, used.issued_by)
    record(
        actor,
        Action.CHANNEL_CLAIM,
        "channel",
        channel.id,
        province=office.province_code,
        office=office.code,
        network=used.network_id,
    )
    return [say(_("Thank you. This group now belongs to %(office)s.", office=office.name_th))]


def _not_valid() -> Words:
    return say(_("This code is not valid (any more); make a new one on the page “LINE groups”."))


def _taken(owner: Office) -> Words:
    """Whose code it was is not told: another office's stays unspent, a wrong one counts."""
    sentence = _(
        "This group belongs to %(office)s already, and this is not a valid code of that office; "
        "please speak to %(office)s first.",
        office=owner.name_th,
    )
    return say(sentence)


@pulse("line_groups")
def count_groups() -> bool:
    """Ask LINE how many people are in the groups that are due; whether there were any."""
    if not client.line().is_set_up:
        return False
    query = select(LineGroup).where(
        LineGroup.left_at.is_(None), LineGroup.count_due_at <= datetime.now(UTC)
    )
    due = [(row.id, row.group_id, row.room) for row in db.session.scalars(query.limit(AT_ONCE))]
    db.session.rollback()
    for row_id, group_id, room in briefly(due):
        _count(row_id, None if room else group_id)
    return bool(due)


def _count(row_id: int, group_id: str | None) -> None:
    """One group, asked outside any transaction; LINE tells nothing of a room's name."""
    found = None
    if group_id is not None:
        try:
            found = client.group_summary(group_id)
        except Refused:
            log.warning("line_group_not_counted", group=row_id)
    with unit_of_work():
        _keep(row_id, found)


def _keep(row_id: int, found: client.GroupSummary | None) -> None:
    """The first answer names the channel; later on its people may name it as they like."""
    now = datetime.now(UTC)
    row = db.session.get_one(LineGroup, row_id, with_for_update=True)
    if row.left_at is not None:
        return
    row.count_due_at = now + (AGAIN if found else AFTER_FAILURE)
    if found is None:
        return
    if row.counted_at is None and found.name:
        row.channel.name = found.name[:200]
    row.counted_at = now
    channels.count_audience(ACTOR, row.channel, channels.Count(to_bangkok_date(now), found.members))
