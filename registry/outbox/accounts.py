"""Who is reached by LINE: linked accounts of members, groups behind channels."""

from __future__ import annotations

from collections.abc import Collection

from flask import current_app
from sqlalchemy import Select, select

from registry.access.models import Office
from registry.bulk import among
from registry.channels.models import Channel, ChannelKind
from registry.db import db
from registry.members.models import GONE, Member
from registry.members.queries import STANDS
from registry.outbox.line_models import LineAccount, LineGroup

LINKED = LineAccount.unlinked_at.is_(None)
PRESENT = Member.state.notin_(sorted(state.value for state in GONE))


def linked_members() -> Select[int]:
    """A select of the ids of members with a linked LINE account."""
    return (
        select(LineAccount.member_id)
        .join(Member, Member.id == LineAccount.member_id)
        .where(LINKED, STANDS, PRESENT)
    )


def line_ids_of(member_ids: Collection[int]) -> dict[int, str]:
    """LINE user ids of those members who linked an account; the others are absent."""
    query = (
        select(LineAccount.member_id, LineAccount.user_id)
        .join(Member, Member.id == LineAccount.member_id)
        .where(LINKED, STANDS, PRESENT, among(LineAccount.member_id, member_ids))
    )
    return {row.member_id: row.user_id for row in db.session.execute(query)}


def account_of(member_id: int) -> LineAccount | None:
    """The linked LINE account of a member."""
    query = select(LineAccount).where(LineAccount.member_id == member_id, LINKED)
    return db.session.scalar(query)


def group_of(channel_id: int) -> str | None:
    """The id of the LINE group behind a channel, while the bot is in it."""
    query = select(LineGroup).where(LineGroup.channel_id == channel_id, LineGroup.left_at.is_(None))
    row = db.session.scalar(query)
    return row.group_id if row else None


def bot_office() -> Office:
    """The office to which the bot belongs (``SANG_LINE_OFFICE``).

    Raises:
        sqlalchemy.exc.NoResultFound: the setting names no office.
    """
    code = current_app.extensions["sang_settings"].line_office
    return db.session.scalars(select(Office).where(Office.code == code)).one()


def bot_channel() -> Channel | None:
    """The channel that stands for the bot: the first LINE Official Account of its office in use."""
    query = select(Channel).where(
        Channel.office_id == bot_office().id,
        Channel.kind == ChannelKind.LINE_OA.value,
        Channel.retired_on.is_(None),
    )
    return db.session.scalar(query.order_by(Channel.id).limit(1))
