"""An import from the file to the registry and back, looked at in the database itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from importers import committing, matching, runs, services
from importers.codes import Code
from importers.committing import PlanOutdated
from importers.models import BatchState, Decision, ImportBatch, ImportRow
from importers.obstacles import obstacles
from importers.planning import Plan
from importers.results import RowResult, Status
from importers.undoing import undo_batch
from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.audit.verify import verify
from registry.channels.models import AudienceCount, Channel, ChannelMember
from registry.db import Base, db, unit_of_work
from registry.errors import Refused
from registry.members.consent_models import Consent
from registry.members.duplicates import Match, Reason
from registry.members.models import Member, MemberSpan, MemberStateChange
from registry.members.values import MemberValues
from registry.networks.models import NetworkMember, NetworkState
from registry.vault import keyed_hash
from tests import cast
from tests.importers import signup
from tests.importers.signup import CANARY, NEW, ROWS, person, planned, statuses

JOINED = date(2026, 1, 15)
OTHER_ID = "1101700200019"
TABLES = (Member, MemberSpan, MemberStateChange, Consent, Channel, AudienceCount, NetworkMember)
CHANGES = {"version", "updated_at"}


def commit(number: int) -> dict[str, int]:
    with unit_of_work():
        return services.commit_import(signup.actor(), signup_batch(number))


def signup_batch(number: int) -> ImportBatch:
    return db.session.get_one(ImportBatch, number)


def decide(number: int, name: str, decision: Decision | None, **more: Any) -> int:
    row = signup.row(number, ROWS[name])
    which, status = row.row, row.as_status
    with unit_of_work():
        return services.decide(signup_batch(number), [which], status, decision, **more)


def contents() -> dict[str, list[tuple[object, ...]]]:
    """Every row of the tables that an import writes, but for counters of changes."""
    found = {}
    for model in TABLES:
        columns = [c for c in model.__table__.columns if c.name not in CHANGES]
        rows = db.session.execute(select(*columns).order_by(model.__table__.c.id))
        found[model.__tablename__] = [tuple(row) for row in rows]
    db.session.rollback()
    return found


def test_plan_says_what_each_row_is(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        batch, found = signup.batch(number), signup.statuses(number)
        assert {name: found[row] for name, row in ROWS.items()} == {
            "new": Status.NEW,
            "update": Status.UPDATE,
            "unchanged": Status.UNCHANGED,
            "dao": Status.POSSIBLE_DUPLICATE,
            "aree": Status.POSSIBLE_DUPLICATE,
            "outside": Status.ERROR,
            "no_such_day": Status.ERROR,
        }
        assert batch.as_state is BatchState.PLANNED
        assert batch.counts == {
            "rows": 7, "new": 1, "update": 1, "unchanged": 1, "possible_duplicate": 2,
            "ambiguous": 0, "error": 2,
        }  # fmt: skip
        assert batch.summary["sensitive_columns"] == ["ศาสนา"]
        assert batch.summary["header_rows"] == [3]


def test_plan_changes_nothing_in_the_registry(app: Flask) -> None:
    with app.app_context():
        before = contents()
    signup.planned(app)
    with app.app_context():
        assert contents() == before


def test_commit_brings_everything_of_a_new_member(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        assert commit(number) == {"new": 1, "update": 1, "left": 5}
        member = db.session.scalars(select(Member).where(Member.batch_id == number)).one()
        assert (member.display_name, member.national_id) == ("นางสาวกานดา ใหม่เอี่ยม", CANARY)
        assert (member.phone, member.joined_on, member.source) == ("0819990001", JOINED, "import")
        assert (member.source_row, member.office.code) == (ROWS["new"], "P50")
        span = db.session.scalars(select(MemberSpan).where(MemberSpan.member_id == member.id)).one()
        assert (span.province_code, span.from_on, span.to_on) == ("50", JOINED, None)
        channel = db.session.scalars(select(Channel).where(Channel.member_id == member.id)).one()
        assert (channel.kind, [count.audience for count in channel.counts]) == ("line_group", [85])
        assert {consent.purpose for consent in member.consents} == {"registry", "messages"}
        assert {consent.given_on for consent in member.consents} == {JOINED}
        joined = select(NetworkMember.network_id).where(NetworkMember.member_id == member.id)
        assert db.session.scalars(joined).one() == cast.network("P50").id
        assert [step.after for step in member.history] == ["active"]


def test_commit_fills_blanks_and_keeps_what_was_said(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        commit(number)
        malee = cast.member("malee50")
        assert (malee.occupation, malee.title) == ("เกษตรกร", "นาง")


def test_overwriting_takes_the_sheets_word(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        assert decide(number, "update", Decision.OVERWRITE) == 1
        commit(number)
        assert cast.member("malee50").title == "นางสาว"


def test_the_same_person_is_updated_and_restored(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        before = contents()
        assert decide(number, "dao", Decision.SAME) == 1
        assert commit(number)["update"] == 2
        assert cast.member("dao50").occupation == "ครู"
        with unit_of_work():
            counts = undo_batch(signup.actor(), signup_batch(number))
        assert counts == {"new": 1, "update": 2}
        assert contents() == before
        assert signup.batch(number).as_state is BatchState.UNDONE


def test_another_person_is_registered(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        decide(number, "dao", Decision.SAME)
        assert decide(number, "dao", Decision.DIFFERENT) == 1
        assert commit(number)["new"] == 2
        assert cast.member("dao50").occupation is None


def test_a_decision_can_be_taken_back(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        decide(number, "new", Decision.SKIP)
        decide(number, "dao", Decision.SAME)
        assert decide(number, "new", None) == 1
        assert decide(number, "dao", None) == 1
        assert signup.row(number, ROWS["dao"]).member_id is None
        assert commit(number) == {"new": 1, "update": 1, "left": 5}


def test_an_equal_national_id_is_never_another_person(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        aree = cast.member("aree90")
        aree.national_id, aree.national_id_hash = OTHER_ID, keyed_hash(OTHER_ID)
    sheet = [*signup.EVERYBODY]
    sheet[ROWS["aree"] - signup.FIRST] = signup.LIKE_AREE | {"id": OTHER_ID}
    number = signup.planned(app, *sheet)
    with app.app_context():
        with pytest.raises(Refused, match=str(ROWS["aree"])):
            decide(number, "aree", Decision.DIFFERENT)
        db.session.rollback()
        with unit_of_work():
            batch, status = signup_batch(number), Status.POSSIBLE_DUPLICATE
            assert services.decide(batch, None, status, Decision.DIFFERENT) == 1
        assert signup.row(number, ROWS["aree"]).decision is None


def test_a_member_elsewhere_cannot_be_taken_over(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        row = signup.row(number, ROWS["aree"])
        assert [found["inside"] for found in row.matches] == [False]
        assert row.remarks[-1].code is Code.ALREADY_ELSEWHERE
        with pytest.raises(Refused):
            decide(number, "aree", Decision.SAME)


def test_seen_through_a_network_is_not_looked_after(app: Flask) -> None:
    """hasan90 is in a network of the News Bureau; put him into Chiang Mai's too."""
    with app.app_context(), unit_of_work():
        network, hasan = cast.network("P50"), cast.member("hasan90")
        db.session.add(NetworkMember(network_id=network.id, member_id=hasan.id, from_on=JOINED))
    hasan90 = signup.person(first="ฮาซัน", last="หมัดหลี", phone="0810000902", born=2523)
    number = signup.planned(app, hasan90)
    with app.app_context():
        assert list(signup.statuses(number).values()) == [Status.POSSIBLE_DUPLICATE]


