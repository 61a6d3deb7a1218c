"""The list of members: search, filters, keyset paging, and the rows of an export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select, tuple_, union_all
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.bulk import keep_in_memory
from registry.db import MANY, count_up_to, db
from registry.members.lacks import LACKS_NAMES, lacking
from registry.members.models import GONE, Member, MemberState
from registry.members.queries import changeable, of_offices, visible
from registry.members.search import Search, named
from registry.members.shares import guests, last_change, shares
from registry.networks.models import Network, NetworkMember
from registry.periods.calendar import to_bangkok_date

PAGE = 50
STALE_MONTHS = 12
"""A record that nobody confirmed for so many months is stale."""
PRESENT, ALL = "present", "all"
SORTS = ("name", "newest")
Conditions = Sequence[ColumnElement[bool]]
NEAR = 5_000
"""Members among whom a page of those who bear a common word is looked for one by one."""
_SHOWN = (joinedload(Member.district), joinedload(Member.province), joinedload(Member.type))


@dataclass(frozen=True)
class MemberFilters:
    """What the list is narrowed to; an empty value does not narrow.

    Attributes:
        q: parts of a name or organisation, in any order.
        state: a state, ``present`` (neither left nor deceased) or ``all``.
        stale: only records that nobody confirmed for a year.
        batch: the number of the import with which they came.
        lacks: a consent or a network, see ``registry.members.lacks``.
        after, before: the member next to whom the page begins or ends.
    """

    q: str = ""
    province: str = ""
    district: str = ""
    type: str = ""
    kind: str = ""
    state: str = PRESENT
    network: int | None = None
    stale: bool = False
    batch: int | None = None
    lacks: str = ""
    sort: str = "name"
    after: int | None = None
    before: int | None = None

    @classmethod
    def of(cls, args: Mapping[str, str]) -> MemberFilters:
        """Read the address; what is not understood does not narrow."""
        words = {
            name: args.get(name, "").strip()[:100]
            for name in ("q", "province", "district", "type", "kind")
        }
        state, sort = args.get("state", PRESENT), args.get("sort", "name")
        return cls(
            **words,
            state=state if state in {PRESENT, ALL, *MemberState} else PRESENT,
            network=_number(args.get("network")),
            stale=args.get("stale") == "1",
            batch=_number(args.get("batch")),
            lacks=lacks if (lacks := args.get("lacks", "")) in LACKS_NAMES else "",
            sort=sort if sort in SORTS else "name",
            after=_number(args.get("after")),
            before=_number(args.get("before")),
        )

    def params(self, **changes: Any) -> dict[str, Any]:
        """The address of the same list with some changes; defaults are left out."""
        changed = replace(self, after=None, before=None)
        values = asdict(replace(changed, **changes))
        plain = asdict(MemberFilters())
        return {
            name: "1" if value is True else value
            for name, value in values.items()
            if value != plain[name]
        }

    @property
    def narrows(self) -> bool:
        """Whether anything is filtered away."""
        return bool(set(self.params()) - {"sort"})


@dataclass(frozen=True)
class MemberPage:
    """A page of the list and the members at whose ends the next ones begin."""

    members: list[Member]
    after: int | None
    before: int | None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def confirmed_since() -> date:
    """The day from which a confirmation still counts."""
    day = to_bangkok_date(datetime.now(UTC))
    months = day.year * 12 + day.month - 1 - STALE_MONTHS
    return date(months // 12, months % 12 + 1, min(day.day, 28))


def is_stale(member: Member) -> bool:
    """Whether nobody confirmed the record for a year."""
    return member.confirmed_on is None or member.confirmed_on < confirmed_since()


def _states(state: str) -> tuple[list[str], bool]:
    """States, and whether they are those that are left out rather than those that are shown."""
    if state == PRESENT:
        return sorted(GONE), True
    return ([], True) if state == ALL else ([state], False)


def _state(state: str) -> list[ColumnElement[bool]]:
    states, without = _states(state)
    if not states:
        return []
    return [Member.state.notin_(states) if without else Member.state.in_(states)]


def _only_words(scope: Scope, filters: MemberFilters) -> bool:
    """Whether the members of the whole country are narrowed by words, and a state at most."""
    plain = MemberFilters(q=filters.q, state=filters.state)
    same = replace(filters, sort=plain.sort, after=None, before=None) == plain
    return scope.everything and scope.personal and same


def _conditions(scope: Scope, filters: MemberFilters) -> list[ColumnElement[bool]]:
    return [visible(scope), named(filters.q), *_limits(scope, filters)]


def _limits(scope: Scope, filters: MemberFilters) -> list[ColumnElement[bool]]:
    found = _state(filters.state)
    for column, value in (
        (Member.province_code, filters.province),
        (Member.district_code, filters.district),
        (Member.network_type, filters.type),
        (Member.kind, filters.kind),
    ):
        if value:
            found.append(column == value)
    if filters.network is not None:
        inside = (
            select(NetworkMember.member_id)
            .join(Network, Network.id == NetworkMember.network_id)
            .where(
                Network.id == filters.network,
                of_offices(scope, Network.office_id),
                NetworkMember.to_on.is_(None),
            )
        )
        found.append(Member.id.in_(inside))
    if filters.batch is not None:
        found.append(Member.batch_id == filters.batch)
    if filters.lacks:
        found.append(lacking(filters.lacks))
    if filters.stale:
        day = confirmed_since()
        found.append(or_(Member.confirmed_on.is_(None), Member.confirmed_on < day))
    return found


def count_members(scope: Scope, filters: MemberFilters) -> tuple[int, int]:
    """How many members the filters leave, and how many of them other offices look after.

    Who are found by words may be counted up to ``MANY`` only.  Counting takes longer than the page
    itself, so it is done once for all its pages: until somebody changes anything, which adds a
    link to the audit trail.
    """
    last = last_change()
    if not last:
        return _count(scope, filters)
    whole = replace(filters, sort="name", after=None, before=None)
    return _counted(scope, whole, last, to_bangkok_date(datetime.now(UTC)))


@lru_cache(maxsize=1_000)
def _counted(scope: Scope, filters: MemberFilters, _last: str, _today: date) -> tuple[int, int]:
    return _count(scope, filters)


def _count(scope: Scope, filters: MemberFilters) -> tuple[int, int]:
    search = Search(filters.q)
    if search.whole and _only_words(scope, filters):
        return search.count(*_states(filters.state)), 0
    limits = [search.condition, *_limits(scope, filters)]
    own, others = (
        _how_many(select(Member.id).where(part, *limits), bounded=bool(filters.q))
        for part in (changeable(scope) if scope.personal else false(), guests(scope))
    )
    return own + others, others


def _how_many(query: Select[int], *, bounded: bool) -> int:
    if bounded:
        return count_up_to(MANY, query)
    count = query.with_only_columns(func.count(), maintain_column_froms=True)
    return db.session.scalar(count) or 0


def count_to_export(scope: Scope, filters: MemberFilters) -> int:
    """How many members :func:`export_members` gives, however many."""
    query = select(func.count()).select_from(Member).where(*_conditions(scope, filters))
    return db.session.scalar(query) or 0


def _order(sort: str, *, backwards: bool, few: bool = False) -> list[Any]:
    """The order of the list.

    Args:
        few: whether there are few to be sorted.  Adding nothing to a column keeps its index out,
            by which PostgreSQL would look for them among all members.
    """
    columns: list[Any] = [Member.name_key.concat("") if few else Member.name_key, Member.id]
    if sort == "newest":
        columns, backwards = [Member.id + 0 if few else Member.id], not backwards
    return [column.desc() if backwards else column for column in columns]


def _beyond(scope: Scope, filters: MemberFilters) -> list[ColumnElement[bool]]:
    """Condition on the members behind (or before) the one named in the address."""
    mark_id = filters.after if filters.after is not None else filters.before
    if mark_id is None:
        return []
    mark = db.session.scalar(select(Member).where(Member.id == mark_id, visible(scope)))
    if mark is None:
        return []
    return [_behind(mark, filters.sort, backwards=filters.after is None)]


def _behind(mark: Member, sort: str, *, backwards: bool) -> ColumnElement[bool]:
    if sort == "newest":
        return Member.id > mark.id if backwards else Member.id < mark.id
    here, there = tuple_(Member.name_key, Member.id), tuple_(mark.name_key, mark.id)
    return here < there if backwards else here > there


def list_members(scope: Scope, filters: MemberFilters) -> MemberPage:
    """A page of members; one more than fits is read to know whether another page follows."""
    backwards = filters.before is not None and filters.after is None
    rows = _page(scope, filters, backwards=backwards)
    more = len(rows) > PAGE
    rows = rows[:PAGE][::-1] if backwards else rows[:PAGE]
    first, last = (rows[0].id, rows[-1].id) if rows else (None, None)
    at_start = filters.after is None and filters.before is None
    return MemberPage(
        members=rows,
        after=last if more or backwards else None,
        before=None if at_start or (backwards and not more) else first,
    )


def _page(scope: Scope, filters: MemberFilters, *, backwards: bool) -> list[Member]:
    """The page's members and one more; where many bear the words, those near by are tried first."""
    search, order = Search(filters.q), _order(filters.sort, backwards=backwards)
    beyond = _beyond(scope, filters)
    limits = [*_limits(scope, filters), *beyond]
    by_sorting = _order(filters.sort, backwards=backwards, few=True)
    if search.few is not None:
        return _first([visible(scope)], [*limits, search.condition], by_sorting)
    found = shares(scope, filters.province)
    if search.indexed is None or not _only_words(scope, filters):
        return _first(found, [*limits, search.condition], order)
    reach = select(Member).where(*beyond).order_by(*order).offset(NEAR).limit(1)
    end = db.session.scalar(reach)
    near = [] if end is None else [_behind(end, filters.sort, backwards=not backwards)]
    rows = _first(found, [*limits, search.condition, *near], order)
    if end is None or len(rows) > PAGE:
        return rows
    return _first(found, [*limits, search.indexed], by_sorting)


