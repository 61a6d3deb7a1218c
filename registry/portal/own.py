"""Who opens a personal link: the one member whom its pages are about."""

from __future__ import annotations

from dataclasses import dataclass

from registry.audit.services import Actor
from registry.members.models import Member
from registry.portal.queries import OwnScope
from registry.portal.services import open_link


class LinkGone(Exception):  # noqa: N818 - an answer to a person, not a fault
    """The link is altered, expired or revoked: the answer is the same."""


@dataclass(frozen=True)
class Own:
    """The member behind a link."""

    token: str
    member: Member
    scope: OwnScope
    actor: Actor


def own(token: str) -> Own:
    """The member behind a link.

    Raises:
        LinkGone: the link opens nothing.
    """
    link = open_link(token)
    if link is None:
        raise LinkGone
    return Own(token, link.member, OwnScope(member_id=link.member_id), Actor(None, "link"))
