"""``sang import`` and ``sang import-undo``: the JSON that others rely on, and what is refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from importers import runs, services
from importers.models import BatchState, ImportBatch, ImportRow
from registry.access.models import Office
from registry.audit.services import Actor
from registry.cli import main
from registry.db import Base, db, unit_of_work
from registry.members.models import Member
from tests import cast
from tests.importers import signup
from tests.importers.signup import CANARY, ROWS

KEYS = [
    "file", "sheet", "header_rows", "mapping", "rows", "new", "update", "unchanged",
    "possible_duplicate", "ambiguous", "error", "batch", "problems",
]  # fmt: skip
PROBLEM_KEYS = ["row", "column", "code", "message", "value", "proposal"]
Sang = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sang(app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sang:
    """``sang("import", …)`` in this process: exit code, standard output, standard error."""
    monkeypatch.setattr("registry.create_app", lambda: app)

    def call(*args: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(one) for one in args])
        streams = capsys.readouterr()
        return int(ended.value.code or 0), streams.out, streams.err

    return call


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return signup.on_disk(tmp_path)


def told(sang: Sang, *args: object) -> dict[str, Any]:
    code, out, err = sang("import", *args, "--office", "P50", "--json")
    assert code == 0, err
    assert len(out.splitlines()) == 1
    found: dict[str, Any] = json.loads(out)
    return found


def everything(app: Flask) -> dict[str, int]:
    with app.app_context():
        counts = {
            name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in Base.metadata.tables.items()
        }
        db.session.rollback()
        return counts


def test_json_keeps_its_contract(sang: Sang, sheet: Path) -> None:
    facts = told(sang, sheet)
    assert list(facts) == KEYS
    assert (facts["file"], facts["sheet"], facts["header_rows"]) == ("ใบสมัคร.xlsx", "Sheet", [3])
    assert facts["mapping"]["เลขประจำตัวประชาชน"] == "national_id"
    assert [facts[name] for name in KEYS[4:11]] == [7, 1, 1, 1, 2, 0, 2]
    assert isinstance(facts["batch"], int)
    assert all(list(problem) == PROBLEM_KEYS for problem in facts["problems"])
    wrong = [problem for problem in facts["problems"] if problem["row"] == ROWS["no_such_day"]]
    assert ("date_impossible", "วันที่สมัคร", "31/4/2569") in [
        (problem["code"], problem["column"], problem["value"]) for problem in wrong
    ]


def test_import_applies_the_plan(sang: Sang, sheet: Path, app: Flask) -> None:
    facts = told(sang, sheet)
    with app.app_context():
        batch = db.session.get_one(ImportBatch, facts["batch"])
        assert (batch.as_state, batch.user_id) == (BatchState.COMMITTED, None)
        query = select(Member.first_name).where(Member.batch_id == batch.id)
        assert db.session.scalars(query).all() == ["กานดา"]


def test_dry_run_tells_the_same_and_leaves_nothing(sang: Sang, sheet: Path, app: Flask) -> None:
    before = everything(app)
    rehearsed = told(sang, sheet, "--dry-run")
    assert everything(app) == before
    assert not app.extensions["sang_settings"].uploads.exists()
    assert rehearsed["batch"] is None
    real = told(sang, sheet)
    assert real | {"batch": None} == rehearsed


def test_annotated_workbook_is_written(sang: Sang, sheet: Path, tmp_path: Path) -> None:
    out = tmp_path / "checked.xlsx"
    told(sang, sheet, "--dry-run", "--annotated", out)
    page = openpyxl.load_workbook(out)["Sheet"]
    told_of = "\n".join(
        str(cell.value) for cell in page[ROWS["no_such_day"]] if cell.value is not None
    )
    assert "31/4/2569" in told_of
    assert "ไม่มีวันที่" in told_of


def test_annotated_workbook_that_cannot_be_written_stops_the_import(
    sang: Sang, sheet: Path, app: Flask, tmp_path: Path
) -> None:
    out = tmp_path / "no" / "folder" / "checked.xlsx"
    code, _, err = sang("import", sheet, "--office", "P50", "--annotated", out)
    assert (code, len(err.splitlines())) == (2, 1)
    with app.app_context():
        assert db.session.scalars(select(Member).where(Member.source == "import")).all() == []
    assert told(sang, sheet)["new"] == 1


def test_without_json_it_speaks_to_a_person(sang: Sang, sheet: Path) -> None:
    code, out, _ = sang("import", sheet, "--office", "P50", "--dry-run")
    assert code == 0
    assert "ใหม่ 1" in out.splitlines()[-1]


def test_no_number_of_a_card_is_told(sang: Sang, tmp_path: Path) -> None:
    """Not in its own column, not in a wrong one, not by a mark for "the same as above"."""
    people = [
        signup.NEW,
        signup.person(first="สำเนา", last="คนบน", id='"', phone="0819990011"),
        signup.person(first="ผิดช่อง", last="ใส่เลข", phone=CANARY),
        signup.person(first="ผิดช่อง", last="ใส่ขีด", joined="1-5099-00454-54-9"),
        signup.person(first="เลขผิด", last="หลักท้าย", id="1509900454540", phone="0819990012"),
    ]
    code, out, err = sang("import", signup.on_disk(tmp_path, *people), "--office", "P50", "--json")
    assert code == 0
    for number in (CANARY, "1509900454540", "1-5099-00454-54-9"):
        assert number not in out + err


def _png(path: Path) -> Path:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    return path


def _locked(path: Path) -> Path:
    stream = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + stream)
    return path


def _empty_sheet(path: Path) -> Path:
    openpyxl.Workbook().save(path)
    return path


def _no_header(path: Path) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["สินค้า", "ราคา"], ["ปากกา", 10], ["สมุด", 20]):
        page.append(row)
    book.save(path)
    return path


def _huge(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    return path


def _bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 30_000_000)
    return path


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (_png, "PNG"),
        (_locked, "รหัสผ่าน"),
        (_empty_sheet, "ไม่พบ"),
        (_no_header, "สินค้า"),
        (_huge, "200"),
        (_bomb, "ใหญ่"),
    ],
    ids=["png", "locked", "empty", "no_header", "200_mb", "bomb"],
)
def test_refused_files_get_one_line_and_exit_2(
    sang: Sang, tmp_path: Path, app: Flask, make: Callable[[Path], Path], word: str
) -> None:
    path = make(tmp_path / "sheet.xlsx")
    for more in ([], ["--dry-run"]):
        code, out, err = sang("import", path, "--office", "P50", "--json", *more)
        assert (code, out, len(err.splitlines())) == (2, "", 1), err
        assert err.startswith("sang: ")
        assert word in err
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ImportRow)) == 0


def test_refused_words(sang: Sang, sheet: Path, tmp_path: Path) -> None:
    told(sang, sheet)
    refused = [
        ("import", sheet, "--office", "P50"),
        ("import", sheet, "--office", "P99"),
        ("import", sheet, "--office", "P50", "--sheet", "ไม่มี"),
        ("import", tmp_path / "nothing.xlsx", "--office", "P50"),
        ("import", sheet),
        ("import-undo", 4711),
        ("import-undo", "x"),
    ]
    for words in refused:
        code, out, err = sang(*words)
        assert (code, out, len(err.splitlines())) == (2, "", 1), words


def test_undo_takes_it_back_once(sang: Sang, sheet: Path, app: Flask) -> None:
    facts = told(sang, sheet)
    code, out, _ = sang("import-undo", facts["batch"], "--json")
    assert code == 0
    assert json.loads(out) == {"batch": facts["batch"], "removed": 1, "restored": 1}
    assert sang("import-undo", facts["batch"])[0] == 2
    assert told(sang, sheet)["new"] == 1


def test_one_call_for_the_demonstration(sheet: Path, app: Flask) -> None:
    with app.app_context():
        batch = runs.import_file(sheet, signup.actor())
        assert batch.summary["committed"] == {"new": 1, "update": 1, "left": 5}


@pytest.mark.parametrize("far", [False, True], ids=["reading", "planned"])
def test_an_import_that_was_killed_can_be_made_again(
    sang: Sang, sheet: Path, app: Flask, far: bool
) -> None:
    with app.app_context():
        who = Actor(None, "cli", cast.user("officer50").office_id)
        with unit_of_work():
            office = db.session.get_one(Office, who.office_id)
            number = services.receive(who, office, sheet.name, sheet.read_bytes()).id
        if far:
            runs.plan(number)
        db.session.rollback()
    assert told(sang, sheet)["new"] == 1
    with app.app_context():
        assert signup.batch(number).as_state is BatchState.DISCARDED
