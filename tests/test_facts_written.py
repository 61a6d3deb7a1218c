"""SQL that was written once is kept for every process, and told apart by the question's shape."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from registry.facts import written as kept
from registry.facts.blanks import filled, shape
from registry.facts.cuts import cut
from registry.facts.limits import Limit
from registry.facts.query import Live, _totals, dialect_of
from registry.facts.spans import Months
from registry.facts.written import written

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
MONTHS = Months(2026 * 12, 2026 * 12 + 2)


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Iterator[Path]:
    settings = app.extensions["sang_settings"]
    app.extensions["sang_settings"] = settings.model_copy(update={"cache": tmp_path})
    with app.app_context():
        yield tmp_path / "sql"


def _writer(said: list[str]):  # type: ignore[no-untyped-def]
    @written
    def write(name: str, *_shape: object) -> str:
        said.append(name)
        return f"SELECT '{name}'"

    return write


def test_another_process_finds_what_one_wrote(folder: Path) -> None:
    said: list[str] = []
    asked = ("ก", *shape(cut(where={"province": ["50", "51"]}), Limit(True)))
    first, second = _writer(said), _writer(said)
    assert first(*asked) == second(*asked) == "SELECT 'ก'"
    assert said == ["ก"]
    assert len(list(folder.rglob("*.json"))) == 1


def test_other_shapes_are_written_apart(folder: Path) -> None:
    said: list[str] = []
    write, limit = _writer(said), Limit(True)
    for one in (cut(), cut(by=["zone"]), cut(where={"zone": 1}), cut(where={"zone": None})):
        write("ก", *shape(one, limit))
        write("ก", *shape(one, Limit(False, ("50",))))
    assert len(said) == 8
    write("ก", *shape(cut(where={"zone": [2, 3]}, today=date(2030, 1, 1)), limit))
    assert len(said) == 8


def test_what_is_broken_or_gone_is_written_anew(folder: Path) -> None:
    said: list[str] = []
    _writer(said)("ก")
    next(folder.rglob("*.json")).write_text('"SEL')
    assert _writer(said)("ก") == "SELECT 'ก'"
    shutil.rmtree(folder)
    _writer(said)("ก")
    assert said == ["ก"] * 3


def test_a_folder_that_cannot_be_written_stops_nobody(folder: Path) -> None:
    folder.write_text("no folder")
    assert _writer([])("ก") == "SELECT 'ก'"


def test_another_version_writes_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    _writer(said)("ก")
    monkeypatch.setattr(kept, "CODE", "next")
    _writer(said)("ก")
    assert said == ["ก", "ก"]


def test_today_is_put_in_when_asked(app: Flask) -> None:
    with app.app_context():
        names, limit, live = ("answer_judged",), Limit(True), Live()
        for today in (date(2026, 1, 31), date(2026, 2, 1)):
            one = cut(by=["zone"], as_of="now", today=today)
            blank = _totals(
                names, *shape(one, limit), live.dialect, False, only_open=False, touched=None
            )
            whole = filled(blank, dialect_of(live), MONTHS, one, limit)
            assert str(today) in whole
            assert "9003" not in whole
