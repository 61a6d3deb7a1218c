"""A message's journey: one calculation behind all its numbers, and its course over time."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.db import begin_write, db, unit_of_work
from registry.errors import Refused
from registry.facts.asked import asked
from registry.facts.evaluate import evaluate
from registry.members.models import Member
from registry.messages import exchange, ledger, numbers, services, travel_queries
from registry.messages.ledger_models import DAY_ONLY, LIVE, Dissemination, Recipient
from registry.messages.models import KeyMessage, MessageState
from registry.messages.release_models import Release
from registry.messages.travel import HOURLY, course, hour_of, start_of
from registry.networks.models import NetworkMember
from registry.outbox.models import Delivery
from registry.periods.calendar import BANGKOK
from tests import cast, story
from tests.dash_pages import MESSAGE, ask, text_of
from tests.facts_world import RICH, World

ClientOf = Callable[[str], FlaskClient]
TODAY = date(2026, 7, 1)
PAIRS = {
    "recipients": "recipients",
    "received": "received",
    "passed_on": "passed_on",
    "reach_potential": "potential",
    "reach_reported": "reported",
    "reach_evidenced": "evidenced",
    "disseminations": "disseminations",
}
"""Measures, and what the message page calls the same."""
NIGHT = datetime(2026, 6, 10, 16, 30, tzinfo=UTC)
"""Half past eleven at night in Bangkok."""


def _measured(who: Scope, message: int, day: date = TODAY) -> dict[str, object]:
    question = asked(who, {"message": str(message)}, day)
    found = evaluate(who, PAIRS, question.months, question.cut)
    return {PAIRS[figure.measure]: figure.value for figure in found}


@pytest.mark.parametrize("seed", [RICH, 3, 11, 2026])
def test_the_page_and_the_measures_give_the_same_numbers(app: Flask, seed: int) -> None:
    """For random worlds, each of their messages, and whoever looks."""
    with app.app_context():
        begin_write()
        world = World(seed)
        world.insert()
        _own_up_to_ledger(world)
        db.session.execute(
            update(KeyMessage)
            .where(KeyMessage.id % 2 == 0)
            .values(office_id=world.offices["C-NNT"])
        )
        bureau = Scope(network_offices=frozenset({world.offices["C-NNT"]}))
        for who in (Scope.all(), Scope.of_provinces("50"), Scope.of_provinces("90", "10"), bureau):
            for row in world.tables[KeyMessage]:
                try:
                    wanted = _measured(who, row["id"])
                except Refused:
                    assert not who.everything
                    continue
                page = vars(numbers.numbers_of(who, row["id"]))
                assert {name: page[name] for name in wanted} == wanted, (seed, row["id"])
        db.session.rollback()


def _own_up_to_ledger(world: World) -> None:
    """Facts of a message lie in its life: what was passed on before it came out is dropped."""
    first = {
        row["id"]: min(
            (r["month"] for r in world.tables[Recipient] if r["message_id"] == row["id"]),
            default=10**6,
        )
        for row in world.tables[KeyMessage]
    }
    for number, month in first.items():
        db.session.execute(
            delete(Dissemination).where(
                Dissemination.message_id == number, Dissemination.month < month
            )
        )


@pytest.mark.parametrize("seed", [RICH, 3, 11])
def test_the_course_adds_up_to_the_measures(app: Flask, seed: int) -> None:
    with app.app_context():
        begin_write()
        world = World(seed)
        world.insert()
        for who in (Scope.all(), Scope.of_provinces("50")):
            for row in world.tables[KeyMessage]:
                message = db.session.get_one(KeyMessage, row["id"])
                message.published_at = datetime(2025, 7, 1, tzinfo=UTC)
                found, page = (
                    travel_queries.course_of(who, message),
                    numbers.numbers_of(who, row["id"]),
                )
                received = sum(tick.received for tick in found.ticks) + found.received_day_only
                passed = sum(tick.passed_on for tick in found.ticks) + found.passed_day_only
                assert (received, passed) == (page.received, page.disseminations)
                _recounted(world, who, row["id"], found)
        db.session.rollback()


def _recounted(world: World, who: Scope, number: int, found: object) -> None:
    """Hours by hand, in Bangkok's clock."""
    days: dict[date, int] = {}
    for row in world.tables[Dissemination]:
        seen = who.everything or row["province_code"] in who.provinces
        if row["message_id"] == number and row["state"] in LIVE and row["time_known"] and seen:
            day = row["at"].astimezone(BANGKOK).date()
            days[day] = days.get(day, 0) + 1
    told: dict[date, int] = {}
    for tick in found.ticks:  # type: ignore[attr-defined]
        day = tick.start.astimezone(BANGKOK).date()
        told[day] = told.get(day, 0) + tick.passed_on
    assert {day: count for day, count in told.items() if count} == days


