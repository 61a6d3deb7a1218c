"""The rows behind a figure: as many as it says, with names for those who may see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.scope import Scope
from registry.audit.models import AuditEvent
from registry.db import begin_write, db
from registry.facts.cuts import Cut, cut
from registry.facts.evaluate import evaluate
from registry.facts.few import tells_apart
from registry.facts.limits import Limit
from registry.facts.measures import MEASURES
from registry.facts.query import compiled
from registry.facts.rows import Behind, Counted, every, page, size
from registry.facts.spans import Months
from registry.periods.calendar import Period
from tests.facts_world import RICH, World

HALF = Months.of(Period.parse("2569-H1"))
ROWS = "/figures/rows?measure={}&period=2568-10"


def test_as_many_rows_as_the_figure_says(app: Flask) -> None:
    with app.app_context():
        begin_write()
        World(RICH).insert()
        for name, one in MEASURES.items():
            figure = evaluate(Scope.all(), [name], HALF)[0]
            behind = Behind(Scope.all(), Scope.all(), one, "numerator", HALF, cut())
            count = size(behind)
            assert len(list(every(behind))) == count.rows, name
            if one.is_share or (one.unit.value not in ("people", "messages") and not one.is_median):
                wanted = count.persons if name == "members_passing_on" else count.rows
                assert wanted == figure.numerator, name
        db.session.rollback()


def test_what_a_share_does_not_count_has_its_rows(app: Flask) -> None:
    with app.app_context():
        begin_write()
        World(RICH).insert()
        missed = dict[str, int]()
        for name, one in MEASURES.items():
            if not one.is_share:
                continue
            figure = evaluate(Scope.all(), [name], HALF)[0]
            behind = Behind(Scope.all(), Scope.all(), one, "rest", HALF, cut())
            missed[name] = int((figure.denominator or 0) - (figure.numerator or 0))
            assert len(list(every(behind))) == missed[name], name
        assert missed["districts_covered_rate"]
        assert missed["members_confirmed_rate"]
        db.session.rollback()


def _span(name: str, bucket: str, who: Scope) -> Behind:
    return Behind(Scope.all(), who, MEASURES[name], "numerator", HALF, cut(), bucket)


def test_the_spans_of_a_duration_part_its_rows(app: Flask) -> None:
    with app.app_context():
        begin_write()
        World(RICH).insert()
        for name in ("receive_minutes_median", "first_answer_hours_median"):
            buckets = MEASURES[name].components
            spans = [size(_span(name, bucket, Scope.all())).rows for bucket in buckets]
            assert sum(spans) == size(_span(name, "", Scope.all())).rows > 0, name
        db.session.rollback()


def test_a_span_that_could_be_told_by_subtraction_stays_closed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "receive_minutes_median"
    with app.app_context():
        begin_write()
        World(RICH).insert()
        buckets = MEASURES[name].components
        counts = {one: size(_span(name, one, Scope())).persons or 0 for one in buckets}
        least, second = sorted((n, one) for one, n in counts.items() if n)[:2]
        monkeypatch.setattr("registry.facts.few.FEWEST", least[0] + 1)
        closed = {one for one in buckets if tells_apart(_span(name, one, Scope()))}
        assert {least[1], second[1]} <= closed
        assert not tells_apart(_span(name, "", Scope()))
        monkeypatch.setattr("registry.facts.few.FEWEST", 1)
        assert not any(tells_apart(_span(name, one, Scope())) for one in buckets)
        db.session.rollback()


def test_a_part_whose_rest_would_be_told_by_subtraction_stays_closed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        begin_write()
        World(RICH).insert()
        counted, rest = (
            Behind(Scope.all(), Scope(), MEASURES["members_confirmed_rate"], part, HALF, cut())
            for part in ("numerator", "rest")
        )
        many, few = sorted((counted, rest), key=lambda one: -(size(one).persons or 0))
        persons = size(few).persons
        assert persons
        monkeypatch.setattr("registry.facts.few.FEWEST", persons + 1)
        assert tells_apart(many)
        assert not tells_apart(replace(many, part="denominator"))
        monkeypatch.setattr("registry.facts.few.FEWEST", persons)
        assert not tells_apart(many)
        db.session.rollback()


def test_no_two_lists_of_the_same_rows_differ_by_too_few_persons(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recipients less those who received it are those who did not, whatever lists are called."""
    with app.app_context():
        begin_write()
        World(RICH).insert()
        everybody, received, timed = (
            Behind(Scope.all(), Scope(), MEASURES[name], "numerator", HALF, cut())
            for name in ("recipients", "received", "receive_minutes_median")
        )
        rest = size(replace(received, measure=MEASURES["received_rate"], part="rest")).persons
        assert rest
        monkeypatch.setattr("registry.facts.few.FEWEST", rest + 1)
        assert tells_apart(received)
        assert tells_apart(timed), "some who received it at an hour that nobody knows"
        assert not tells_apart(everybody)
        monkeypatch.setattr("registry.facts.few.FEWEST", 1)
        assert not any(tells_apart(one) for one in (everybody, received, timed))
        db.session.rollback()


