"""Official and personal accounts are kept apart: one address is an office's or a member's."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.channels.models import Channel
from registry.db import db
from registry.errors import Refused
from registry.members.models import Member
from registry.members.queries import of_offices, visible

SAME = {
    "fb.com": "facebook.com",
    "fb.me": "facebook.com",
    "twitter.com": "x.com",
    "youtu.be": "youtube.com",
    "instagr.am": "instagram.com",
    "page.line.me": "line.me",
}
"""Hosts that lead to the same accounts as others."""
PREFIX = re.compile(r"^(www|m|mobile|web|th-th|mbasic)\.")
WRAPPED = re.compile(r"^/(?:r/ti/p|ti/p|people/[^/]+|pages/[^/]+|channel|c|user)(?=/.)")
PLACES = frozenset(
    {"facebook.com", "x.com", "youtube.com", "instagram.com", "tiktok.com", "line.me"}
)
"""Sites on which the first part of the path names an account."""
KEPT_APART = frozenset({"groups", "ti", "g", "watch", "shorts"})


def identity_of(url: str | None) -> str:
    """An address in the one spelling by which accounts are compared; empty for none.

    >>> identity_of("https://m.facebook.com/PRDThailand/?ref=share")
    'facebook.com/prdthailand'
    """
    if not url:
        return ""
    parts = urlsplit(url.strip())
    host = PREFIX.sub("", (parts.hostname or "").lower().rstrip("."))
    host = SAME.get(host, host)
    path = re.sub("/{2,}", "/", unquote(parts.path)).casefold().rstrip("/")
    if host == "facebook.com" and path == "/profile.php":
        return f"{host}/{parse_qs(parts.query).get('id', [''])[0]}"
    if host in PLACES:
        path = _account(WRAPPED.sub("", path))
        return f"{host}{path}" if path else ""
    return f"{host}{path}"


def _account(path: str) -> str:
    """Of ``/@name/videos`` the name; what is told apart by more than one part stays whole."""
    first = path.lstrip("/").split("/")[0]
    return path if first in KEPT_APART else f"/{first.lstrip('@')}" if first else ""


def refuse_mixed(
    scope: Scope | None, url: str | None, *, official: bool, channel_id: int | None = None
) -> None:
    """Refuse an office's account as a member's channel, and the other way round.

    Args:
        scope: who asks; what lies outside it is not named.
        official: whether the channel is an office's.

    Raises:
        Refused: the address is in use on the other side; the sentence says where.
    """
    identity = identity_of(url)
    if not identity:
        return
    for other in _alike(identity, of_members=official):
        if other.id != channel_id and identity_of(other.url) == identity:
            raise Refused(_of_a_member(scope, other) if official else _of_an_office(scope, other))


def _alike(identity: str, *, of_members: bool) -> list[Channel]:
    """Channels in use whose address contains the last part of the identity."""
    owner = Channel.member_id if of_members else Channel.office_id
    last = re.split("[/=]", identity)[-1]
    query = select(Channel).where(
        owner.is_not(None),
        Channel.retired_on.is_(None),
        Channel.url.is_not(None),
        or_(
            Channel.url.icontains(last, autoescape=True),
            Channel.url.icontains(quote(last), autoescape=True),
        ),
    )
    return list(db.session.scalars(query.options(joinedload(Channel.office)).limit(500)))


def _of_an_office(scope: Scope | None, other: Channel) -> str:
    seen = select(Channel.id).where(
        Channel.id == other.id, of_offices(scope or Scope(), Channel.office_id)
    )
    if scope is None or db.session.scalar(seen) is None:
        return str(
            _(
                "This address is an office's official account, which is no channel of a member; "
                "give the member's own address."
            )
        )
    return str(
        _(
            "This address is the official channel “%(name)s” of %(office)s, which is no channel "
            "of a member; give the member's own address.",
            name=other.name,
            office=other.office.name_th if other.office else "",
        )
    )


def _of_a_member(scope: Scope | None, other: Channel) -> str:
    seen = select(Member).where(Member.id == other.member_id, visible(scope or Scope()))
    member = db.session.scalar(seen) if scope is not None else None
    if member is None:
        return str(
            _(
                "This address is on record as a member's personal channel in another area; an "
                "official account must be the office's own."
            )
        )
    return str(
        _(
            "This address is on record as the personal channel “%(name)s” of %(member)s; an "
            "official account must be the office's own: retire that channel first, or give "
            "another address.",
            name=other.name,
            member=member.display_name,
        )
    )
