"""The signed texts of personal links, and what one of them opens now."""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum

from flask import current_app
from itsdangerous import BadSignature, Signer
from sqlalchemy import select

from registry.db import db
from registry.members.models import GONE
from registry.outbox.line_models import LineAccount
from registry.portal.models import MemberLink

LINK_SALT, BROWSER_SALT = "sang.member-link", "sang.member-browser"


class LinkEnd(StrEnum):
    """Why a link opens nothing."""

    ALTERED = "altered"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"
    UNLINKED = "unlinked"
    USED = "used"
    LEFT = "left"


def hash_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def link_token(link_id: int, secret: str) -> str:
    """The signed text that stands in the address of a member's pages."""
    return _signer(LINK_SALT).sign(f"{link_id}.{secret}").decode()


def browser_token(link_id: int, secret: str) -> str:
    """The signed text in the cookie of the browser to which a link is bound."""
    return _signer(BROWSER_SALT).sign(f"{link_id}.{secret}").decode()


def link_number(token: str) -> int | None:
    """The number of the link that a token names, if the token is ours."""
    number, _secret = _parts(token, LINK_SALT)
    return number


def read_link(token: str, browser: str = "") -> MemberLink | LinkEnd:
    """The link that a token opens now, or why it opens none.

    Args:
        browser: what the cookie of the browser holds.
    """
    link = link_of(token)
    if link is None:
        return LinkEnd.ALTERED
    if link.member.as_state in GONE:
        return LinkEnd.LEFT
    if link.revoked_at is not None:
        return _end_of(link)
    if not link.usable:
        return LinkEnd.EXPIRED
    elsewhere = link.single_use and link.browser_hash and not is_kept_here(link, browser)
    return LinkEnd.USED if elsewhere else link


def _end_of(link: MemberLink) -> LinkEnd:
    """Why a link was ended: for a newer one, with its LINE account, or by the office."""
    newer = select(MemberLink).where(
        MemberLink.member_id == link.member_id, MemberLink.id > link.id
    )
    if any(row.usable for row in db.session.scalars(newer)):
        return LinkEnd.REPLACED
    account = db.session.get(LineAccount, link.account_id) if link.account_id else None
    return LinkEnd.UNLINKED if account and account.unlinked_at else LinkEnd.REVOKED


def link_of(token: str) -> MemberLink | None:
    """The link of a token that we made, whether it still opens anything or not."""
    number, secret = _parts(token, LINK_SALT)
    link = db.session.get(MemberLink, number) if number is not None else None
    if link is None or not hmac.compare_digest(link.secret_hash, hash_of(secret)):
        return None
    return link


def is_kept_here(link: MemberLink, browser: str) -> bool:
    """Whether a browser is the one that keeps the link.

    Args:
        browser: what its cookie holds.
    """
    if link.browser_hash is None:
        return False
    number, secret = _parts(browser, BROWSER_SALT)
    return number == link.id and hmac.compare_digest(link.browser_hash, hash_of(secret))


def _parts(token: str, salt: str) -> tuple[int | None, str]:
    """What we signed, letter for letter; no number for anything else (base64 has spellings)."""
    signer = _signer(salt)
    try:
        value = signer.unsign(token)
    except (BadSignature, UnicodeError):
        return None, ""
    if signer.sign(value) != token.encode():
        return None, ""
    number, _dot, secret = value.decode().partition(".")
    return (int(number) if number.isdecimal() else None), secret


def _signer(salt: str) -> Signer:
    return Signer(current_app.secret_key or "", salt=salt, digest_method=hashlib.sha256)