def test_of_two_rests_neither_may_differ_by_too_few(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answered and not settled are all that are not settled less those that are not answered."""
    with app.app_context():
        begin_write()
        World(RICH).insert()
        silent, still = (
            Behind(Scope.all(), Scope(), MEASURES[name], "rest", HALF, cut())
            for name in ("questions_answered_rate", "questions_resolved_rate")
        )
        rows = {one: {tuple(row) for row in every(one)} for one in (silent, still)}
        apart = [rows[silent] - rows[still], rows[still] - rows[silent]]
        assert any(apart), "the world has questions of which only one holds"
        monkeypatch.setattr("registry.facts.few.FEWEST", 1_000)
        monkeypatch.setattr(
            "registry.facts.few.LISTS", {"questions": frozenset({silent.counted, still.counted})}
        )
        assert tells_apart(silent) is bool(apart[1])
        assert tells_apart(still) is bool(apart[0])
        db.session.rollback()


def _minutes(counted: Counted, cut: Cut, limit: Limit, dialect: str) -> str:
    return compiled(counted.rows(cut, limit).select("minutes"), dialect)


def test_rows_behind_hours_are_in_hours(app: Flask) -> None:
    with app.app_context():
        begin_write()
        World(RICH).insert()
        one = MEASURES["first_answer_hours_median"]
        behind = Behind(Scope.all(), Scope.all(), one, "numerator", HALF, cut())
        titles = [str(column.title) for column in behind.columns]
        place = titles.index("ชั่วโมงที่ใช้ตอบ")
        minutes = behind.ask(_minutes)
        hours = sorted(round(float(value) / 60, 1) for (value,) in minutes)
        assert hours
        assert sorted(row[place] for row in every(behind)) == hours
        assert not any("นาที" in title for title in titles)
        db.session.rollback()


def test_rows_say_whose_channel_is_meant(app: Flask) -> None:
    def titles(name: str) -> list[str]:
        behind = Behind(Scope.all(), Scope.all(), MEASURES[name], "numerator", HALF, cut())
        return [str(column.title) for column in behind.columns]

    with app.test_request_context():
        assert "ประเภทช่องทางของหน่วยงาน" in titles("recipients")
        assert "ประเภทช่องทางของสมาชิก" in titles("disseminations")


def test_rows_hold_no_personal_column_without_the_right(app: Flask) -> None:
    with app.app_context():
        for one in MEASURES.values():
            behind = Behind(Scope.all(), Scope(), one, "numerator", HALF, cut())
            assert not any(column.personal for column in behind.columns), one.name


def test_an_officer_sees_names_and_an_executive_too_few_persons(
    client_of: Callable[[str], FlaskClient],
) -> None:
    shown = client_of("officer50").get(ROWS.format("members_active")).get_data(as_text=True)
    hidden = client_of("executive50").get(ROWS.format("members_active")).get_data(as_text=True)
    assert "ดวงแก้ว" in shown
    assert "อารี" not in shown
    assert "ดวงแก้ว" not in hidden
    assert "<tbody>" not in hidden


def test_an_analyst_sees_rows_of_many_without_names(
    client_of: Callable[[str], FlaskClient],
) -> None:
    body = client_of("analyst").get(ROWS.format("members_active")).get_data(as_text=True)
    assert "<tbody>" in body
    assert "ดวงแก้ว" not in body


@pytest.mark.parametrize(
    "query",
    [
        "measure=nothing&period=2568-10",
        "measure=members_active&period=2026-10",
        "measure=members_active&period=",
        "measure=members_active&period=2650-10",
        "measure=members_active&period=2568-10&zone=x",
        "measure=members_active&period=2568-10&province=90",
        "measure=members_active&period=2568-10&zone=6",
        "measure=members_active&period=2568-10&channel_kind=smoke",
        "measure=members_active&period=2568-10&channel_kind=facebook",
        "measure=members_active&period=2568-10&bucket=members",
        "measure=receive_minutes_median&period=2568-10&bucket=pass_on_minutes_00005",
    ],
)
def test_a_wrong_question_gets_one_sentence(
    client_of: Callable[[str], FlaskClient], query: str
) -> None:
    answer = client_of("officer50").get(f"/figures/rows?{query}")
    assert answer.status_code == 400
    assert "<tbody>" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_download_is_noted_and_names_nobody_to_an_analyst(
    app: Flask, client_of: Callable[[str], FlaskClient], kind: str
) -> None:
    answer = client_of("analyst").post(ROWS.format("members_active"), data={"format": kind})
    text = _text(answer.data) if kind == "xlsx" else answer.get_data(as_text=True)
    assert "เชียงใหม่" in text
    assert "ดวงแก้ว" not in text
    with app.app_context():
        note = db.session.scalars(select(AuditEvent).filter_by(action="rows:export")).one()
        assert note.object_id == "members_active"
        assert note.details["format"] == kind


def _text(data: bytes) -> str:
    sheet = openpyxl.load_workbook(BytesIO(data)).active
    return "\n".join(str(value) for row in sheet.iter_rows(values_only=True) for value in row)


def test_a_head_may_see_names_but_not_carry_them_away(
    client_of: Callable[[str], FlaskClient],
) -> None:
    head = client_of("head_central")
    assert "ดวงแก้ว" in head.get(ROWS.format("members_active")).get_data(as_text=True)
    taken = head.post(ROWS.format("members_active"), data={"format": "csv"})
    assert "ดวงแก้ว" not in taken.get_data(as_text=True)


def test_too_few_persons_cannot_be_downloaded_either(
    client_of: Callable[[str], FlaskClient],
) -> None:
    address = ROWS.format("members_active") + "&province=90"
    assert client_of("analyst").post(address, data={"format": "csv"}).status_code == 400
    assert client_of("officer90").post(address, data={"format": "csv"}).status_code == 200
    assert client_of("executive").post(address, data={"format": "csv"}).status_code == 403


def test_pages_neither_repeat_nor_skip_a_row(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.facts.rows.PAGE", 3)
    with app.app_context():
        one = MEASURES["districts_covered_rate"]
        behind = Behind(
            Scope.all(), Scope.all(), one, "denominator", HALF, cut([], {"province": "50"})
        )
        found = [tuple(row) for number in range(1, 10) for row in page(behind, number)]
        assert len(found) == len(set(found)) == size(behind).rows


def test_figures_are_those_of_this_moment(app: Flask) -> None:
    with app.app_context():
        now = Months.of(Period.containing(datetime.now(UTC).date()))
        assert evaluate(Scope.all(), ["members_active"], now)[0].value == 6