def test_two_rows_that_are_one_member(app: Flask) -> None:
    again = signup.UPDATE | {"last": "ดวงแก้วว", "job": "ครู"}
    number = signup.planned(app, signup.UPDATE, again)
    with app.app_context():
        assert list(signup.statuses(number).values()) == [Status.UPDATE, Status.ERROR]
        remarks = signup.row(number, signup.FIRST + 1).remarks
        assert Code.TWICE_IN_FILE in {problem.code for problem in remarks}


def test_half_a_place_is_never_written(app: Flask) -> None:
    """The record says Mueang Chiang Mai; the sheet Mae Rim, with a subdistrict and postcode."""
    moved = signup.UPDATE | {"district": "แม่ริม"}
    number = signup.planned(app, moved)
    with app.app_context():
        commit(number)
        malee = cast.member("malee50")
        assert (malee.district_code, malee.occupation) == ("5001", "เกษตรกร")


def test_all_or_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    number = signup.planned(app)
    with app.app_context():
        before = contents()

        def broken(*_: object) -> int:
            raise RuntimeError("the lights went out")

        monkeypatch.setattr(committing, "_update", broken)
        with pytest.raises(RuntimeError):
            commit(number)
        db.session.rollback()
        assert contents() == before
        assert signup.batch(number).as_state is BatchState.PLANNED
        monkeypatch.undo()
        assert commit(number)["new"] == 1


