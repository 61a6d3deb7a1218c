"""Queries that were written for a million rows answer as the plain ones do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, and_, case, func, or_, select, text

from registry import ui
from registry.access.scope import Scope
from registry.channels import rosters
from registry.channels.models import Channel, ChannelMember
from registry.db import db, unit_of_work
from registry.members.consent_models import ConsentPurpose
from registry.members.consents import standing_consent, withdraw_consent
from registry.members.list_queries import ALL, MemberFilters, pick_members
from registry.members.models import Member, MemberState
from registry.members.queries import STANDS
from registry.members.states import change_state
from registry.messages import inbox, ledger, ledger_views
from registry.messages.inbox import LedgerFilters
from registry.messages.ledger_models import LEFT_OUT, WAITS_FOR_REVIEW, Dissemination
from registry.messages.numbers import silent_rows
from registry.messages.release_queries import count_untried
from registry.messages.silent_ways import Asked, list_silent, silent_by_way
from registry.messages.unreached import active, willing
from registry.networks.models import NetworkMember
from registry.outbox.accounts import linked_members
from registry.outbox.models import UNSETTLED, Delivery, DeliveryState, SendingBody, SendingRequest
from registry.periods.calendar import to_bangkok_date
from tests import cast, outbox_world, releasing, story

TODAY = to_bangkok_date(datetime.now(UTC))
SCOPES = [Scope.all(), Scope.of_provinces("50"), Scope.of_provinces("51", "90")]


def plain_way(number: int) -> str:
    """The way to a member, from sets that are all read at once."""
    row = db.session.get_one(Member, number)
    able = {*db.session.scalars(active(TODAY))} & {*db.session.scalars(willing(TODAY))}
    if number not in able or row.merged_into_id is not None:
        return Asked.LEFT_ALONE.value
    linked = {*db.session.scalars(linked_members())}
    return (Asked.LINE if number in linked else Asked.PHONE).value


def test_the_way_to_each_who_is_silent(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        releasing.link("malee50", "somchai50")
        consent = standing_consent(cast.member("malee50"), ConsentPurpose.MESSAGES)
        assert consent
        withdraw_consent(actor, consent, on=TODAY)
        change_state(actor, cast.member("somchai50"), MemberState.LEFT, on=TODAY, reason="ย้าย")
        db.session.flush()
        for scope in SCOPES:
            rows = list_silent(scope, message.id, TODAY)
            found = {member.id: way for member, _row, way in rows}
            seen = {
                member.id for member, _row in db.session.execute(silent_rows(scope, message.id))
            }
            assert found == {number: plain_way(number) for number in seen}
            assert silent_by_way(scope, message.id, TODAY) == Counter(found.values())
            for way in Asked:
                named = [member.id for member, *_ in list_silent(scope, message.id, TODAY, by=way)]
                assert sorted(named) == sorted(one for one in found if found[one] == way)


def plain_roster(scope: Scope, channel: Channel) -> set[tuple[Any, ...]]:
    """Who is on a channel, from everybody."""
    by_hand, through = ChannelMember, NetworkMember
    here = and_(by_hand.member_id == Member.id, by_hand.channel_id == channel.id)
    inside = and_(through.member_id == Member.id, through.network_id == channel.network_id)
    query = (
        select(Member.id, by_hand.id, through.id)
        .outerjoin(by_hand, and_(here, by_hand.to_on.is_(None)))
        .outerjoin(through, and_(inside, through.to_on.is_(None)))
        .where(or_(by_hand.id.is_not(None), through.id.is_not(None)), STANDS)
    )
    if not scope.everything:
        query = query.where(Member.province_code.in_(sorted(scope.provinces)))
    return {tuple(row) for row in db.session.execute(query)}


def test_a_roster_holds_both_ways_onto_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rosters, "PAGE", 2)
    with app.app_context(), unit_of_work():
        channel = cast.channel("P50")
        releasing.enlist(channel, "kaew51")
        hand = select(ChannelMember).where(ChannelMember.channel_id == channel.id)
        for name, model in (("malee50", ChannelMember), ("dao50", NetworkMember)):
            own = select(model).where(model.member_id == cast.member(name).id)
            for row in db.session.scalars(own):
                row.to_on = TODAY
        db.session.flush()
        assert db.session.scalars(hand).all()
        for scope in (Scope.all(), Scope.of_provinces("50")):
            total, found = rosters.seen_size(scope, channel.id), []
            for page in range(1, 4):
                found += rosters.roster(scope, channel.id, page=page)
            listed = {
                (row[2].id, row[0].id if row[0] else None, row[1].id if row[1] else None)
                for row in found
            }
            assert len(found) == total == len(listed)
            assert listed == plain_roster(scope, channel)
            names = [row[2].name_key for row in found]
            assert names == sorted(names)
        assert not rosters.roster(Scope.of_provinces("90"), channel.id)


def test_members_are_picked_but_for_some(app: Flask) -> None:
    filters = MemberFilters(state=ALL)
    with app.app_context():
        here = rosters.roster_ids(Scope.all(), cast.channel("P50").id)
        others = select(Member.id).where(Member.province_code != "90")
        for without in (here, others, select(Member.id).where(Member.id < 0)):
            for scope in SCOPES:
                everybody = pick_members(
                    scope, filters, without=select(Member.id).where(Member.id < 0)
                )
                out = {*db.session.scalars(without)}
                left = [row.id for row in everybody if row.id not in out]
                assert [row.id for row in pick_members(scope, filters, without=without)] == left


def untried_plainly(number: int) -> Select[int]:
    row, request = Delivery, SendingRequest
    tried = or_(request.state != "queued", request.doubtful)
    fresh = case((row.request_id.is_(None), True), else_=~tried)
    joined = select(func.count(row.id)).outerjoin(request, request.id == row.request_id)
    return joined.where(row.release_id == number, row.state == "queued", fresh)


def test_what_was_not_tried_is_counted(app: Flask) -> None:
    now = datetime.now(UTC)
    with app.app_context(), unit_of_work():
        channel = outbox_world.bot_channel()
        members = outbox_world.people(12, channel)
        release = outbox_world.release()
        outbox_world.to_members(release, channel, members)
        db.session.add(SendingBody(sha256="0" * 64, content={}))
        db.session.flush()
        kinds = [("queued", False), ("queued", True), ("sending", False), ("sent", False)]
        rows = list(db.session.scalars(select(Delivery).order_by(Delivery.id)))
        for number, (state, doubtful) in enumerate(kinds):
            request = SendingRequest(
                release_id=release.id, channel_id=channel.id, way="line", retry_key=str(number),
                body_sha256="0" * 64, size=2, state=state, doubtful=doubtful,
                due_at=now + timedelta(days=1),
            )  # fmt: skip
            db.session.add(request)
            db.session.flush()
            for row in rows[number * 2 : number * 2 + 2]:
                row.request_id, row.state = request.id, DeliveryState(state).value
        rows[-1].state = DeliveryState.CANCELLED.value
        db.session.flush()
        assert count_untried(Scope.all(), release) == 5
        assert db.session.scalar(untried_plainly(release.id)) == 5
        assert count_untried(Scope.of_provinces("90"), release) == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_open_deliveries_are_found_by_their_index(app: Flask) -> None:
    with app.app_context():
        query = select(Delivery.id).where(Delivery.release_id == 1, *UNSETTLED)
        words = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
        plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {words}")).all()
        assert "ix_delivery_open" in str(plan)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_those_on_a_roster_are_kept_in_memory_while_others_are_picked(app: Flask) -> None:
    """Else PostgreSQL reads a long roster once more for every member."""
    with app.app_context():
        here = rosters.roster_ids(Scope.all(), cast.channel("P50").id)
        pick_members(Scope.all(), MemberFilters(), without=here)
        assert db.session.scalar(text("SHOW work_mem")) == "64MB"
        db.session.rollback()
        assert db.session.scalar(text("SHOW work_mem")) != "64MB"


@pytest.mark.parametrize("who", ["central", "officer50"])
def test_the_ledger_counts_and_turns_pages_only_so_far(
    app: Flask, client_of: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        for name in ("malee50", "dao50", "somchai50"):
            entry = story.entry(message, name)
            ledger.record_dissemination(story.acting("officer50"), story.ALL, entry)
    page = client_of(who).get("/dissemination/").get_data(as_text=True)
    assert '<small class="text-body-secondary">3</small>' in page
    assert "รายการล่าสุด" not in page
    for module in (inbox, ledger_views):
        monkeypatch.setattr(module, "MANY", 2)
    monkeypatch.setattr(inbox, "PAGE", 1)
    page = client_of(who).get("/dissemination/?page=9").get_data(as_text=True)
    assert '<small class="text-body-secondary">2+</small>' in page
    assert "เปิดดูทีละหน้าได้ 2 รายการล่าสุด" in page
    with app.app_context():
        last, before = (
            inbox.list_disseminations(story.ALL, LedgerFilters(page=number))[0].member_id
            for number in (1, 9)
        )
        assert (last, before) == (cast.member("somchai50").id, cast.member("dao50").id)


def test_a_sign_of_the_menu_says_99_and_more() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ui, "number", str)
        assert [ui.bounded(count) for count in (0, 99, 100)] == ["0", "99", "99+"]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (select(Dissemination).where(Dissemination.id == 1), "ix_dissemination_id"),
        (
            select(Dissemination)
            .where(Dissemination.province_code.in_(["50"]))
            .order_by(Dissemination.month.desc(), Dissemination.id.desc())
            .limit(50),
            "ix_dissemination_list",
        ),
        (
            select(Dissemination)
            .where(WAITS_FOR_REVIEW, Dissemination.province_code.in_(["50"]))
            .order_by(Dissemination.recorded_at, Dissemination.id)
            .limit(50),
            "ix_dissemination_queue",
        ),
        (
            select(Dissemination)
            .where(Dissemination.state == "withdrawn", LEFT_OUT)
            .order_by(Dissemination.month.desc(), Dissemination.id.desc())
            .limit(50),
            "ix_dissemination_left_out",
        ),
    ],
    ids=["one", "list", "queue", "left out"],
)
def test_the_ledger_is_read_by_an_index(app: Flask, query: Select[Any], index: str) -> None:
    """Asked as the pages do, with parameters: SQLite must see that a partial index holds them."""
    with app.app_context(), db.engine.connect() as connection:
        asked = query.compile(
            dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
        )
        how = "EXPLAIN QUERY PLAN"
        if connection.dialect.name == "postgresql":
            how = "EXPLAIN"  # with so few rows it would read them all
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        given = asked.params if asked.positiontup is None else [
            asked.params[name] for name in asked.positiontup
        ]  # fmt: skip
        rows = connection.exec_driver_sql(
            f"{how} {asked}", tuple(given) if isinstance(given, list) else dict(given)
        )
        plan = str(rows.all())
    assert index in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
