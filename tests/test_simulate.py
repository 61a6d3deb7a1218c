"""``sang simulate``: the asked size, the same for the same seed, and by the rules of the models."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, delete, func, select, text
from sqlalchemy.orm import aliased

from benchmarks.simulate.build import MODELS, rows_of, simulate
from benchmarks.simulate.columns import Table, for_sqlite
from benchmarks.simulate.people import SOURCE, wordings_known
from benchmarks.simulate.plan import Plan
from benchmarks.simulate.world import make_world
from registry.access.scope import Scope
from registry.channels.models import AudienceCount, Channel
from registry.cli import main
from registry.db import Base, begin_write, db, unit_of_work
from registry.errors import Refused
from registry.facts.evaluate import evaluate
from registry.facts.spans import Months
from registry.geography.models import ProvinceZone
from registry.members import normalise
from registry.members.consent_models import Consent
from registry.members.models import Member, MemberSpan, MemberStateChange
from registry.members.search import named
from registry.messages.ledger_models import LIVE, Dissemination, MemberNews, Question, Recipient
from registry.messages.models import KeyMessage, Publication
from registry.networks.models import Network, NetworkMember
from registry.periods.calendar import month_of
from tests.stage import Scene
from tests.test_members_search import require_in_step

PLAN = Plan(300, 60, 4_000, 7, 24, date(2026, 3, 20))
SECRET = {"member": {"national_id", "national_id_hash"}}
"""What is encrypted is never twice the same."""


def _make(app: Flask) -> None:
    with app.app_context():
        _empty()
        simulate(PLAN, lambda _: None, lambda _: None)


def _empty() -> None:
    """Let the cast go, but for their accounts."""
    going = {model.__tablename__ for model in MODELS}
    for table in Base.metadata.sorted_tables:
        if any(key.column.table.name in going for key in table.foreign_keys):
            going.add(table.name)
    with unit_of_work() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name in going:
                session.execute(delete(table))


@pytest.fixture
def made(scene: Scene) -> Flask:
    """An instance with made-up data."""
    return scene("simulated", _make)


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _digest(plan: Plan) -> str:
    """All rows of a plan, but for what is encrypted."""
    found = hashlib.sha256()
    for table in rows_of(make_world(plan), wordings_known(), lambda _: None):
        hidden = SECRET.get(table.model.__tablename__, set())
        shown = {name: one for name, one in table.columns.items() if name not in hidden}
        for row in for_sqlite(Table(table.model, shown)):
            found.update(repr(row).encode())
    return found.hexdigest()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_same_arguments_give_the_same_data(app: Flask) -> None:
    with app.app_context():
        assert _digest(PLAN) == _digest(replace(PLAN)) != _digest(replace(PLAN, seed=8))


def test_there_is_as_much_as_was_asked_for(made: Flask) -> None:
    with made.app_context():
        rows = {
            model: _count(select(*model.__table__.primary_key))
            for model in (Member, KeyMessage, Recipient, Dissemination, Question, MemberNews)
        }
        first = db.session.scalar(select(func.min(Recipient.month)))
        last = db.session.scalar(select(func.max(Recipient.month)))
    assert (rows[Member], rows[KeyMessage]) == (PLAN.members, PLAN.messages)
    assert rows[Recipient] == PLAN.recipients == 2_800
    assert rows[Dissemination] == 1_160
    assert rows[Question] + rows[MemberNews] == 40
    assert PLAN.first_month <= (first or 0) < (last or 0) <= PLAN.last_month == month_of(PLAN.until)


def test_nothing_hangs_in_the_air(made: Flask) -> None:
    """The load went past foreign keys; indexes and triggers are those of the migrations."""
    with made.app_context():
        if db.engine.dialect.name == "sqlite":
            assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
            assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"
        names = {
            index["name"]
            for model in MODELS
            for index in db.inspect(db.engine).get_indexes(model.__tablename__)
        }
        wanted = {str(index.name) for model in MODELS for index in model.__table__.indexes}  # type: ignore[attr-defined]
        assert wanted <= names


def _outside(model: Any, day: Any) -> Select[Any]:
    """Rows whose place and type are not those of the member's span of the day."""
    span = (
        select(MemberSpan.id)
        .where(
            MemberSpan.member_id == model.member_id,
            MemberSpan.province_code == model.province_code,
            MemberSpan.network_type == model.network_type,
            MemberSpan.from_on <= day,
            func.coalesce(MemberSpan.to_on, date(9999, 1, 1)) > day,
        )
        .correlate(model)
    )
    return select(model.month).where(~span.exists())


def test_facts_bear_the_place_of_their_day(made: Flask) -> None:
    with made.app_context():
        for model in (Recipient, Dissemination, Question, MemberNews):
            assert _count(_outside(model, model.on)) == 0, model


def test_recipients_were_on_the_roster_and_willing(made: Flask) -> None:
    with made.app_context():
        in_network = (
            select(NetworkMember.id)
            .join(Channel, Channel.network_id == NetworkMember.network_id)
            .join(Publication, Publication.channel_id == Channel.id)
            .where(
                Publication.id == Recipient.publication_id,
                NetworkMember.member_id == Recipient.member_id,
                NetworkMember.from_on <= Recipient.on,
                func.coalesce(NetworkMember.to_on, date(9999, 1, 1)) > Recipient.on,
            )
            .correlate(Recipient)
        )
        assert _count(select(Recipient.month).where(~in_network.exists())) == 0
        unwilling = select(Consent.id).where(
            Consent.member_id == Recipient.member_id,
            Consent.purpose == "messages",
            Consent.withdrawn_on <= Recipient.on,
        )
        assert _count(select(Recipient.month).where(unwilling.exists())) == 0
        early = select(Recipient.month).where(Recipient.received_at < Recipient.published_at)
        assert _count(early) == 0


