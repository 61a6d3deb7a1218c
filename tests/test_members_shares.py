"""The list is read in shares; it shows the same as one question for everybody does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.db import db, unit_of_work
from registry.members import list_queries, shares
from registry.members.list_queries import SORTS, MemberFilters, _conditions, _count, list_members
from registry.members.models import Member, MemberState
from registry.members.queries import changeable
from registry.networks import services
from registry.networks.models import NetworkMember
from tests import cast
from tests.merging import SYSTEM

PROVINCES, TYPES = ("50", "51", "90"), ("village_volunteer", "loudspeaker")
NAMES = ("กานดา", "กานต์", "ดาว", "ดารา", "สมชาย", "สมดาว")
BUREAU = "C-NNT"


def _crowd() -> None:
    """Forty members in three provinces, of several offices, in networks of others and left."""
    random = Random(7)
    like, offices = cast.member("malee50"), list(db.session.scalars(select(Office)))
    known = {office.code: office.id for office in offices}
    networks = [cast.network(code).id for code in cast.NETWORKS]
    for number in range(40):
        row = Member(
            uid=f"one{number}",
            first_name=random.choice(NAMES),
            last_name=random.choice(NAMES),
            province_code=random.choice(PROVINCES),
            network_type=random.choice(TYPES),
            state=random.choice(list(MemberState)).value,
            office_id=known[random.choice(("P50", "P90", "R3", BUREAU))],
            confirmed_on=random.choice((None, date(2020, 1, 1), date.today())),
            created_at=like.created_at,
            updated_at=like.updated_at,
        )
        if random.random() < 0.1:
            row.merged_into_id = like.id
        db.session.add(row)
        db.session.flush()
        for network in random.sample(networks, random.randrange(3)):
            left = random.choice((None, None, date(2025, 1, 1)))
            span = {"from_on": cast.SINCE, "to_on": left}
            db.session.add(NetworkMember(network_id=network, member_id=row.id, **span))
    db.session.flush()


def _pages(scope: Scope, filters: MemberFilters) -> Iterator[list[int]]:
    """All pages, forwards and then backwards."""
    while True:
        page = list_members(scope, filters)
        yield [row.id for row in page.members]
        if page.after is None:
            break
        filters = replace(filters, after=page.after)
    while page.before is not None:
        filters = replace(filters, after=None, before=page.before)
        page = list_members(scope, filters)
        yield [row.id for row in page.members]


def _plainly(scope: Scope, filters: MemberFilters) -> list[int]:
    order = list_queries._order(filters.sort, backwards=False)
    query = select(Member.id).where(*_conditions(scope, filters)).order_by(*order)
    return list(db.session.scalars(query))


FILTERS = st.builds(
    MemberFilters,
    q=st.sampled_from(["", "", "ดาว", "กาน", "า", "สมชาย ดาว"]),
    province=st.sampled_from(["", "", *PROVINCES, "10"]),
    type=st.sampled_from(["", "", *TYPES]),
    state=st.sampled_from(["present", "all", "active", "left"]),
    stale=st.booleans(),
    sort=st.sampled_from(SORTS),
)


@pytest.mark.parametrize("many", [0, shares.MANY])
def test_pages_and_counts_are_those_of_one_question(
    app: Flask, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(list_queries, "PAGE", 12)
    monkeypatch.setattr(list_queries, "NEAR", 3)
    monkeypatch.setattr(shares, "MANY", many)
    shares._kept.cache_clear()

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.sets(st.sampled_from(PROVINCES)), st.booleans(), FILTERS)
    def look(provinces: set[str], bureau: bool, filters: MemberFilters) -> None:
        own = db.session.scalars(select(Office.id).filter_by(code=BUREAU)).all() if bureau else ()
        scope = Scope(False, frozenset(provinces), frozenset(own), personal=True)
        for one in (scope, Scope.all(), replace(scope, personal=False)):
            _require_same(one, filters)

    with app.app_context():
        with unit_of_work():
            _crowd()
        look()


def _require_same(scope: Scope, filters: MemberFilters) -> None:
    wanted = _plainly(scope, filters)
    pages = list(_pages(scope, filters))
    there = -(-len(wanted) // list_queries.PAGE) or 1
    assert [row for page in pages[:there] for row in page] == wanted
    assert pages[there:] == pages[: there - 1][::-1]
    assert _count(scope, filters) == (len(wanted), len(wanted) - _plain_own(scope, filters))


def _plain_own(scope: Scope, filters: MemberFilters) -> int:
    own = [*_conditions(scope, filters), changeable(scope)]
    return db.session.scalar(select(func.count()).select_from(Member).where(*own)) or 0


def test_who_leaves_the_network_is_seen_no_more(app: Flask) -> None:
    """What is kept of other offices' members ends with the next change."""
    with app.app_context():
        bureau = db.session.scalars(select(Office.id).filter_by(code=BUREAU)).one()
        scope = Scope(network_offices=frozenset({bureau}), personal=True)

        def seen() -> set[str]:
            db.session.rollback()
            return {row.uid for row in list_members(scope, MemberFilters()).members}

        assert seen() == {"dao50", "hasan90"}
        with unit_of_work():
            dao, network = cast.member("dao50").id, cast.network(BUREAU).id
            row = db.session.scalars(
                select(NetworkMember).filter_by(member_id=dao, network_id=network)
            ).one()
            services.leave(SYSTEM, row, on=date(2026, 1, 1))
        assert seen() == {"hasan90"}
        with unit_of_work():
            services.join(
                SYSTEM, cast.network(BUREAU), [cast.member("malee50")], on=date(2026, 1, 1)
            )
        assert seen() == {"hasan90", "malee50"}
