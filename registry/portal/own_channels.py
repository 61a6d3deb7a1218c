"""Channels that a member adds on the own pages; the same form sent twice adds one."""

from __future__ import annotations

from sqlalchemy import select

from registry.audit.services import Actor
from registry.channels.models import Channel
from registry.channels.services import ChannelValues, open_channel
from registry.db import db
from registry.members.models import Member
from registry.members.standing import need_standing


def add(actor: Actor, member: Member, values: ChannelValues, form_token: str) -> Channel:
    """Open a channel of a member.

    Raises:
        Refused: the member's record was just merged into another one.
    """
    need_standing(member)  # the same form sent twice at once waits its turn
    twin = select(Channel).where(Channel.form_token == form_token, Channel.member_id == member.id)
    found = db.session.scalar(twin)
    if found is not None:
        return found
    return open_channel(actor, member, values, form_token=form_token)
