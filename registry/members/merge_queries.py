"""Who may be the same person, what would move in a merge, and the merges that stand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.channels.models import Channel, ChannelMember
from registry.db import db
from registry.errors import NotFound
from registry.members.consent_models import Consent
from registry.members.duplicates import Match, Probe, find_matches
from registry.members.list_queries import ALL, MemberFilters, pick_members
from registry.members.merge_ledger import MODELS
from registry.members.models import Member, MemberMerge
from registry.members.queries import changeable, looks_after, members_by_ids, visible
from registry.members.values import MemberValues
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.networks.models import NetworkMember

MOVED: tuple[Any, ...] = (
    Channel,
    NetworkMember,
    ChannelMember,
    Recipient,
    Dissemination,
    Question,
    MemberNews,
    Consent,
)
"""What is told before a merge of what hangs on a record."""


def likely_same(scope: Scope, member: Member) -> list[tuple[Match, Member]]:
    """Records that may be changed and are probably the same person's, the likeliest first."""
    probe = Probe.of(MemberValues.of(member))
    matches = find_matches(scope, [probe], exclude=member.id, beyond=(), limit=20)[0]
    rows = members_by_ids(scope, [match.member_id for match in matches])
    people = {row.id: row for row in rows if looks_after(scope, row) and row.kind == member.kind}
    return [(match, people[match.member_id]) for match in matches if match.member_id in people]


def searched(scope: Scope, member: Member, words: str) -> list[Member]:
    """Records that may be changed and whose name or telephone holds some words."""
    if not words.strip():
        return []
    own = select(Member.id).where((Member.id == member.id) | ~changeable(scope))
    filters = MemberFilters(q=words, kind=member.kind, state=ALL)
    return pick_members(scope, filters, without=own)


def moving(scope: Scope, member_id: int) -> list[tuple[Any, int]]:
    """What hangs on a record, as a name and a count; what is not there is left out."""
    found = []
    for model in MOVED:
        query = select(func.count()).select_from(model).join(Member, Member.id == model.member_id)
        count = db.session.scalar(query.where(Member.id == member_id, visible(scope)))
        if count:
            found.append((MODELS[model], count))
    return found


def merges_of(scope: Scope, member_id: int) -> list[MemberMerge]:
    """The merges of which a record is the survivor, the latest first."""
    query = (
        select(MemberMerge)
        .join(Member, Member.id == MemberMerge.survivor_id)
        .where(Member.id == member_id, visible(scope))
        .options(joinedload(MemberMerge.merged))
        .order_by(MemberMerge.id.desc())
    )
    return list(db.session.scalars(query))


def merge_to_undo(scope: Scope, merge_id: int) -> MemberMerge:
    """A merge both of whose records the scope's offices look after.

    Raises:
        NotFound: there is none, or others look after one of them.
    """
    query = (
        select(MemberMerge)
        .join(Member, Member.id == MemberMerge.survivor_id)
        .where(MemberMerge.id == merge_id, changeable(scope))
    )
    found = db.session.scalar(query)
    if found is None or not looks_after(scope, found.merged):
        raise NotFound(f"merge {merge_id}")
    return found