def test_who_passed_on_has_received(made: Flask) -> None:
    with made.app_context():
        d, r = Dissemination, Recipient
        pair = (r.message_id == d.message_id) & (r.member_id == d.member_id)
        joined = select(d.id).join(r, pair).where(d.state.in_(LIVE))
        assert _count(joined) == _count(select(d.id).where(d.state.in_(LIVE)))
        assert _count(joined.where(func.coalesce(r.received_at, d.at) > d.at)) == 0
        assert _count(joined.where(r.received_at.is_(None))) == 0
        assert _count(joined.where(d.office_id != r.office_id)) == 0


def test_disseminations_are_what_the_ledger_takes(made: Flask) -> None:
    with made.app_context():
        d, m, other = Dissemination, KeyMessage, aliased(Dissemination)
        rows = select(d.id).join(m, m.id == d.message_id)
        assert _count(rows.where(d.at < m.published_at)) == 0
        channels = select(d.id).join(Channel, Channel.id == d.channel_id)
        closed = func.coalesce(Channel.retired_on, date(9999, 1, 1)) <= d.on
        assert _count(channels.where((Channel.member_id != d.member_id) | closed)) == 0
        counted = (
            select(AudienceCount.audience)
            .where(AudienceCount.channel_id == d.channel_id, AudienceCount.on <= d.on)
            .order_by(AudienceCount.on.desc())
            .limit(1)
            .correlate(d)
            .scalar_subquery()
        )
        differs = func.coalesce(counted, -1) != func.coalesce(d.audience_potential, -1)
        assert _count(select(d.id).where(differs)) == 0
        same = (other.message_id == d.message_id) & (other.channel_id == d.channel_id)
        twins = select(d.id).join(other, same & (other.id != d.id))
        assert _count(twins) > 0, "several in one channel"
        assert _count(twins.where(other.on == d.on)) == 0
        assert set(db.session.scalars(select(d.state).distinct())) == {
            *LIVE,
            "sent_back",
            "withdrawn",
        }
        ids = list(db.session.scalars(select(d.id)))
        assert len(set(ids)) == len(ids)


def test_names_are_those_that_the_registry_would_derive(made: Flask) -> None:
    with made.app_context():
        some = db.session.scalars(select(Member).where(Member.source == SOURCE).limit(80))
        for one in some:
            derived = normalise.derived(one.title, one.first_name, one.last_name, None)
            assert {name: getattr(one, name) for name in derived} == dict(derived)
            assert one.national_id is None or len(one.national_id) == 13


def test_lives_and_spans_agree(made: Flask) -> None:
    with made.app_context():
        still = select(MemberSpan.member_id).where(MemberSpan.to_on.is_(None))
        active = select(Member.id).where(Member.state == "active")
        assert set(db.session.scalars(still)) == set(db.session.scalars(active))
        moved = (
            select(Member.id)
            .join(MemberSpan)
            .where(MemberSpan.to_on.is_(None), MemberSpan.province_code != Member.province_code)
        )
        assert _count(moved) == 0
        latest = {row.member_id: row.after for row in db.session.scalars(
            select(MemberStateChange).order_by(MemberStateChange.id))}  # fmt: skip
        assert latest == {row.id: row.state for row in db.session.scalars(select(Member))}


def test_a_province_changes_its_zone_and_measures_can_be_evaluated(made: Flask) -> None:
    with made.app_context():
        moves = select(ProvinceZone).where(ProvinceZone.valid_from == PLAN.middle)
        assert _count(moves) == 1
        names = ["recipients", "received_rate", "passed_on", "reach_potential", "members_active"]
        months = Months(PLAN.first_month, PLAN.last_month)
        found = {one.measure: one for one in evaluate(Scope.all(), names, months)}
        assert found["recipients"].value == PLAN.recipients
        assert 0.5 < (found["received_rate"].value or 0) < 1
        assert (found["reach_potential"].value or 0) > 0


def test_who_was_loaded_is_found_by_name(made: Flask) -> None:
    with made.app_context():
        begin_write()
        require_in_step()
        one = db.session.scalars(select(Member)).first()
        assert one
        assert one.id in db.session.scalars(select(Member.id).where(named(one.search_text))).all()


def test_an_instance_that_is_not_empty_is_refused(
    made: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    with made.app_context(), pytest.raises(Refused, match="not empty"):
        simulate(PLAN, lambda _: None, lambda _: None)
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "--until", "2999-01-01"])
    assert ended.value.code == 2
    assert "--until" in capsys.readouterr().err


def test_more_facts_than_rosters_can_hold_are_refused_and_nothing_stays(app: Flask) -> None:
    many = Plan(100, 1, 100_000, 7, 12, date(2026, 3, 20))
    with app.app_context():
        _empty()
        with pytest.raises(Refused, match="hold at most"):
            simulate(many, lambda _: None, lambda _: None)
        assert _count(select(Network.id)) == 0
