"""Tables of figures: what their rows say, what they hide, how they are kept, made and fetched."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.scope import Scope
from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.jobs import run_pending
from reports.exports import making, table
from reports.exports.few import too_few
from reports.exports.files import KEPT, forget_old, place_of, write
from reports.exports.models import SavedExport
from reports.exports.question import question
from reports.exports.table import columns, preview, rows
from tests import cast
from tests.closed import CODE, quarter, seal
from tests.stage import Scene

ClientOf = Callable[[str], FlaskClient]
DAY = date(2026, 2, 10)
MONTHS = {"measures": "networks_active", "kind": "month", "from": "2568-11", "to": CODE}
PLACE = "/reports/exports/"


@pytest.fixture
def ledger(scene: Scene) -> Flask:
    """Facts in a quarter."""
    return quarter(scene)


def _rows(scope: Scope, **definition: str) -> list[dict[str, object]]:
    asked = question(scope, definition, DAY)
    return [dict(zip(columns(asked), row, strict=True)) for row in rows(scope, asked)]


def test_a_closed_period_shows_what_was_sealed_and_the_rest_is_counted_now(ledger: Flask) -> None:
    figure = {"measure": "networks_active", "version": 7, "numerator": 99, "denominator": None}
    with ledger.app_context():
        with unit_of_work():
            whole = {**figure, "dimension": "", "cut": "", "value": 99}
            zone = {**figure, "dimension": "zone", "cut": "zone=3", "value": 99}
            seal(CODE, [whole, zone])
        found = _rows(Scope.all(), **MONTHS, by="zone")
        told = [(r["period"], r["zone"], r["period_closed"], r["sealed"]) for r in found]
        assert ("2568-11", 3, "no", "no") in told
        assert (CODE, 3, "yes", "yes") in told
        assert (CODE, 6, "yes", "no") in told, "its cut was not sealed"
        sealed = next(row for row in found if row["sealed"] == "yes")
        assert (sealed["value"], sealed["version"]) == (99, 7)
        assert sealed["zone_name"] == "เขต 3 เชียงใหม่"
        assert (sealed["title_th"], sealed["title_en"]) == ("เครือข่ายปัจจุบัน", "Active networks")
        officer = Scope.of_provinces("50")
        assert {row["sealed"] for row in _rows(officer, **MONTHS)} == {"no"}, (
            "the whole is not theirs"
        )
        now = _rows(Scope.all(), **MONTHS, as_of="now")
        assert {row["sealed"] for row in now} == {"no"}


def test_figures_of_fewer_than_five_persons_are_kept_from_who_may_not_see_persons(
    ledger: Flask,
) -> None:
    asked = {"measures": "members_active,networks_active", "kind": "month", "last": "1"}
    gone = {"measure": "members_active", "version": 1, "numerator": 2, "denominator": None}
    with ledger.app_context():
        with unit_of_work():
            seal("2569-01", [{**gone, "dimension": "province", "cut": "province=10", "value": 2}])
        for personal, hidden in ((True, set()), (False, {"members_active"})):
            found = _rows(Scope.all(personal=personal), **asked, by="province")
            told = [row for row in found if row["suppressed"] == "yes"]
            assert {row["measure"] for row in told} == hidden
            assert {row["value"] for row in told} <= {None}
            bangkok = next(row for row in found if row["province"] == "10")
            assert (bangkok["sealed"], bangkok["value"]) == ("yes", 2 if personal else None)
        whole = _rows(Scope.all(personal=False), **asked)
        assert [row["value"] for row in whole] == [6, 3], "together they are enough"


@pytest.mark.parametrize(
    ("persons", "closed"),
    [
        ({("50",): 9, ("51",): 3, ("90",): 8}, {("50",), ("51",)}),
        ({("50",): 9, ("51",): 3, ("52",): 2}, {("51",), ("52",)}),
        ({("50",): 9, ("51",): 5}, set()),
        ({("51",): 1}, {("51",)}),
    ],
)
def test_what_is_left_of_a_zone_gives_nobody_away(
    persons: dict[tuple[str], int], closed: set[tuple[str]]
) -> None:
    zones = {"50": 3, "51": 3, "52": 3, "90": 6}
    assert too_few(persons, ["province"], zones) == closed


def test_a_relative_period_moves_with_the_day(app: Flask) -> None:
    definition = {"measures": "networks_active", "kind": "quarter", "last": "2"}
    with app.app_context():
        found = [question(Scope.all(), definition, day).span for day in (DAY, date(2026, 4, 1))]
    assert found == ["2568-Q4--2569-Q1", "2569-Q1--2569-Q2"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"by": "channel_kind"}, "เครือข่ายปัจจุบัน"),
        ({"measures": ""}, "อย่างน้อยหนึ่ง"),
        ({"by": "message"}, "ไม่เกิน 4 มิติ"),
        ({"kind": "week"}, "รายไตรมาส"),
        ({"last": "0"}, "1 ถึง 120"),
        ({"province": "90"}, "90"),
        ({"format": "exe"}, "parquet"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_does_not_fit_is_said(app: Flask, change: dict[str, str], sentence: str) -> None:
    with app.app_context(), pytest.raises(Refused, match=sentence):
        question(Scope.of_provinces("50"), MONTHS | change, DAY)


def test_more_rows_than_a_sheet_holds_become_several_workbooks(tmp_path: Path) -> None:
    table = [["2569-Q1", date(2025, 10, 1), number, 0.5] for number in range(5)]
    names = ["period", "period_start", "zone", "value"]
    made = write(tmp_path / "a", "t", "xlsx", names, table, most=2)
    assert (made.name, made.rows, made.parts) == ("t.zip", 5, 3)
    with zipfile.ZipFile(tmp_path / "a" / "t.zip") as archive:
        assert archive.namelist() == ["t-1.xlsx", "t-2.xlsx", "t-3.xlsx"]
        book = openpyxl.load_workbook(BytesIO(archive.read("t-3.xlsx")))
    assert [cell.value for cell in book.worksheets[0][2]][2:] == [4, 0.5]
    assert write(tmp_path / "a", "t", "xlsx", names, table, most=5).name == "t.xlsx"
    assert write(tmp_path / "a", "t", "parquet", names, table).rows == 5
    read = pq.read_table(tmp_path / "a" / "t.parquet")
    assert read.column("zone").to_pylist() == [0, 1, 2, 3, 4]
    assert str(read.schema.field("period_start").type) == "date32[day]"
    write(tmp_path / "a", "t", "csv", names, table)
    text = (tmp_path / "a" / "t.csv").read_bytes()
    assert text.startswith('\ufeff"period"'.encode())
    assert b'"2569-Q1","2025-10-01",4,0.5\r\n' in text


def test_a_table_is_looked_at_made_and_fetched_by_who_asked(
    ledger: Flask, client_of: ClientOf
) -> None:
    analyst = client_of("analyst")
    page = analyst.get(f"{PLACE}build", query_string=MONTHS | {"format": "csv"}).text
    assert "2 แถว" in page
    asked = analyst.post(f"{PLACE}make", data=MONTHS | {"format": "csv"})
    assert "progress.js" in analyst.get(asked.location).text
    with ledger.app_context():
        assert run_pending() == 1
    assert analyst.get(f"{asked.location}/state").json["state"] == "done"
    assert "ดาวน์โหลดไฟล์" in analyst.get(asked.location).text
    fetched = analyst.get(f"{asked.location}/file")
    assert fetched.text.count("\r\n") == 3
    assert "sang-2568-11--2568-12.csv" in fetched.headers["Content-Disposition"]
    assert client_of("executive").get(f"{asked.location}/file").status_code == 404
    with ledger.app_context():
        event = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "figures:export")
        ).one()
        assert event.actor_id == cast.user("analyst").id
        assert event.details["file_sha256"] == hashlib.sha256(fetched.data).hexdigest()
        assert event.details["fields"] == ["networks_active"]
        assert event.details["count"] == 2
        folder = place_of(asked.location.rpartition("/")[2])
        assert forget_old() == 0
        old = folder.stat().st_mtime - KEPT.total_seconds() - 60
        os.utime(folder, (old, old))
        assert forget_old() == 1
    assert "ไม่ได้เก็บไฟล์ไว้แล้ว" in analyst.get(asked.location).text
    assert analyst.get(f"{asked.location}/file").status_code == 404


def test_a_table_that_cannot_be_made_says_why_and_keeps_what_was_chosen(
    app: Flask, client_of: ClientOf
) -> None:
    asked = MONTHS | {"by": "channel_kind", "as_of": "now"}
    answer = client_of("analyst").post(f"{PLACE}make", data=asked, follow_redirects=True).text
    assert "ไม่มีข้อมูล" in answer
    assert 'value="channel_kind" checked' in answer
    assert '<option value="now" selected>' in answer


def test_a_definition_is_kept_shared_copied_and_had_back(app: Flask, client_of: ClientOf) -> None:
    mine, colleague, other = (client_of(name) for name in ("officer50", "head50", "officer90"))
    data = {"measures": ["networks_active", "networks_new"], "kind": "quarter", "last": "1"}
    assert mine.post(PLACE, data=data | {"name": "รายไตรมาส"}).status_code == 302
    refused = mine.post(PLACE, data=data | {"name": "รายไตรมาส"})
    assert refused.status_code == 422
    assert 'value="รายไตรมาส"' in refused.text, "the name that was typed"
    assert "รายไตรมาส" not in colleague.get(PLACE).text
    mine.post(f"{PLACE}1/share", data={"shared": "1"})
    assert "รายไตรมาส" in colleague.get(PLACE).text
    assert "รายไตรมาส" not in other.get(PLACE).text
    assert colleague.post(f"{PLACE}1/rename", data={"name": "ของฉัน"}).status_code == 404
    assert other.post(f"{PLACE}1/copy").status_code == 404
    assert colleague.post(f"{PLACE}1/copy").status_code == 302
    assert mine.post(f"{PLACE}1/copy").status_code == 302
    mine.post(f"{PLACE}1/rename", data={"name": "ทุกไตรมาส"})
    page = mine.post(f"{PLACE}1/delete", follow_redirects=True).text
    assert "ลบตาราง “ทุกไตรมาส” แล้ว" in page
    back = {"measures": "networks_active,networks_new", "kind": "quarter", "last": "1"}
    mine.post(f"{PLACE}restore", data=back | {"name": "ทุกไตรมาส", "shared": "1"})
    with app.app_context():
        kept = db.session.scalars(select(SavedExport).order_by(SavedExport.id)).all()
        assert sorted((row.name, row.shared) for row in kept) == [
            *(("ทุกไตรมาส", True), ("รายไตรมาส", False), ("รายไตรมาส (2)", False))
        ]
        assert all(row.definition == back for row in kept)


def test_a_saved_table_is_made_from_the_command_line(
    ledger: Flask, client_of: ClientOf, tmp_path: Path
) -> None:
    analyst, target = client_of("analyst"), tmp_path / "t.csv"
    analyst.post(PLACE, data=MONTHS | {"format": "csv", "name": "รายเดือน"})
    run = ["export", "run", "รายเดือน", "--out", str(target), "--user"]
    invoke = ledger.test_cli_runner().invoke
    assert invoke(args=[*run, cast.email("analyst")]).exit_code == 0
    assert target.read_text("utf-8-sig").count("\n") == 3
    refused = invoke(args=[*run, cast.email("central")])
    assert "ไม่ได้บันทึกตาราง" in str(refused.exception)


def test_too_many_rows_are_refused(
    ledger: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(making, "MOST_ROWS", 1)
    with ledger.app_context():
        asked = question(Scope.all(), MONTHS, DAY)
        assert preview(Scope.all(), asked).count == 2
        with pytest.raises(Refused, match="เกิน 1 แถว"):
            making.make(Scope.all(), asked, tmp_path / "t")


def test_a_preview_asks_only_as_long_as_a_page_waits(
    ledger: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "PATIENCE", 0)
    monkeypatch.setattr(table, "MOST_LOOKED_AT", 1)
    large = MONTHS | {"measures": "networks_active,networks_new"}
    with ledger.app_context():
        asked = question(Scope.all(), large, DAY)
        found = preview(Scope.all(), asked)
        assert (found.whole, found.count, len(list(rows(Scope.all(), asked)))) == (False, 1, 4)
    page = client_of("analyst").get(f"{PLACE}build", query_string=large).text
    assert "1 จาก 2 งวด" in page
    assert f"{PLACE}make" in page, "the way to the whole"