def test_hours_first_and_then_days() -> None:
    first = hour_of(NIGHT)
    found = course(NIGHT, {first: 2, first + 1: 1, first + HOURLY: 4, None: 3}, {first + 90: 5})
    assert [(t.hourly, t.received, t.passed_on) for t in found.ticks] == [
        (True, 2, 0),
        (True, 1, 0),
        (False, 4, 0),
        (False, 0, 5),
    ]
    assert found.received_day_only == 3
    night = [t.start.astimezone(BANGKOK) for t in found.ticks]
    assert [(t.day, t.hour) for t in night] == [(10, 23), (11, 0), (13, 0), (14, 0)]


def test_hours_are_those_of_bangkok() -> None:
    dice = random.Random(5)
    for _ in range(200):
        moment = NIGHT + timedelta(seconds=dice.randrange(10**8))
        start = start_of(hour_of(moment)).astimezone(BANGKOK)
        assert start == moment.astimezone(BANGKOK).replace(minute=0, second=0)


def _sent_notice(message: KeyMessage, at: datetime, **target: int) -> None:
    """A notice of the outbox, sent to a channel or to a member."""
    release = Release(
        message_id=message.id,
        office_id=message.office_id,
        purpose="correction",
        planned_at=at,
        created_at=at,
        state="done",
    )
    db.session.add(release)
    db.session.flush()
    db.session.add(
        Delivery(
            release_id=release.id,
            message_id=message.id,
            channel_id=cast.channel("P50").id,
            target="x",
            way="hand",
            state="sent",
            created_at=at,
            settled_at=at,
            **target,
        )
    )
    db.session.flush()


def _notice(number: int) -> tuple[object, object]:
    question = asked(Scope.all(), {"message": str(number)}, TODAY)
    figure = evaluate(Scope.all(), ["correction_reached_rate"], question.months, question.cut)[0]
    return figure.numerator, figure.denominator


