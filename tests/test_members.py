"""Members: registration, life cycle and spans, consent, and what the audit trail says of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.access.versions import ChangedMeanwhile
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.audit.verify import verify
from registry.channels.models import Channel, ChannelMember
from registry.db import begin_write, db, unit_of_work
from registry.errors import NotFound, Refused
from registry.members import services, states
from registry.members.consent_models import ConsentPurpose, ConsentWording
from registry.members.consents import give_consent, standing_consent, withdraw_consent
from registry.members.models import MOVES, Member, MemberSpan, MemberState
from registry.members.queries import member_for, member_to_change
from registry.members.states import change_state
from registry.members.values import MemberValues
from registry.networks.models import NetworkMember
from tests import cast, story

S = MemberState
DAY = date(2025, 10, 1)
ACTOR = Actor(None, "test")
VALUES = MemberValues(
    first_name="อรุณ",
    last_name="รุ่งโรจน์",
    title="นาย",
    province_code="50",
    district_code="5007",
    network_type="village_volunteer",
    birth_year=1985,
    national_id="1101700230708",
    phone="0812345678",
)


def office(code: str = "P50") -> Office:
    return db.session.scalars(select(Office).where(Office.code == code)).one()


def new(**changes: object) -> Member:
    values = replace(VALUES, **{"national_id": None, **changes})  # type: ignore[arg-type]
    return services.register(ACTOR, office(), values, on=DAY)


def spans(member: Member) -> list[tuple[str, date, date | None, str, str | None]]:
    query = select(MemberSpan).where(MemberSpan.member_id == member.id)
    rows = db.session.scalars(query.order_by(MemberSpan.from_on, MemberSpan.id))
    return [(r.province_code, r.from_on, r.to_on, r.starts, r.ends) for r in rows]


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def test_a_registration_leaves_everything_behind(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = services.register(
            ACTOR, office(), VALUES, on=DAY, consents=[ConsentPurpose.REGISTRY], form_token="t" * 32
        )
        number = member.id
    with app.app_context():
        member = member_for(Scope.of_provinces("50"), number)
        assert (member.state, member.joined_on, member.office.code) == ("active", DAY, "P50")
        assert member.search_text == "นายอรุณ รุ่งโรจน์"
        assert spans(member) == [("50", DAY, None, "join", None)]
        assert [step.after for step in member.history] == ["active"]
        assert [consent.purpose for consent in member.consents] == ["registry"]
        event = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action == Action.MEMBER_REGISTER.value)
        ).one()
        assert (event.object_id, event.province, event.details) == (
            str(number),
            "50",
            {"office": "P50"},
        )
        assert event.personal is not None
        assert event.personal.changes["phone"] == [None, "0812345678"]
        assert "1101700230708" not in str(event.personal.changes)
        assert verify().holds


def test_an_applicant_does_not_count_yet(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = services.register(ACTOR, office(), VALUES, on=DAY, state=S.APPLIED)
        assert spans(member) == []
        change_state(ACTOR, member, S.ACTIVE, on=later(5))
        assert spans(member) == [("50", later(5), None, "join", None)]


def test_two_people_cannot_share_a_national_id(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        services.register(ACTOR, office(), VALUES, on=DAY)
        moved = replace(VALUES, province_code="90", district_code="9001")
        with pytest.raises(services.AlreadyRegistered):
            services.register(ACTOR, office("P90"), moved, on=DAY)


@pytest.mark.parametrize(
    "changes",
    [
        {"first_name": ""},
        {"network_type": "no_such_type"},
        {"district_code": "9001"},
        {"subdistrict_code": "900101"},
        {"province_code": "99", "district_code": None},
        {"birth_year": 2010},
        {"birth_year": 2010, "guardian_name": "สมศรี"},
    ],
)
def test_what_cannot_be_is_refused(app: Flask, changes: dict[str, object]) -> None:
    with app.app_context():
        begin_write()
        with pytest.raises(Refused):
            new(**changes)


def test_a_guardian_speaks_for_a_minor(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        young = replace(
            VALUES, birth_year=2010, guardian_name="สมศรี รุ่งโรจน์", guardian_consent_on=DAY
        )
        member = services.register(
            ACTOR, office(), young, on=DAY, consents=[ConsentPurpose.REGISTRY]
        )
        assert [consent.by_guardian for consent in member.consents] == [True]


def test_the_life_cycle_keeps_its_history(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = new()
        for to, day in ((S.INACTIVE, 10), (S.ACTIVE, 20), (S.LEFT, 30)):
            change_state(ACTOR, member, to, on=later(day), reason="ทดสอบ")
        assert spans(member) == [
            ("50", DAY, later(10), "join", "inactive"),
            ("50", later(20), later(30), "return", "left"),
        ]
        assert [(step.before, step.after) for step in member.history] == [
            (None, "active"),
            ("active", "inactive"),
            ("inactive", "active"),
            ("active", "left"),
        ]
        assert member.left_on == later(30)
        change_state(ACTOR, member, S.ACTIVE, on=later(40))
        assert member.left_on is None


@pytest.mark.parametrize("state", list(S))
def test_only_the_steps_of_the_life_cycle(app: Flask, state: MemberState) -> None:
    with app.app_context():
        begin_write()
        member = new()
        member.state = state.value
        for to in set(S) - MOVES[state]:
            with pytest.raises(Refused):
                change_state(ACTOR, member, to, on=later(1))


def test_the_past_is_not_rewritten(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = new()
        change_state(ACTOR, member, S.INACTIVE, on=later(10))
        with pytest.raises(Refused):
            change_state(ACTOR, member, S.ACTIVE, on=later(9))
        change_state(ACTOR, member, S.ACTIVE, on=later(10))
        moved = replace(MemberValues.of(member), province_code="51", district_code=None)
        with pytest.raises(Refused):
            services.update(ACTOR, member, moved, on=later(5))


def test_who_leaves_is_off_every_roster(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = cast.member("dao50")
        change_state(ACTOR, member, S.LEFT, on=later(1))
        for model in (NetworkMember, ChannelMember):
            days = db.session.scalars(select(model.to_on).where(model.member_id == member.id))
            assert set(days) == {later(1)}
        retired = db.session.scalars(select(Channel.retired_on).filter_by(member_id=member.id))
        assert set(retired) == {later(1)}


def test_a_move_or_another_type_begins_a_span(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = new()
        values = MemberValues.of(member)
        services.update(ACTOR, member, replace(values, network_type="education"), on=DAY)
        assert spans(member) == [("50", DAY, None, "join", None)]
        moved = replace(MemberValues.of(member), province_code="51", district_code=None)
        services.update(ACTOR, member, moved, on=later(3))
        services.update(ACTOR, member, replace(moved, network_type="youth"), on=later(5))
        assert spans(member) == [
            ("50", DAY, later(3), "join", "move"),
            ("51", later(3), later(5), "move", "type"),
            ("51", later(5), None, "type", None),
        ]


def test_a_second_writer_is_told(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = new()
        read = member.version
        values = MemberValues.of(member)
        services.update(ACTOR, member, replace(values, position="ประธาน"), on=DAY, version=read)
        with pytest.raises(ChangedMeanwhile):
            services.update(ACTOR, member, replace(values, position="เลขา"), on=DAY, version=read)


def test_an_update_that_changes_nothing_leaves_no_trace(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = new()
        before = member.version
        services.update(ACTOR, member, MemberValues.of(member), on=later(1))
        assert member.version == before
        updates = select(func.count()).where(AuditEvent.action == Action.MEMBER_UPDATE.value)
        assert db.session.scalar(updates) == 0


def test_consent_has_a_wording_and_an_end(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = new()
        first = give_consent(ACTOR, member, ConsentPurpose.PORTRAIT, on=DAY, source="ใบสมัคร")
        assert first.wording is not None
        assert first.wording.version == 1
        again = give_consent(ACTOR, member, ConsentPurpose.PORTRAIT, on=later(1), source="ซ้ำ")
        assert again is first
        with pytest.raises(Refused):
            withdraw_consent(ACTOR, first, on=later(-1))
        withdraw_consent(ACTOR, first, on=later(2))
        with pytest.raises(Refused):
            withdraw_consent(ACTOR, first, on=later(3))
        assert standing_consent(member, ConsentPurpose.PORTRAIT) is None
        db.session.add(
            ConsentWording(
                purpose="portrait", version=2, text_th="ใหม่", text_en="new", valid_from=later(4)
            )
        )
        db.session.flush()
        for day, version in ((later(3), 1), (later(4), 2)):
            given = give_consent(ACTOR, member, ConsentPurpose.PORTRAIT, on=day, source="ใหม่")
            assert given.wording is not None
            assert given.wording.version == version
            withdraw_consent(ACTOR, given, on=day)


def test_a_scope_decides_what_exists(app: Flask) -> None:
    with app.app_context():
        malee, hasan = cast.member("malee50"), cast.member("hasan90")
        bureau = Scope(network_offices=frozenset({office("C-NNT").id}), personal=True)
        assert member_for(Scope.of_provinces("50"), malee.id) is malee
        assert member_for(bureau, hasan.id) is hasan
        for scope, member in (
            (Scope.of_provinces("90"), malee),
            (Scope.of_provinces("50", personal=False), malee),
            (Scope(), malee),
            (bureau, malee),
        ):
            with pytest.raises(NotFound):
                member_for(scope, member.id)
        with pytest.raises(NotFound):
            member_to_change(bureau, hasan.id)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.one_of(
            st.sampled_from(list(S)),
            st.sampled_from(["50", "51"]),
            st.sampled_from(["village_volunteer", "youth"]),
        ),
    ),
    max_size=12,
)


@pytest.mark.parametrize("start", [S.APPLIED, S.ACTIVE])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_spans_count_like_a_diary(
    app: Flask, start: MemberState, steps: list[tuple[int, str]]
) -> None:
    """On any day exactly one span holds a member whom a day-by-day diary calls active."""
    with app.app_context():
        begin_write()
        member = services.register(
            ACTOR, office(), replace(VALUES, district_code=None), on=DAY, state=start
        )
        day = DAY
        diary = {DAY: _standing(member)}
        for wait, wish in steps:
            day += timedelta(days=wait)
            _try(member, wish, day)
            diary[day] = _standing(member)
        _compare(member, diary, day)
        db.session.rollback()


def _standing(member: Member) -> tuple[str, str] | None:
    """What a diary notes in the evening: province and type of an active member."""
    return (member.province_code, member.network_type) if member.state == S.ACTIVE else None


def _try(member: Member, wish: str, day: date) -> None:
    if isinstance(wish, MemberState):
        if wish in MOVES[member.as_state]:
            change_state(ACTOR, member, wish, on=day)
        return
    field = "province_code" if wish.isdigit() else "network_type"
    services.update(ACTOR, member, replace(MemberValues.of(member), **{field: wish}), on=day)


def _compare(member: Member, diary: dict[date, tuple[str, str] | None], end: date) -> None:
    rows = list(db.session.scalars(select(MemberSpan).where(MemberSpan.member_id == member.id)))
    assert all(row.to_on is None or row.from_on < row.to_on for row in rows)
    standing = None
    for offset in range((end - DAY).days + 3):
        day = DAY + timedelta(days=offset)
        standing = diary.get(day, standing)
        held = [
            (row.province_code, row.network_type)
            for row in rows
            if row.from_on <= day and (row.to_on is None or day < row.to_on)
        ]
        assert held == ([standing] if standing else [])


def test_a_closed_office_registers_nobody(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        office().closed_on = date(2020, 1, 1)
        with pytest.raises(Refused, match="ปิดแล้ว"):
            services.register(ACTOR, office(), VALUES, on=DAY)


def _all_of(name: str) -> dict[str, object]:
    """Everything that hangs on a member's state."""
    member = cast.member(name)
    span = select(MemberSpan.from_on, MemberSpan.to_on, MemberSpan.ends)
    mine = select(NetworkMember.to_on).where(NetworkMember.member_id == member.id)
    listed = select(ChannelMember.to_on).where(ChannelMember.member_id == member.id)
    own = select(Channel.retired_on).where(Channel.member_id == member.id)
    return {
        "state": member.state,
        "left_on": member.left_on,
        "spans": db.session.execute(span.where(MemberSpan.member_id == member.id)).all(),
        "open": [list(db.session.scalars(query)) for query in (mine, listed, own)],
    }


