"""What each command answers: one line for what it refuses, JSON alone where that is asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry.db import db
from registry.members.models import Member
from registry.periods.calendar import Period, PeriodKind, to_bangkok_date
from tests import cast
from tests.test_cli import Sang
from tests.test_cli import sang as sang

IMPORT_KEYS = {
    "file", "sheet", "header_rows", "mapping", "rows", "new", "update", "unchanged",
    "possible_duplicate", "error", "batch", "problems",
}  # fmt: skip
SHEET = "คำนำหน้า,ชื่อ,นามสกุล,โทรศัพท์,จังหวัด\nนาง,บัวผัน,สายใจ,081-555-0199,เชียงใหม่\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "สมาชิก.csv"
    path.write_text(SHEET, encoding="utf-8-sig")
    return path


@pytest.mark.parametrize("period", ["2568-13", "2026-01", "2569-Q5", "Q1", "2569", "2569-Q1X"])
@pytest.mark.parametrize(
    "command",
    [("measure", "messages_published", "--period"), ("report", "close")],
    ids=lambda words: words[0],
)
def test_an_unknown_period_is_refused(sang: Sang, command: tuple[str, ...], period: str) -> None:
    outcome = sang(*command, period)
    assert outcome.code == 2
    assert outcome.out == ""
    assert period in outcome.err
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("measure", "no_such_measure", "--period", "2569-Q1"), "no_such_measure"),
        (("measure", "publications", "--period", "2569-Q1", "--by", "colour"), "colour"),
        (("measure", "publications", "--period", "2569-Q1", "--where", "zone"), "zone"),
        (("measure", "publications", "--period", "2569-Q1", "--as-of", "later"), "later"),
        (("report", "export", "2569-Q1", "--format", "doc", "--out", "x"), "doc"),
        (("report", "verify"), "--all"),
        (("import", "/nonexistent.xlsx", "--office", "P50"), "nonexistent"),
        (("import-undo", "999"), "999"),
        (("user", "disable", "nobody@sang.example.org"), "nobody@sang.example.org"),
        (("user", "create", "x@sang.example.org", "--name", "x", "--office", "P50",
          "--role", "king"), "king"),
        (("user", "create", "x@sang.example.org", "--name", "x", "--office", "P99",
          "--role", "head"), "P99"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_wrong_words_are_named(sang: Sang, args: tuple[str, ...], named: str) -> None:
    outcome = sang(*args)
    assert outcome.code == 2
    assert named in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_a_period_that_has_not_ended_is_not_closed(sang: Sang) -> None:
    today = to_bangkok_date(datetime.now(UTC))
    outcome = sang("report", "close", Period.containing(today, PeriodKind.QUARTER).code)
    assert outcome.code == 2
    assert len(outcome.err.splitlines()) == 1


def test_measure_prints_json_alone(sang: Sang) -> None:
    found = json.loads(
        sang("measure", "members_active", "--period", "2568-10", "--by", "zone", "--json").out
    )
    assert found["measure"] == "members_active"
    assert {row["zone"]: row["value"] for row in found["figures"] if row["value"]} == {
        3: 4,
        6: 2,
    }


@pytest.mark.parametrize("args", [("report", "list"), ("report", "verify", "--all")], ids=" ".join)
def test_lists_print_json_alone(sang: Sang, args: tuple[str, ...]) -> None:
    outcome = sang(*args, "--json")
    assert outcome.code == 0, outcome.err
    json.loads(outcome.out)


def test_a_user_is_made_and_disabled(sang: Sang, app: Flask) -> None:
    email = "new.officer@sang.example.org"
    made = sang("user", "create", email, "--name", "ใหม่ สมมติ", "--office", "P50",
                "--role", "provincial_officer", "--json")  # fmt: skip
    facts = json.loads(made.out)
    assert facts["office"] == "P50"
    assert len(facts["password"]) >= 12
    again = sang("user", "create", email, "--name", "x", "--office", "P50", "--role", "head")
    assert again.code == 2
    assert sang("user", "disable", email).code == 0
    client = app.test_client()
    client.post("/login", data={"email": email, "password": facts["password"]})
    assert client.get("/account/").status_code == 302


def test_disabling_ends_what_was_signed_in(sang: Sang, app: Flask) -> None:
    client = app.test_client()
    cast.sign_in(app, client, "officer90")
    assert client.get("/account/").status_code == 200
    assert sang("user", "disable", cast.email("officer90")).code == 0
    assert client.get("/account/").status_code == 302


def test_an_import_is_rehearsed_made_and_undone(sang: Sang, app: Flask, sheet: Path) -> None:
    before = _members(app)
    rehearsal = json.loads(sang("import", str(sheet), "--office", "P50", "--dry-run", "--json").out)
    assert set(rehearsal) >= IMPORT_KEYS
    assert (rehearsal["rows"], rehearsal["new"], _members(app)) == (1, 1, before)
    done = json.loads(sang("import", str(sheet), "--office", "P50", "--json").out)
    assert (done["new"], _members(app)) == (1, before + 1)
    twice = sang("import", str(sheet), "--office", "P50")
    assert twice.code == 2
    assert len(twice.err.splitlines()) == 1
    undone = sang("import-undo", str(done["batch"]), "--json")
    assert json.loads(undone.out)["removed"] == 1
    assert _members(app) == before


def test_a_picture_is_no_workbook(sang: Sang, app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "photo.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    before = _members(app)
    outcome = sang("import", str(path), "--office", "P50", "--json")
    assert outcome.code == 2
    assert "photo.xlsx" in outcome.err
    assert _members(app) == before


def _members(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Member)) or 0