def test_whom_a_correction_reached(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        number, at = message.id, story.PUBLISHED + timedelta(hours=2)
        assert _notice(number) == (0, 0)
        services.correct(story.acting("officer50"), message, "สัปดาห์ละครั้ง", at=at)
        assert _notice(number) == (0, 3)
        _sent_notice(message, at + timedelta(minutes=5), member_id=cast.member("malee50").id)
        assert _notice(number) == (1, 3)
        _sent_notice(message, at + timedelta(minutes=9))
        assert _notice(number) == (3, 3)
        again = at + timedelta(days=1)
        services.correct(story.acting("officer50"), message, "อีกครั้ง", at=again)
        assert _notice(number) == (0, 3)
        late = again + timedelta(minutes=5)
        db.session.execute(update(Delivery).values(settled_at=late))
        assert _notice(number) == (0, 3), "what comes late of the earlier notice does not count"
        _sent_notice(message, again)
        assert _notice(number) == (3, 3)
        assert [row.after for row in travel_queries.changes_of(Scope.all(), number)] == [
            MessageState.CORRECTED.value
        ] * 2
        assert travel_queries.changes_of(Scope.of_provinces("90"), number) == []


def _travelled(app: Flask) -> int:
    """Received by all, passed on by one with a figure, asked about and corrected."""
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        for name in ("malee50", "somchai50"):
            at = story.PUBLISHED + timedelta(minutes=20)
            ledger.record_receipt(actor, message, cast.member(name).id, at=at, via="link")
        told = story.entry(message, audience_reported=80, link="https://example.org/p")
        ledger.record_dissemination(actor, story.ALL, told)
        exchange.ask(Actor(None, "link"), cast.member("malee50"), "จริงหรือคะ", message=message)
        services.correct(actor, message, "สัปดาห์ละครั้ง", at=story.PUBLISHED + timedelta(hours=3))
        return message.id


def test_the_page_of_the_journey(app: Flask, client_of: ClientOf) -> None:
    number = _travelled(app)
    page = client_of("officer50").get(f"/messages/{number}/travel").get_data(as_text=True)
    for text in ("รู้ทันไข้เลือดออก", "เชียงใหม่", "จริงหรือคะ", "สัปดาห์ละครั้ง", "แก้ไข"):
        assert text in page, text
    assert "ผู้รับ 1 รายยังไม่ตอบรับ" in page
    assert "จากสมาชิก 3 ราย" in page
    assert '<th scope="col" class="num">จำนวนครั้งที่เผยแพร่ต่อ</th>' in page
    came, went = page.split("จำแนกตามช่องทางของหน่วยงาน", 1)[1].split("จำแนกตามช่องทางของสมาชิก", 1)
    went = went.split("</section>", 1)[0]
    assert "ศักยภาพการเข้าถึง" in went
    assert "ศักยภาพการเข้าถึง" not in came
    assert "ผู้รับ" in came
    assert "ผู้รับ" not in went
    assert f"/messages/{number}/travel" in client_of("officer50").get(
        f"/messages/{number}"
    ).get_data(as_text=True)


def test_whoever_sees_no_names_counts_the_silent_all_the_same(
    app: Flask, client_of: ClientOf
) -> None:
    number = _travelled(app)
    for name in ("executive", "analyst", "central", "officer50"):
        page = text_of(ask(client_of(name), MESSAGE, f"?message={number}"))
        told = page.split('"ยังไม่ตอบรับ"', 1)[1][:200]
        assert '"1"' in told, (name, told)


def test_a_silent_member_who_moved_away_counts_but_is_not_listed(
    app: Flask, client_of: ClientOf
) -> None:
    number = _travelled(app)
    with app.app_context(), unit_of_work():
        silent = db.session.scalars(
            select(Recipient).where(Recipient.message_id == number, Recipient.received_at.is_(None))
        ).one()
        left = db.session.get_one(Member, silent.member_id)
        left.office_id, left.province_code = cast.member("aree90").office_id, "90"
        name = left.display_name
        inside = update(NetworkMember).where(NetworkMember.member_id == left.id)
        db.session.execute(inside.values(to_on=TODAY))
    page = client_of("officer50").get(f"/messages/{number}/silent").get_data(as_text=True)
    assert '<small class="text-body-secondary">1</small>' in page
    assert name not in page
    assert "ในจำนวนนี้ 1 คนอยู่นอกพื้นที่ของท่าน" in page


def test_another_office_sees_no_journey(app: Flask, client_of: ClientOf) -> None:
    number = _travelled(app)
    assert client_of("officer90").get(f"/messages/{number}/travel").status_code == 404
    chart = ask(client_of("officer90"), MESSAGE, f"?message={number}")
    assert "รู้ทันไข้เลือดออก" not in text_of(chart)
    assert '"role": "alert"' in text_of(chart)
    rows = client_of("officer90").get(f"/figures/rows?measure=recipients&message={number}")
    assert rows.status_code == 400


PUBLISHED_DAY = "10 มิ.ย. 2569"


def test_the_page_of_the_dashboards(app: Flask, client_of: ClientOf) -> None:
    number = _travelled(app)
    client = client_of("officer50")
    listed = text_of(ask(client, MESSAGE, "?period=2569-Q3"))
    assert "รู้ทันไข้เลือดออก" in listed
    assert "state warn" in listed
    assert f"message={number}" in listed
    whose = f"{PUBLISHED_DAY}\N{NO-BREAK SPACE}· ส.ปชส.เชียงใหม่"
    assert whose in listed
    page = text_of(ask(client, MESSAGE, f"?message={number}"))
    for text in ("รู้ทันไข้เลือดออก", "แก้ไขหรือถอน", "จากสมาชิก 3 ราย", "ตามเวลา", "80"):
        assert text in page, text
    narrowed = text_of(ask(client, MESSAGE, f"?message={number}&province=50&period=2569-FY"))
    assert "2569" in narrowed
    assert '"role": "alert"' not in narrowed
    assert f"รู้ทันไข้เลือดออก · {whose}" in page
    for wrong in ("999999", "x", "-1", str(10**12)):
        assert '"role": "alert"' in text_of(ask(client, MESSAGE, f"?message={wrong}"))
    odd = ask(client, MESSAGE, f"?message={number}&measure=members_active")
    assert '"role": "alert"' in text_of(odd)


def test_an_empty_registry_has_its_pages(client_of: ClientOf) -> None:
    for name in ("officer50", "central", "executive", "bureau"):
        for search in ("", "?period=2569-Q1&message_kind=crisis"):
            answer = ask(client_of(name), MESSAGE, search)
            assert answer.status_code == 200
            assert '"role": "alert"' not in text_of(answer)


def test_a_draft_has_no_journey(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = story.approved().id
    assert client_of("officer50").get(f"/messages/{number}/travel").status_code == 404


def test_ways_without_an_hour_are_known_to_the_course() -> None:
    assert {"implied", "moved", "grid", "sheet"} == set(DAY_ONLY)


def test_the_ledgers_list_marks_what_was_corrected(app: Flask, client_of: ClientOf) -> None:
    number = _travelled(app)
    shown = client_of("officer50").get("/dissemination/").get_data(as_text=True)
    assert "แก้ไข 1 ข้อความ" in shown
    with app.app_context(), unit_of_work():
        message = db.session.get_one(KeyMessage, number)
        services.withdraw(story.acting("officer50"), message, "ข้อมูลผิด")
    shown = client_of("officer50").get("/dissemination/").get_data(as_text=True)
    assert "ถอน 1 ข้อความ" in shown
    assert "แก้ไข 1 ข้อความ" not in shown
    assert "ถอน 1 ข้อความ" not in client_of("officer90").get("/dissemination/").get_data(
        as_text=True
    )