@pytest.mark.parametrize("to", [MemberState.INACTIVE, MemberState.LEFT, MemberState.DECEASED])
def test_a_slip_of_the_state_is_taken_back_whole(app: Flask, to: MemberState) -> None:
    with app.app_context(), unit_of_work():
        before, actor = _all_of("malee50"), story.acting("officer50")
        states.change_state(actor, cast.member("malee50"), to, on=date(2026, 1, 15))
        assert _all_of("malee50") != before
        states.take_back(actor, cast.member("malee50"))
        db.session.expire_all()
        assert _all_of("malee50") == before


def test_a_return_is_taken_back_too(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor, member = story.acting("officer50"), cast.member("malee50")
        states.change_state(actor, member, MemberState.LEFT, on=date(2026, 1, 15))
        left = _all_of("malee50")
        states.change_state(actor, member, MemberState.ACTIVE, on=date(2026, 2, 1))
        states.take_back(actor, member)
        db.session.expire_all()
        assert _all_of("malee50") == left


def test_an_old_step_stays(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor, member = story.acting("officer50"), cast.member("malee50")
        states.change_state(actor, member, MemberState.LEFT, on=date(2026, 1, 15))
        member.history[-1].at -= timedelta(days=8)
        with pytest.raises(Refused, match="นานเกินกว่า"):
            states.take_back(actor, member)
        assert states.step_to_undo(cast.member("dao50")) is None


def test_the_page_offers_to_take_a_slip_back(
    app: Flask, client_of: Callable[[str], FlaskClient]
) -> None:
    client = client_of("officer50")
    with app.app_context():
        number = cast.member("malee50").id
    client.post(f"/members/{number}/state", data={"to": "deceased", "on": "15/1/2569"})
    page = client.get(f"/members/{number}").get_data(as_text=True)
    assert f"/members/{number}/state/undo" in page
    assert client.post(f"/members/{number}/state/undo").status_code == 302
    page = client.get(f"/members/{number}").get_data(as_text=True)
    assert f"/members/{number}/state/undo" not in page
    assert "<del>เสียชีวิต" in page
