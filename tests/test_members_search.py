"""Members are found by parts of their names, of any length, and never missed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from registry.access.scope import Scope
from registry.db import begin_write, db, unit_of_work
from registry.jobs import Progress
from registry.members import jobs, list_queries, search
from registry.members.list_queries import ALL, MemberFilters, _count, list_members
from registry.members.models import Member, MemberState
from registry.members.normalise import search_key
from registry.members.search import FEWEST_FIGURES, named
from registry.members.search_index import TABLE
from registry.messages.inbox import members_named
from tests import cast, merging

LETTERS = "กขคเแำัิ์่้๊ๆaAbßİée\u0301019๑-.,'\"*%_\\^:()+ &|ANDORNTnear"
words = st.text(st.sampled_from(LETTERS), min_size=1, max_size=8)
EVERYWHERE = Scope.all()
slowly = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _add(number: int, name: str, **values: Any) -> Member:
    like = cast.member("malee50")
    row = Member(
        uid=f"one{number}",
        first_name=name,
        province_code="50",
        network_type=like.network_type,
        state=MemberState.ACTIVE.value,
        office_id=like.office_id,
        created_at=like.created_at,
        updated_at=like.updated_at,
    )
    for key, value in values.items():
        setattr(row, key, value)
    db.session.add(row)
    db.session.flush()
    return row


def _bears(member: Member, word: str) -> bool:
    figures = word.replace("-", "")
    called = (
        len(figures) >= FEWEST_FIGURES and figures.isdecimal() and figures in (member.phone or "")
    )
    return word in member.search_text or called


def require_in_step() -> None:
    """SQLite itself compares its index with the members; PostgreSQL has nothing to compare."""
    if db.engine.dialect.name == "sqlite":
        check = f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('integrity-check', 1)"
        db.session.execute(text(check))


def _found(q: str) -> set[int]:
    return set(db.session.scalars(select(Member.id).where(named(q))))


@pytest.mark.parametrize("few", [0, 2, search.FEW])
def test_nobody_is_missed_at_any_length(
    app: Flask, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(list_queries, "NEAR", 3)
    monkeypatch.setattr(list_queries, "PAGE", 4)

    @slowly
    @given(st.lists(words, min_size=1, max_size=8), words, st.data())
    @example(["%_\\", "_%"], "%_", None)
    @example(['a"b"c', "abc"], 'a"b"', None)
    def look(names: list[str], anything: str, data: Any) -> None:
        begin_write()
        try:
            for number, name in enumerate(names):
                _add(number, name, phone=f"08100{number}5{number}")
            one = search_key(names[0]) or "ก"
            start = data.draw(st.integers(0, len(one) - 1)) if data else 0
            for q in (anything, one[start:], one[start : start + 2], one, "0081", "มาลี ฮ", "มาลี ว"):
                _require_whole(q)
        finally:
            db.session.rollback()

    with app.app_context():
        look()


def _require_whole(q: str) -> None:
    """The list, the count and the condition are those of a look at each member."""
    asked = search_key(q).split()
    everybody = db.session.scalars(select(Member))
    wanted = [who for who in everybody if all(_bears(who, word) for word in asked)]
    filters = MemberFilters(q=q, state=ALL)
    assert _found(q) == {who.id for who in wanted}, q
    assert _count(EVERYWHERE, filters) == (len(wanted), 0), q
    rows = list_members(EVERYWHERE, filters).members
    assert rows == sorted(wanted, key=_place)[: list_queries.PAGE], q


def _place(member: Member) -> tuple[str, int]:
    return member.name_key, member.id


def test_the_database_keeps_an_index_of_names_and_numbers(app: Flask) -> None:
    kept = {
        "sqlite": ("SELECT name FROM sqlite_master WHERE name = 'member_search'", 1),
        "postgresql": ("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%gin_trgm_ops%'", 2),
    }
    with app.app_context():
        query, number = kept[db.engine.dialect.name]
        assert len(db.session.execute(text(query)).all()) == number


def test_what_is_found_is_counted_by_state(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        for number, state in enumerate(MemberState):
            _add(number, "สมบัติ", state=state.value)
        _add(9, "สมบัติ", state="active", merged_into_id=cast.member("malee50").id)
        counts = {
            state: _count(EVERYWHERE, MemberFilters(q="สมบัติ", state=state))[0]
            for state in (*MemberState, "present", ALL)
        }
        assert counts == {**dict.fromkeys(MemberState, 1), "present": 3, ALL: 5}


def test_every_change_is_found_in_its_own_transaction(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        merging.busy_twin()
        malee, dao = cast.member("malee50"), cast.member("dao50")
        assert {malee.id, cast.member(merging.TWIN).id} == _found("ดวงแก้ว")
        number = merging.merge().id
        require_in_step()
        assert _count(EVERYWHERE, MemberFilters(q="ดวงแก้ว"))[0] == 1
        merging.undo(number)
        require_in_step()
        assert _count(EVERYWHERE, MemberFilters(q="ดวงแก้ว"))[0] == 2
        session.execute(update(Member).where(Member.id == dao.id).values(search_text="นิรันดร์"))
        assert _found("นิรันดร์") == {dao.id}
        assert _found("แสงหล้า") == set()
        session.execute(update(Member).where(Member.id == dao.id).values(phone="0899999999"))
        assert _found("9999999") == {dao.id}
        assert _found("0810000503") == set()
        gone = _add(1, "ผ่านมา", phone="0811111111").id
        assert _found("ผ่านมา") == {gone}
        session.execute(delete(Member).where(Member.id == gone))
        assert _found("ผ่านมา") == set()
        require_in_step()
        session.rollback()
        assert _found("แสงหล้า") == {cast.member("dao50").id}


def test_who_calls_is_chosen_by_words_in_any_order(app: Flask) -> None:
    with app.app_context():
        for q in ("ดวง มาลี", "มาลี 0501", "วง", "081-000-0501"):
            assert [one.uid for one in members_named(EVERYWHERE, q)] == ["malee50"], q


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_deleted_name_is_gone_from_the_index_by_the_next_day(app: Flask) -> None:
    def kept() -> bool:
        blocks = db.session.scalars(text(f"SELECT block FROM {TABLE}_data"))  # noqa: S608
        return any("ฆฌฐ".encode() in block for block in blocks)

    with app.app_context():
        with unit_of_work():
            gone = _add(1, "ฆฌฐ").id
        with unit_of_work() as session:
            session.execute(delete(Member).where(Member.id == gone))
        assert kept()
        jobs.merge_index({}, Progress("", ""))
        assert not kept()
        assert cast.member("dao50").id in _found("แสงหล้า")
        with unit_of_work():
            require_in_step()
