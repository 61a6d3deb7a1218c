"""What "not a duplicate" leaves behind: pairs of members who are known to be two people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import delete, select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.bulk import among, insert_rows
from registry.db import db
from registry.members.models import Member, MemberDistinct
from registry.periods.calendar import utc_now

_COLUMNS = ("low_id", "high_id", "decided_by", "at")
Pair = tuple[int, int]


def remember_distinct(actor: Actor, one: int, others: Collection[int]) -> int:
    """Remember that a member is none of some others; returns how many of that were new."""
    count = remember_pairs(actor, ((one, other) for other in others))
    if count:
        record(actor, Action.MEMBER_DISTINCT, "member", one, count=count)
    return count


def remember_pairs(actor: Actor, pairs: Iterable[Pair]) -> int:
    """Remember many pairs; the caller's own event tells of them.

    Pairs that are known and members who are gone are left out.

    Returns:
        How many pairs were new.
    """
    wanted = {_ordered(pair) for pair in pairs if pair[0] != pair[1]}
    ids = {number for pair in wanted for number in pair}
    here = set(db.session.scalars(select(Member.id).where(among(Member.id, ids))))
    known = distinct_from(ids)
    fresh = sorted(
        (low, high)
        for low, high in wanted
        if low in here and high in here and high not in known.get(low, ())
    )
    now = utc_now()
    insert_rows(MemberDistinct, _COLUMNS, [(*pair, actor.user_id, now) for pair in fresh])
    return len(fresh)


def pass_on(one: int, other: int) -> None:
    """Whom one member is known not to be, another one is now known not to be either."""
    here, low, high = MemberDistinct, MemberDistinct.low_id, MemberDistinct.high_id
    query = select(low, high, here.decided_by, here.at).where((low == one) | (high == one))
    known = distinct_from([other]).get(other, set()) | {other}
    rows = [
        (*_ordered((other, stranger)), row.decided_by, row.at)
        for row in db.session.execute(query.order_by(here.id))
        if (stranger := row.high_id if row.low_id == one else row.low_id) not in known
    ]
    insert_rows(MemberDistinct, _COLUMNS, rows)


def distinct_from(ids: Collection[int]) -> dict[int, set[int]]:
    """Of each member those who are known to be somebody else; who has none is left out."""
    wanted, found = set(ids), defaultdict[int, set[int]](set)
    pair = (MemberDistinct.low_id, MemberDistinct.high_id)
    for column in pair:
        for low, high in db.session.execute(select(*pair).where(among(column, wanted))):
            found[low].add(high)
            found[high].add(low)
    return {number: found[number] for number in wanted if number in found}


def forget_distinct(ids: Collection[int]) -> None:
    """Forget the pairs of members who are about to be removed."""
    for column in (MemberDistinct.low_id, MemberDistinct.high_id):
        db.session.execute(
            delete(MemberDistinct).where(among(column, ids)),
            execution_options={"synchronize_session": False},
        )


def _ordered(pair: Pair) -> Pair:
    return min(pair), max(pair)
