"""Issuing, revoking and opening personal links."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, Signer
from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.members.models import GONE, Member
from registry.members.standing import need_standing
from registry.portal.models import MemberLink

LIFE = timedelta(days=90)
SALT = "sang.member-link"


def _signer() -> Signer:
    return Signer(current_app.secret_key or "", salt=SALT, digest_method=hashlib.sha256)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(actor: Actor, member: Member) -> tuple[MemberLink, str]:
    """Make a new personal link; earlier ones end.

    Returns:
        the link and its token, which is told this once: only a hash of it is kept.

    Raises:
        Refused: the member has left or died, or the record was just merged into another one.
    """
    need_standing(member)
    if member.as_state in GONE:
        raise Refused(
            _("%(name)s is no longer a member and gets no link.", name=member.display_name)
        )
    _end_links(member)
    secret, now = secrets.token_urlsafe(18), datetime.now(UTC)
    link = MemberLink(
        member_id=member.id,
        secret_hash=_hash(secret),
        issued_at=now,
        expires_at=now + LIFE,
        issued_by=actor.user_id,
    )
    db.session.add(link)
    db.session.flush()
    record(actor, Action.LINK_ISSUE, "member", member.id, province=member.province_code)
    return link, _signer().sign(f"{link.id}.{secret}").decode()


def revoke(actor: Actor, member: Member) -> int:
    """End all links of a member at once; returns how many."""
    count = _end_links(member)
    if count:
        record(actor, Action.LINK_REVOKE, "member", member.id, province=member.province_code)
    return count


def _end_links(member: Member) -> int:
    query = select(MemberLink).where(
        MemberLink.member_id == member.id, MemberLink.revoked_at.is_(None)
    )
    links = list(db.session.scalars(query.with_for_update()))
    for link in links:
        link.revoked_at = datetime.now(UTC)
    db.session.flush()
    return len(links)


def _signed_value(token: str) -> str:
    """What we signed, letter for letter; empty for anything else (base64 has spellings)."""
    signer = _signer()
    try:
        value = signer.unsign(token)
    except (BadSignature, UnicodeError):
        return ""
    return value.decode() if signer.sign(value) == token.encode() else ""


def open_link(token: str) -> MemberLink | None:
    """The link that a token opens now; None for one that is altered, expired or revoked."""
    value = _signed_value(token)
    number, _dot, secret = value.partition(".")
    link = db.session.get(MemberLink, int(number)) if number.isdecimal() else None
    if link is None or not hmac.compare_digest(link.secret_hash, _hash(secret)):
        return None
    return link if link.usable and link.member.as_state not in GONE else None