def test_registered_meanwhile(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        other = signup.received(signup.workbook(signup.NEW))
        runs.plan(other)
        commit(other)
        before = contents()
        with pytest.raises(PlanOutdated, match=str(ROWS["new"])):
            commit(number)
        db.session.rollback()
        assert contents() == before
        with unit_of_work():
            services.replan(signup_batch(number))
        runs.plan(number)
        assert signup.statuses(number)[ROWS["new"]] is Status.UNCHANGED


def test_edited_meanwhile(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        with unit_of_work():
            cast.member("malee50").skills = "เสียงตามสาย"
        with pytest.raises(PlanOutdated, match=str(ROWS["update"])):
            commit(number)


@pytest.mark.parametrize("what", ["record", "roster", "network", "channel", "consent", "count"])
def test_undo_is_refused_once_something_was_built_on_it(app: Flask, what: str) -> None:
    number = signup.planned(app)
    with app.app_context():
        commit(number)
        assert not obstacles(signup.batch(number))
        with unit_of_work():
            _build_on(number, what)
        before = contents()
        with pytest.raises(Refused, match=str(ROWS["new"])), unit_of_work():
            undo_batch(signup.actor(), signup_batch(number))
        assert contents() == before
        assert signup.batch(number).as_state is BatchState.COMMITTED


def _build_on(number: int, what: str) -> None:
    member = db.session.scalars(select(Member).where(Member.batch_id == number)).one()
    later, now = date(2026, 3, 1), cast.NOON
    channel = db.session.scalars(select(Channel).where(Channel.member_id == member.id)).one()
    if what == "record":
        member.skills = "ถ่ายภาพ"
    elif what == "consent":
        member.consents[0].withdrawn_on = later
    elif what == "roster":
        roster = ChannelMember(
            channel_id=cast.channel("P50").id, member_id=member.id, from_on=later
        )
        db.session.add(roster)
    elif what == "network":
        joins = NetworkMember(
            network_id=cast.network("C-NNT").id, member_id=member.id, from_on=later
        )
        db.session.add(joins)
    elif what == "count":
        channel.counts.append(AudienceCount(on=later, audience=90, recorded_at=now))
    else:
        values = {"kind": "line_group", "name": "อีกกลุ่ม", "opened_on": later}
        db.session.add(Channel(member_id=member.id, created_at=now, **values))


def test_same_file_twice(app: Flask) -> None:
    data = signup.workbook()
    with app.app_context():
        number = signup.received(data)
        with pytest.raises(services.SameFile) as refusal:
            signup.received(data)
        assert refusal.value.batch_id == number
        assert db.session.scalar(select(func.count()).select_from(ImportBatch)) == 1
        assert signup.received(data, "officer90") != number
        with unit_of_work():
            services.discard(signup.actor(), signup_batch(number))
        assert signup.received(data) != number


def test_every_step_leaves_its_event_in_a_chain_that_holds(app: Flask) -> None:
    number = signup.planned(app)
    with app.app_context():
        commit(number)
        with unit_of_work():
            undo_batch(signup.actor(), signup_batch(number))
        query = select(AuditEvent.action).where(
            AuditEvent.object_type == "import", AuditEvent.object_id == str(number)
        )
        assert set(db.session.scalars(query)) == {
            Action.IMPORT_PLAN,
            Action.MEMBER_HINT,
            Action.IMPORT_COMMIT,
            Action.IMPORT_UNDO,
        }
        assert verify().holds


def test_national_ids_lie_encrypted(app: Flask) -> None:
    signup.planned(app)
    with app.app_context():
        for name in Base.metadata.tables:
            rows = db.session.connection().exec_driver_sql(f'select * from "{name}"').all()
            assert CANARY not in repr(rows), name
        row = db.session.scalars(select(ImportRow).where(ImportRow.row == ROWS["new"])).one()
        assert row.values["national_id"] == CANARY
        assert CANARY not in repr([row.originals, row.problems])
        folder = app.extensions["sang_settings"].uploads
        assert all(not path.read_bytes().startswith(b"PK") for path in folder.iterdir())


def test_values_of_a_member_survive_the_way_there_and_back(app: Flask) -> None:
    """The same sheet again, after the first was forgotten, changes nothing."""
    number = signup.planned(app, signup.NEW)
    with app.app_context():
        commit(number)
        member = db.session.scalars(select(Member).where(Member.batch_id == number)).one()
        values = MemberValues.of(member)
        with unit_of_work():
            db.session.execute(update(ImportBatch).values(sha256="0" * 64))
        again = signup.received(signup.workbook(signup.NEW))
        runs.plan(again)
        assert list(signup.statuses(again).values()) == [Status.UNCHANGED]
        commit(again)
        assert MemberValues.of(db.session.get_one(Member, member.id)) == values


def test_an_unknown_network_type_is_a_question_about_its_row(app: Flask) -> None:
    odd = person(first="สุดา", last="ไม่ซ้ำใคร", type="ครูใหญ่ใจดี", phone="0819990008")
    number = planned(app, odd, NEW)
    with app.app_context():
        first, second = sorted(statuses(number))
        assert statuses(number) == {first: Status.AMBIGUOUS, second: Status.NEW}
        with unit_of_work():
            services.decide(signup_batch(number), [first], Status.AMBIGUOUS, Decision.ACCEPT)
        assert commit(number)["new"] == 2
        came = (Member.batch_id == number, Member.source_row == first)
        assert db.session.scalars(select(Member.network_type).where(*came)).one() == "other"


def test_a_plan_says_what_its_new_members_lack(app: Flask) -> None:
    silent = person(first="สุดา", last="ไม่ซ้ำใคร", consent=None, phone="0819990008")
    number = planned(app, silent, NEW)
    with app.app_context():
        assert signup_batch(number).summary["lacking"] == {"consent": 1, "network": 1}


def test_two_plans_with_the_same_people_register_nobody_twice(app: Flask) -> None:
    one = person(first="สุดา", last="ไม่ซ้ำใคร", phone="0819990008", born=2530)
    other = person(first="ปรีดา", last="คนใหม่", phone="0819990009", born=2531)
    first, second = planned(app, one), planned(app, one, other)
    with app.app_context():
        assert commit(first)["new"] == 1
        with pytest.raises(PlanOutdated):
            commit(second)
        db.session.rollback()
        found = select(func.count()).where(Member.last_name == "ไม่ซ้ำใคร")
        assert db.session.scalar(found) == 1


def test_nobody_enters_another_offices_network(app: Flask) -> None:
    stranger = person(
        first="สุดา", last="ไม่ซ้ำใคร", phone="0819990008", network=cast.NETWORKS["C-NNT"][0]
    )
    number = planned(app, stranger)
    with app.app_context():
        first = next(iter(statuses(number)))
        assert "network_id" not in signup.row(number, first).values
        commit(number)
        bureau = cast.network("C-NNT").id
        joined = select(func.count()).where(NetworkMember.network_id == bureau)
        assert db.session.scalar(joined) == 2


def test_a_command_that_was_killed_can_be_repeated(app: Flask) -> None:
    with app.app_context():
        office = cast.user("officer50").office
        who = Actor(None, "cli", office.id)
        data = signup.workbook()
        with unit_of_work():
            stopped = services.receive(who, office, "ใบสมัคร.xlsx", data).id
        with unit_of_work():
            again = services.receive(
                who, db.session.get_one(Office, office.id), "ใบสมัคร.xlsx", data
            )
            assert again.id != stopped
        assert signup_batch(stopped).as_state is BatchState.DISCARDED


SECOND = person(first="สุดา", last="ไม่ซ้ำใคร", phone="0819990008")
THIRD = person(first="ปรีชา", last="ไม่ซ้ำเลย", phone="0819990009")


def test_two_plans_of_the_same_people_register_them_once(app: Flask) -> None:
    first, second = planned(app, SECOND), planned(app, SECOND, THIRD)
    with app.app_context():
        commit(first)
        with pytest.raises(PlanOutdated, match=str(signup.FIRST)):
            commit(second)
        db.session.rollback()
        with unit_of_work():
            services.replan(signup_batch(second))
        runs.plan(second)
        assert list(statuses(second).values()) == [Status.UNCHANGED, Status.NEW]
        assert commit(second)["new"] == 1


def test_nobody_enters_the_network_of_another_office(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        bureau = cast.network("C-NNT")
        bureau.province_code = "50"
        name = bureau.name
    number = planned(app, SECOND | {"network": name})
    with app.app_context():
        row = signup.row(number, signup.FIRST)
        assert "network_id" not in row.values
        assert Code.NETWORK_UNKNOWN in {problem.code for problem in row.remarks}


def test_a_regional_office_finds_its_own_network(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        network = cast.network("P50")
        network.office_id, network.province_code = cast.user("regional3").office_id, None
        wanted, name = network.id, network.name
    number = planned(app, SECOND | {"network": name}, name="regional3")
    with app.app_context():
        assert signup.row(number, signup.FIRST).values["network_id"] == wanted


def test_a_network_that_was_closed_meanwhile(app: Flask) -> None:
    number = planned(app, NEW)
    with app.app_context():
        with unit_of_work():
            cast.network("P50").state = NetworkState.CLOSED.value
        with pytest.raises(PlanOutdated, match=str(signup.FIRST)):
            commit(number)


def test_planned_anew_it_keeps_what_was_decided_about_equal_rows(app: Flask) -> None:
    number = planned(app)
    with app.app_context():
        decide(number, "new", Decision.SKIP)
        decide(number, "dao", Decision.SAME)
        decide(number, "update", Decision.OVERWRITE)
        with unit_of_work():
            cast.member("malee50").skills = "เสียงตามสาย"
            services.replan(signup_batch(number))
        runs.plan(number)
        assert signup.row(number, ROWS["new"]).decision == Decision.SKIP
        dao = signup.row(number, ROWS["dao"])
        assert (dao.decision, dao.member_id) == (Decision.SAME, cast.member("dao50").id)
        assert signup.row(number, ROWS["update"]).decision is None


def test_planned_anew_a_row_with_another_match_is_asked_about_again(app: Flask) -> None:
    number = planned(app)
    with app.app_context():
        decide(number, "dao", Decision.DIFFERENT)
        with unit_of_work():
            cast.member("dao50").birth_year = 1977
            services.replan(signup_batch(number))
        runs.plan(number)
        assert signup.row(number, ROWS["dao"]).decision is None


def test_a_better_match_elsewhere_does_not_hide_the_own_member() -> None:
    here = Match(1, 1, 55, (Reason.SIMILAR_NAME,), inside=True)
    there = Match(2, 2, 58, (Reason.SIMILAR_NAME,), inside=False)
    result = RowResult(1, Status.READY, {}, {}, [])
    matching._decide(matching.Compared(result, [there, here]), {}, {2: "สงขลา"})
    assert result.status is Status.POSSIBLE_DUPLICATE
    assert [problem.code for problem in result.problems] == [Code.POSSIBLY_REGISTERED]


def test_registered_between_comparing_and_writing_the_plan(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, original = planned(app, SECOND), runs.planned
    with app.app_context():
        second = signup.received(signup.workbook(SECOND, THIRD))

        @contextmanager
        def late(*args: Any, **options: Any) -> Iterator[Plan]:
            with original(*args, **options) as plan:
                db.session.rollback()
                commit(first)
                yield plan

        monkeypatch.setattr(runs, "planned", late)
        runs.plan(second)
        with pytest.raises(PlanOutdated, match=str(signup.FIRST)):
            commit(second)


def test_plans_are_no_directory_of_other_offices(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importers.planning.TOLD_A_DAY", 1)
    hasan = person(first="ฮาซัน", last="หมัดหลี", phone="0810000902", title="นาย")
    first = planned(app, signup.LIKE_AREE, hasan)
    second = planned(app, hasan, signup.NEW)
    with app.app_context():
        asked = Status.POSSIBLE_DUPLICATE
        assert [status is asked for status in statuses(first).values()] == [True, False]
        assert asked not in statuses(second).values()


def test_each_row_finds_its_own_member_whatever_is_done_at_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    chunks = ("committing.CHUNK", "committing.LARGER", "planning.CHUNK", "matching.AT_ONCE")
    for place in chunks:
        monkeypatch.setattr(f"importers.{place}", 2)
    monkeypatch.setattr("registry.bulk.CHUNK", 3)
    many = [person(first=f"คนที่{n}", phone=f"08100{n:05d}") for n in range(9)]
    number = planned(app, *many)
    with app.app_context():
        assert commit(number)["new"] == len(many)
        found = db.session.execute(
            select(ImportRow.row, ImportRow.values, Member.source_row, Member.phone, Channel.name)
            .join(Member, Member.source_row == ImportRow.row)
            .where(Member.batch_id == number)
            .outerjoin(Channel, Channel.member_id == Member.id)
            .order_by(ImportRow.row)
        ).all()
        assert [row.row for row in found] == [row.source_row for row in found]
        assert [row.phone for row in found] == [one["phone"] for one in many]
        assert [row.values["phone"] for row in found] == [row.phone for row in found]
