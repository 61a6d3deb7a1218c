"""Codes that people type to the bot, and the link between a member and a LINE account.

The link puts the member on the roster of the bot's channel; whatever ends it takes them off.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, update

from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels import services as channels
from registry.channels.models import Channel, ChannelKind, ChannelMember
from registry.db import db
from registry.errors import Refused
from registry.members.models import GONE, Member
from registry.members.standing import need_standing
from registry.messages.models import CODE_LETTERS
from registry.networks.models import Network
from registry.outbox import accounts
from registry.outbox.line_models import LineAccount, LineCode, LineTalk
from registry.outbox.line_words import LENGTH, shown
from registry.periods.calendar import to_bangkok_date
from registry.periods.dated import Dated, setting_on
from registry.portal.services import revoke_account
from registry.vault import keyed_hash

MOST_TRIES, TRIES_WITHIN = 5, timedelta(hours=1)
GROUP_LIFE = timedelta(hours=24)


def user_hash(user_id: str) -> str:
    """By what a LINE account is found again."""
    return keyed_hash(f"line:{user_id}")


def _code_hash(code: str) -> str:
    return keyed_hash(f"line-code:{code}")


def issue_code(actor: Actor, member: Member) -> tuple[str, datetime]:
    """A code that links the member's LINE account; earlier ones end.

    Returns:
        the code as people read it, told this once, and until when it holds.

    Raises:
        Refused: the member has left or died, or the record was just merged into another one.
    """
    need_standing(member)
    if member.as_state in GONE:
        raise Refused(
            _("%(name)s is no longer a member and gets no code.", name=member.display_name)
        )
    now = datetime.now(UTC)
    minutes = setting_on(Dated.LINE_LINK_MINUTES, to_bangkok_date(now))
    end_codes(LineCode.member_id == member.id)
    code = _new_code(actor, now + timedelta(minutes=minutes), member_id=member.id)
    record(actor, Action.LINE_CODE, "member", member.id, province=member.province_code)
    return code


def issue_claim(actor: Actor, office: Office, network: Network | None) -> tuple[str, datetime]:
    """A code that, typed in a LINE group, makes the group a channel of an office and network."""
    end_codes(LineCode.office_id == office.id)
    network_id = network.id if network else None
    code = _new_code(
        actor, datetime.now(UTC) + GROUP_LIFE, office_id=office.id, network_id=network_id
    )
    record(actor, Action.LINE_CODE, "office", office.id, network=network_id)
    return code


def _new_code(actor: Actor, expires_at: datetime, **purpose: Any) -> tuple[str, datetime]:
    code = "".join(secrets.choice(CODE_LETTERS) for _number in range(LENGTH))
    row = LineCode(
        code_hash=_code_hash(code),
        issued_at=datetime.now(UTC),
        issued_by=actor.user_id,
        expires_at=expires_at,
        **purpose,
    )
    db.session.add(row)
    db.session.flush()
    return shown(code), expires_at


def end_codes(which: ColumnElement[bool]) -> None:
    """Codes that were not used open nothing any more."""
    unused = update(LineCode).where(which, LineCode.used_at.is_(None), LineCode.ended_at.is_(None))
    db.session.execute(unused.values(ended_at=datetime.now(UTC)))


def end_own_codes(member: Member) -> None:
    """Codes that were made on the member's own pages end with the link that opened those."""
    end_codes((LineCode.member_id == member.id) & LineCode.issued_by.is_(None))


def talk_with(source: str) -> LineTalk:
    """Where the conversation with a LINE account (or a group) stands; a new one stands nowhere."""
    talk = db.session.get(LineTalk, source)
    if talk is None:
        talk = LineTalk(user_hash=source, step="", since=datetime.now(UTC), tries=0)
        db.session.add(talk)
    return talk


def spend(code: str, talk: LineTalk, purpose: ColumnElement[bool]) -> LineCode | None:
    """The code that was typed, used up; None for one that is wrong, old or used.

    Raises:
        Refused: too many wrong codes from this account within an hour.
    """
    now = datetime.now(UTC)
    if talk.tries_from is None or talk.tries_from < now - TRIES_WITHIN:
        talk.tries, talk.tries_from = 0, now
    if talk.tries >= MOST_TRIES:
        raise Refused(_("Too many wrong codes; please wait an hour, then ask for a new code."))
    talk.tries += 1
    query = select(LineCode).where(
        LineCode.code_hash == _code_hash(code),
        LineCode.used_at.is_(None),
        LineCode.ended_at.is_(None),
        LineCode.expires_at > now,
        purpose,
    )
    row = db.session.scalar(query.with_for_update())
    if row is not None:
        row.used_at, talk.tries = now, 0
    return row


def link(actor: Actor, member: Member, user_id: str) -> LineAccount:
    """Link a LINE account to a member; the member's earlier account ends.

    Raises:
        Refused: the account is another member's, or the member has left.
    """
    need_standing(member)
    if member.as_state in GONE:
        raise Refused(_("This membership has ended; please speak to your office."))
    before = linked(user_hash(user_id))
    if before is not None and before.member_id == member.id:
        return before
    if before is not None:
        raise Refused(
            _(
                "This LINE account is linked to another member already; unlink it there first, or "
                "speak to your office."
            )
        )
    if old := accounts.account_of(member.id):
        unlink(actor, old, "replaced")
    now = datetime.now(UTC)
    row = LineAccount(
        member_id=member.id, user_id=user_id, user_hash=user_hash(user_id), linked_at=now
    )
    db.session.add(row)
    db.session.flush()
    channels.add_to_roster(actor, _channel(actor), [member], on=to_bangkok_date(now))
    record(actor, Action.LINE_LINK, "member", member.id, province=member.province_code)
    return row


def linked(source: str, *, lock: bool = True) -> LineAccount | None:
    """The link of the LINE account with a hash, locked to write; None for a stranger."""
    query = select(LineAccount).where(LineAccount.user_hash == source, accounts.LINKED)
    return db.session.scalar(query.with_for_update(key_share=True) if lock else query)


def unlink(actor: Actor, account: LineAccount, reason: str) -> None:
    """End a link: ``member``, ``officer``, ``unfollow``, ``replaced`` or ``merged``."""
    now = datetime.now(UTC)
    account.unlinked_at, account.unlink_reason = now, reason
    account.unlinked_by = actor.user_id
    db.session.flush()
    revoke_account(actor, account.member, account.id)
    _off_the_roster(actor, account.member_id)
    if talk := db.session.get(LineTalk, account.user_hash):
        talk.step, talk.said = "", None
    member = account.member
    record(
        actor, Action.LINE_UNLINK, "member", member.id, province=member.province_code, kind=reason
    )


def _off_the_roster(actor: Actor, member_id: int) -> None:
    channel, today = accounts.bot_channel(), to_bangkok_date(datetime.now(UTC))
    if channel is None:
        return
    query = select(ChannelMember).where(
        ChannelMember.channel_id == channel.id,
        ChannelMember.member_id == member_id,
        ChannelMember.to_on.is_(None),
    )
    for row in db.session.scalars(query):
        channels.take_off_roster(actor, channel, row, on=max(today, row.from_on))


def _channel(actor: Actor) -> Channel:
    """The bot's channel; the first who links an account brings it into being."""
    found = accounts.bot_channel()
    if found is not None:
        return found
    values = channels.ChannelValues(
        ChannelKind.LINE_OA, _("LINE Official Account"), to_bangkok_date(datetime.now(UTC))
    )
    return channels.open_channel(actor, accounts.bot_office(), values)