def _first(parts: Conditions, limits: Conditions, order: Sequence[Any]) -> list[Member]:
    """The first of all: the first of each share, in the order of its own index, put together."""
    query = select(Member).options(*_SHOWN).order_by(*order).limit(PAGE + 1)
    heads = (
        select(Member.id).where(part, *limits).order_by(*order).limit(PAGE + 1).subquery()
        for part in parts
    )
    together = union_all(*(select(one.c.id) for one in heads))
    return list(db.session.scalars(query.where(Member.id.in_(together))))


def export_members(scope: Scope, filters: MemberFilters) -> Iterator[Member]:
    """Every member that the filters leave, in the order of the list, some hundreds at a time."""
    query: Select[Any] = (
        select(Member)
        .where(*_conditions(scope, filters))
        .options(
            joinedload(Member.district),
            joinedload(Member.subdistrict),
            joinedload(Member.province),
            joinedload(Member.type),
            joinedload(Member.office),
        )
        .order_by(*_order(filters.sort, backwards=False))
        .execution_options(yield_per=500)
    )
    yield from db.session.scalars(query)


def own_listed(scope: Scope, filters: MemberFilters, *, limit: int) -> list[Member]:
    """Those of the list whom one looks after and who neither left nor died, by their number."""
    query = select(Member).where(*_own_listed(scope, filters))
    return list(db.session.scalars(query.order_by(Member.id).limit(limit)))


def count_own_listed(scope: Scope, filters: MemberFilters) -> int:
    """How many :func:`own_listed` are, without a limit."""
    query = select(func.count()).select_from(Member).where(*_own_listed(scope, filters))
    return db.session.scalar(query) or 0


def _own_listed(scope: Scope, filters: MemberFilters) -> list[ColumnElement[bool]]:
    return [*_conditions(scope, filters), changeable(scope), *_state(PRESENT)]


def pick_members(
    scope: Scope, filters: MemberFilters, *, without: Select[Any], limit: int = 50
) -> list[Member]:
    """Members to choose from for a roster: those who are not ``without`` (a select of ids)."""
    query = (
        select(Member)
        .where(*_conditions(scope, filters), Member.id.notin_(without))
        .options(*_SHOWN)
        .order_by(Member.name_key, Member.id)
        .limit(limit)
    )
    keep_in_memory()
    return list(db.session.scalars(query))
