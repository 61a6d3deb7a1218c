"""Issuing, binding and revoking personal links."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, update

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.members.models import GONE, Member
from registry.members.standing import need_standing
from registry.outbox.accounts import account_of
from registry.periods.calendar import to_bangkok_date
from registry.periods.dated import Dated, setting_on
from registry.portal.models import MemberLink
from registry.portal.tokens import browser_token, hash_of, link_token


def issue(
    actor: Actor,
    member: Member,
    *,
    life: timedelta | None = None,
    single_use: bool = False,
    account_id: int | None = None,
) -> str:
    """Make a new personal link; one of an office ends all earlier ones.

    A member with a linked LINE account gets one of that account, whoever makes it: it ends with
    the account, and the first browser that sends a form with it keeps it.

    Args:
        life: how long it opens anything; by the setting unless told otherwise.
        single_use: it stands beside earlier ones and is kept by the first browser (links by LINE).
        account_id: the linked LINE account to which it goes; the member's unless told otherwise.

    Returns:
        its token, which is told this once: only a hash of it is kept.

    Raises:
        Refused: the member has left or died, or the record was just merged into another one.
    """
    need_standing(member)
    if member.as_state in GONE:
        raise Refused(
            _("%(name)s is no longer a member and gets no link.", name=member.display_name)
        )
    if not single_use:
        _end(MemberLink.member_id == member.id)
    account = account_id or _account_of(member)
    secret, now = secrets.token_urlsafe(18), datetime.now(UTC)
    link = MemberLink(
        member_id=member.id,
        secret_hash=hash_of(secret),
        issued_at=now,
        expires_at=now + (life or _usual_life(now)),
        issued_by=actor.user_id,
        single_use=single_use or account is not None,
        account_id=account,
    )
    db.session.add(link)
    db.session.flush()
    _record(actor, Action.LINK_ISSUE, member)
    return link_token(link.id, secret)


def _account_of(member: Member) -> int | None:
    account = account_of(member.id)
    return account.id if account else None


def _usual_life(now: datetime) -> timedelta:
    return timedelta(days=setting_on(Dated.LINK_DAYS, to_bangkok_date(now)))


def revoke(actor: Actor, member: Member) -> int:
    """End all links of a member at once; returns how many."""
    count = _end(MemberLink.member_id == member.id)
    if count:
        _record(actor, Action.LINK_REVOKE, member)
    return count


def revoke_account(actor: Actor, member: Member, account_id: int) -> int:
    """End the links that went to a LINE account, when it is unlinked; returns how many."""
    count = _end(MemberLink.member_id == member.id, MemberLink.account_id == account_id)
    if count:
        _record(actor, Action.LINK_REVOKE, member)
    return count


def _end(*which: ColumnElement[bool]) -> int:
    query = select(MemberLink).where(*which, MemberLink.revoked_at.is_(None))
    links = list(db.session.scalars(query.order_by(MemberLink.id).with_for_update()))
    for link in links:
        link.revoked_at = datetime.now(UTC)
    db.session.flush()
    return len(links)


def bind(actor: Actor, link: MemberLink) -> str | None:
    """Keep a link for the one browser that uses it first.

    Returns:
        what that browser's cookie holds; None where another browser came first.
    """
    secret = secrets.token_urlsafe(18)
    first = update(MemberLink).where(MemberLink.id == link.id, MemberLink.browser_hash.is_(None))
    values = {"browser_hash": hash_of(secret), "bound_at": datetime.now(UTC)}
    bound = db.session.execute(first.values(values).returning(MemberLink.id)).one_or_none()
    if bound is None:
        return None
    db.session.refresh(link)
    _record(actor, Action.LINK_BIND, link.member)
    return browser_token(link.id, secret)


def _record(actor: Actor, action: Action, member: Member) -> None:
    record(actor, action, "member", member.id, province=member.province_code)
