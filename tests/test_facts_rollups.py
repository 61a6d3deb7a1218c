"""Rollups say what the facts say: after folding, between changes and folding, and rebuilt."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any

import pytest
import sqlglot
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute

from registry.access.scope import Scope
from registry.arrow import Moment
from registry.db import WRITE, begin_write, commit, db, unit_of_work
from registry.facts import files
from registry.facts.components import COMPONENTS
from registry.facts.cuts import Cell, Cut
from registry.facts.engine import Amounts, cells, cells_of
from registry.facts.evaluate import evaluate
from registry.facts.measures import MEASURES
from registry.facts.query import Live, Rows, Source
from registry.facts.rollups import fold, read, turn
from registry.facts.rollups.catalogue import ROLLED
from registry.facts.rollups.making import Made
from registry.facts.rollups.models import IMAGES, ONCE, TABLES, TOUCH, FactMark, FactState
from registry.facts.rollups.parts import Part
from registry.facts.rollups.proof import prove
from registry.facts.spans import Months
from registry.facts.touched import CHANNEL, Touched, only_touched
from registry.members.models import MemberSpan
from registry.messages.ledger_models import LIVE, Dissemination, Recipient
from registry.messages.models import KeyMessage
from registry.periods.calendar import PeriodKind, month_of, utc_now
from registry.pulse import beat
from tests.facts_world import FIRST, LAST, RICH, Changes, World
from tests.stage import Scene
from tests.test_facts_recount import SPANS, check

EXAMPLES = {"sqlite": 4, "postgresql": 2}
HULL = Months(month_of(FIRST), month_of(LAST))


def filled(app: Flask, seed: int) -> World:
    begin_write()
    world = World(seed)
    world.insert()
    commit()
    return world


def marked() -> int:
    """Marks and touches that wait to be rolled up."""
    tables = (FactMark, TOUCH, *IMAGES.values())
    return sum(db.session.scalar(select(func.count()).select_from(one)) or 0 for one in tables)


def prompt() -> list[str]:
    """Measures that never lag."""
    slow = {rolled.fact.name for rolled in ROLLED.values() if rolled.lag}
    return [
        name
        for name, one in MEASURES.items()
        if not {COMPONENTS[part].fact.name for part in one.components} & slow
    ]


def test_rollups_equal_the_recount_through_late_changes(app: Flask, backend: str) -> None:
    @settings(
        max_examples=EXAMPLES[backend],
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.integers(0, 2**32), span=st.sampled_from(SPANS), count=st.integers(1, 6))
    def run(seed: int, span: tuple[date, date], count: int) -> None:
        world = filled(app, seed)
        fold.fold("test", all_now=True)
        assert not marked()
        check(world, *span)
        begin_write()
        Changes(world, seed).make(count)
        commit()
        check(world, *span, prompt())
        fold.fold("test", all_now=True)
        assert not marked()
        check(world, *span)

    with app.app_context():
        run()


def _world(app: Flask) -> None:
    with app.app_context():
        filled(app, RICH)
        fold.fold("test", all_now=True)


@pytest.fixture
def rolled_up(scene: Scene) -> Flask:
    """A rich world whose rollups are whole."""
    return scene("rolled-up", _world)


def test_a_rollup_that_was_tampered_with_is_named_and_made_anew(rolled_up: Flask) -> None:
    table = TABLES["disseminations"]["place"]
    with rolled_up.app_context():
        assert prove() == []
        with unit_of_work() as session:
            key = session.execute(
                select(table.c.month, table.c.province).where(table.c.disseminations > 0)
            ).first()
            assert key is not None
            session.execute(
                update(table)
                .where(table.c.month == key[0], table.c.province == key[1])
                .values(disseminations=99)
            )
        (found,) = prove()
        assert (found.month, found.cell[0], found.component) == (*key, "disseminations")
        assert found.kept == 99
        fold.fold("test", all_now=True)
        assert prove() == []


def test_a_number_of_a_period_that_was_tampered_with_is_named_and_made_anew(
    rolled_up: Flask,
) -> None:
    with rolled_up.app_context():
        with unit_of_work() as session:
            session.execute(update(ONCE).where(ONCE.c.length == 3).values(number=99))
        found = prove()
        assert {(one.cuboid, one.cell[0], one.kept) for one in found} == {("once", 3, 99)}
        fold.fold("test", all_now=True)
        assert prove() == []


@pytest.mark.parametrize("places", [(), ("50",), ("50", "52", "57")])
def test_numbers_of_periods_and_places_are_those_of_the_facts(
    rolled_up: Flask, monkeypatch: pytest.MonkeyPatch, places: tuple[str, ...]
) -> None:
    """Distinct members of every standard period, of anything that is kept and of anything else."""
    scope = Scope(provinces=frozenset(places)) if places else Scope.all()
    name, spans = "members_passing_on", [Months(HULL.first + 1, HULL.first + 3)]
    for kind in PeriodKind:
        starts = range(month_of(date(2024, 10, 1)), HULL.last + 1, kind.length)
        spans += [Months(start, start + kind.length - 1) for start in starts]
    cuts = [
        *(Cut(by=by) for by in ((), ("zone",), ("province",), ("province", "zone"), ("month",))),
        Cut(by=("province",), where=(("zone", (1, 2)),)),
        Cut(where=(("province", ("50", "57")),)),
        Cut(by=("zone",), as_of="now"),
    ]

    def some(found: dict[Cell, Amounts]) -> dict[Cell, Amounts]:
        return {cell: amounts for cell, amounts in found.items() if amounts[name]}

    with rolled_up.app_context():
        asked = [(span, cut) for span in spans for cut in cuts]
        facts = [some(cells(scope, [name], *one, Live())) for one in asked]
        assert [some(cells(scope, [name], *one)) for one in asked] == facts
        quarters = [span for span in spans[1:] if len(span.numbers) == 3]
        for cut in cuts:
            found = cells_of(scope, [name], quarters, cut)
            for span in quarters:
                assert some(found[span]) == facts[asked.index((span, cut))]
        monkeypatch.setattr(read, "opened", None)  # none of these needs a set
        for cut in cuts[2:4] if places else cuts[:4]:
            assert any(map(some, cells_of(scope, [name], quarters, cut).values()))


def test_each_change_marks_all_that_it_changes(app: Flask) -> None:
    """One change at a time, folded at once: nothing else would mark what it forgot."""
    with app.app_context():
        world = filled(app, RICH)
        fold.fold("test", all_now=True)
        changes = Changes(world, RICH)
        for change in changes.random.sample(3 * changes.kinds, 3 * len(changes.kinds)):
            begin_write()
            change()
            commit()
            fold.fold("test", all_now=True)
        assert [str(one) for one in prove()] == []


LEDGER = [
    name
    for name, one in COMPONENTS.items()
    if one.fact.name in ("recipients", "disseminations", "noticed")
]
CUTS = [
    *(Cut(by=by) for by in ((), ("month", "province"), ("channel_kind", "month"), ("message",))),
    Cut(by=("zone",), where=(("network_type", ("monk", "community_radio")),), as_of="now"),
]


def agree() -> None:
    """What is answered from rollups and what was touched since is what the facts say."""
    here = Scope(provinces=frozenset({"50", "57"}))
    for scope, span in ((Scope.all(), HULL), (here, Months(HULL.last - 3, HULL.last - 1))):
        for cut in CUTS:
            assert cells(scope, LEDGER, span, cut) == cells(scope, LEDGER, span, cut, Live())


def _first_of(column: InstrumentedAttribute[Any]) -> Any:
    """A value that several disseminations that count have, and not all of them."""
    counts = select(column).where(Dissemination.state.in_(LIVE)).group_by(column)
    return db.session.scalar(counts.order_by(func.count().desc(), column).limit(1))


def _withdraw_a_members() -> None:
    mine = Dissemination.member_id == _first_of(Dissemination.member_id)
    db.session.execute(update(Dissemination).where(mine).values(state="withdrawn"))


def _give_a_members_to_another() -> None:
    one, other = db.session.scalars(select(Dissemination.member_id).distinct().limit(2))
    mine = update(Dissemination).where(Dissemination.member_id == one)
    nothing = {"audience_potential": None, "audience_reported": None}
    db.session.execute(mine.values(member_id=other, **nothing))


def _delete_those_of_a_province() -> None:
    here = _first_of(Dissemination.province_code)
    db.session.execute(delete(Dissemination).where(Dissemination.province_code == here))
    db.session.execute(delete(Recipient).where(Recipient.province_code == here))


def _move_all_a_month_on() -> None:
    db.session.execute(update(Dissemination).values(month=Dissemination.month + 1))
    db.session.execute(update(Recipient).values(received_at=None, received_via=None))


CHANGED = [
    _withdraw_a_members,
    _give_a_members_to_another,
    _delete_those_of_a_province,
    _move_all_a_month_on,
]


@pytest.mark.parametrize("change", CHANGED)
def test_what_was_touched_is_reckoned_with_before_it_is_rolled_up(
    rolled_up: Flask, change: Callable[[], None]
) -> None:
    with rolled_up.app_context():
        begin_write()
        change()
        commit()
        assert not db.session.scalar(select(FactMark.id).where(FactMark.mark == "disseminations"))
        agree()
        begin_write()
        db.session.execute(delete(Dissemination).where(Dissemination.id % 3 == 0))
        commit()
        agree()
        fold.fold("test", all_now=True)
        assert not marked()
        agree()
        assert prove() == []


def test_killed_between_two_parts_no_month_counts_twice(
    rolled_up: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each month knows what it holds: what was made anew is not reckoned with again."""
    replace, done = fold.replace, list[Part]()

    def killed(mine: turn.Turn, part: Part, found: Made) -> None:
        replace(mine, part, found)
        done.append(part)
        if len(done) == 2:
            raise KeyboardInterrupt

    with rolled_up.app_context():
        begin_write()
        _delete_those_of_a_province()
        commit()
        monkeypatch.setattr(fold, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            fold.fold("test", all_now=True)
        agree()
        begin_write()
        _withdraw_a_members()
        commit()
        agree()
        monkeypatch.setattr(fold, "replace", replace)
        fold.fold("test", all_now=True)
        agree()
        assert prove() == []


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_no_epoch_ends_in_the_midst_of_a_change(rolled_up: Flask) -> None:
    """What a transaction touched that was not over when all was rolled up is not lost."""
    with rolled_up.app_context():
        writer = db.engine.execution_options(**{WRITE: True})
        with writer.connect() as connection:
            connection.execute(delete(Dissemination))
            with unit_of_work() as session:
                session.execute(update(MemberSpan).values(network_type="monk"))
            fold.fold("test", all_now=True)
            assert not marked(), "what rests on no epoch need not wait"
            with unit_of_work() as session:
                session.execute(update(Recipient).values(received_at=None))
            with pytest.raises(turn.Unsettled):
                fold.fold("test", all_now=True)
            connection.commit()
        agree()
        fold.fold("test", all_now=True)
        assert cells(Scope.all(), ["disseminations"], HULL, Cut())[()] == {"disseminations": 0}
        assert prove() == []


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_two_writers_touch_a_pair_at_once(rolled_up: Flask) -> None:
    """Each copies the pair as it was, since neither sees the other; it counts once."""
    with rolled_up.app_context():
        table = Dissemination.__table__
        row = db.session.execute(select(table).where(table.c.state.in_(LIVE))).mappings().first()
        assert row is not None
        more = [{**row, "id": number, "form_token": None} for number in (10**9, 10**9 + 1)]
        engine = db.engine.execution_options(**{WRITE: True})
        with engine.connect() as one, engine.connect() as other:
            one.execute(insert(table), more[:1])
            other.execute(insert(table), more[1:])
            one.commit()
            db.session.rollback()  # the moment before
            agree()
            other.commit()
        db.session.rollback()
        copies = select(func.count()).select_from(IMAGES["dissemination"])
        assert (db.session.scalar(copies) or 0) >= 4
        agree()
        fold.fold("test", all_now=True)
        agree()
        assert prove() == []


def test_who_comes_back_within_a_period_was_kept(rolled_up: Flask) -> None:
    """What changes months after a period began changes the cohort that is kept under its begin."""
    first = month_of(date(2025, 10, 1))
    half = Months(first, first + 5)

    def kept() -> int:
        fold.fold("test", all_now=True)
        (figure,) = evaluate(Scope.all(), ["retention_rate"], half)
        assert figure.numerator is not None
        return int(figure.numerator)

    with rolled_up.app_context():
        with unit_of_work() as session:
            span = session.scalars(select(MemberSpan)).first()
            assert span is not None
            others = delete(MemberSpan).where(MemberSpan.member_id == span.member_id)
            session.execute(others.where(MemberSpan.id != span.id))
            once = {"from_on": date(2025, 1, 1), "to_on": date(2025, 11, 15), "ends": "left"}
            session.execute(update(MemberSpan).where(MemberSpan.id == span.id).values(**once))
            place = {"province_code": span.province_code, "network_type": span.network_type}
            person = {"member_id": span.member_id, **place}
        before = kept()
        with unit_of_work() as session:
            again = {"id": 1_000_000, "from_on": date(2026, 2, 10), "starts": "return"}
            session.execute(insert(MemberSpan).values(**person, **again))
        assert kept() == before + 1
        assert prove() == []


@pytest.mark.parametrize("proven", [False, True], ids=["database", "files"])
def test_a_rebuild_makes_the_same(rolled_up: Flask, *, proven: bool) -> None:
    """From the database itself, and from files, of which all cuboids are counted in one reading."""
    with rolled_up.app_context():
        with unit_of_work() as session:
            for tables in TABLES.values():
                for table in tables.values():
                    session.execute(delete(table))
            session.execute(delete(ONCE))
        assert prove()
        fold.rebuild("test", partial(files.proven, lambda *_: None) if proven else None)
        assert prove() == []


def test_what_changes_during_a_rebuild_is_not_lost(rolled_up: Flask) -> None:
    """Files are older than what is marked while they are read; nobody else folds meanwhile."""

    @contextmanager
    def overtaken(seen: Moment) -> Iterator[Source]:
        with files.proven(lambda *_: None, seen) as source:
            with unit_of_work() as session:
                session.execute(delete(Dissemination))
            with pytest.raises(turn.NotFolding):
                fold.fold("other", all_now=True)
            yield source

    with rolled_up.app_context():
        fold.rebuild("test", overtaken)
        (figure,) = evaluate(Scope.all(), ["disseminations"], HULL)
        assert figure.value == 0
        fold.fold("test", all_now=True)
        assert prove() == []


def test_one_folds_at_a_time_and_a_dead_one_is_followed(rolled_up: Flask) -> None:
    with rolled_up.app_context():
        with unit_of_work() as session:
            session.execute(delete(Dissemination))
            later = {"folder": "other", "folding_until": utc_now() + turn.LEASE}
            session.execute(update(FactState).values(later))
        with pytest.raises(turn.NotFolding):
            fold.fold("test", all_now=True)
        assert marked()
        with unit_of_work() as session:
            session.execute(update(FactState).values(folding_until=utc_now()))
        fold.fold("test", all_now=True)
        assert not marked()
        assert prove() == []


def test_what_cannot_be_folded_is_still_counted(
    rolled_up: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between two parts: marks remain, figures are those of the facts."""
    with rolled_up.app_context():
        with unit_of_work() as session:
            session.execute(delete(Dissemination))

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(fold, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            fold.fold("test", all_now=True)
        assert marked()
        (figure,) = evaluate(Scope.all(), ["disseminations"], HULL)
        assert figure.value == 0


def test_the_commands_tell_where_it_stands(rolled_up: Flask) -> None:
    run = rolled_up.test_cli_runner().invoke
    told = json.loads(run(args=["facts", "status", "--json"]).output)
    assert told["ready"]
    assert told["waiting"] == 0
    assert json.loads(run(args=["facts", "prove", "--json"]).output) == {"differing": []}
    with rolled_up.app_context(), unit_of_work() as session:
        session.execute(delete(Dissemination))
    assert json.loads(run(args=["facts", "status", "--json"]).output)["waiting"]
    assert json.loads(run(args=["facts", "refresh", "--json"]).output)["parts"]
    assert json.loads(run(args=["facts", "status", "--json"]).output)["waiting"] == 0


def test_the_process_of_facts_folds_what_was_touched(
    rolled_up: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rolled_up.app_context():
        with unit_of_work() as session:
            session.execute(delete(Dissemination))
        fold.fold("test", seconds=0)
        assert marked(), "a month that was just made anew rests"
        monkeypatch.setattr(fold, "REST", 0)
        monkeypatch.setattr(fold, "SHARE", 600)  # however busy the machine is
        assert beat(fold.PROCESS)
        assert db.session.execute(select(TOUCH)).first() is None
        table = TABLES["disseminations"]["place"]
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_an_answer_is_kept_until_what_it_rests_on_changes(
    rolled_up: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    fetch = Live.fetch

    def counted(self: Live, sql: str) -> Rows:
        asked.append(sql)
        return fetch(self, sql)

    monkeypatch.setattr(Live, "fetch", counted)

    def kept() -> tuple[float | None, int]:
        asked.clear()
        (figure,) = evaluate(Scope.all(), ["retention_rate"], Months(HULL.last - 4, HULL.last))
        return figure.numerator, len(asked)

    with rolled_up.app_context():
        before, questions = kept()
        assert before
        assert questions
        assert kept() == (before, 0)
        with unit_of_work() as session:
            session.execute(delete(MemberSpan))
        assert kept() == (0, questions)
        fold.fold("test", all_now=True)
        assert kept() == (0, questions)
        assert kept() == (0, 0)


def test_another_topic_is_seen_at_once_though_it_marks_nothing(rolled_up: Flask) -> None:
    def topics() -> set[object]:
        found = evaluate(Scope.all(), ["recipients"], HULL, Cut(by=("topic",)))
        return {one.cell[0] for one in found}

    with rolled_up.app_context():
        assert topics() == topics() != {"น้ำท่วม"}
        with unit_of_work() as session:
            session.execute(update(KeyMessage).values(topic="น้ำท่วม"))
        assert not marked()
        assert topics() == {"น้ำท่วม"}


def test_touched_rows_are_read_without_looking_for_their_messages_again() -> None:
    """Only what narrows to messages of the paired tables is dropped; limits stay."""
    tree = sqlglot.parse_one(
        "SELECT * FROM dissemination AS d WHERE d.message_id IN (SELECT message_id FROM "
        "dissemination WHERE month = 1) AND d.office_id IN (SELECT id FROM office) AND "
        "NOT d.message_id IN (SELECT message_id FROM recipient)",
        dialect="sqlite",
    )
    only_touched(tree, Touched("now", CHANNEL), "sqlite")
    told = tree.sql("sqlite")
    assert "month = 1" not in told
    assert "d.office_id IN (SELECT id FROM office)" in told
    assert "NOT d.message_id IN (SELECT message_id FROM" in told
    assert told.count("fact_touch") == 2
