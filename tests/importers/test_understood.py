"""Understanding in the child: a large sheet is shared by two, and nobody can tell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from importers.analysis import analyse
from importers.child import LARGE
from importers.errors import NoHeader
from importers.fields import Field
from importers.lines import written
from importers.options import Options
from importers.reading.errors import Unreadable
from importers.reading.parent import ROOT, Limits, read_workbook
from importers.samples import Tally
from importers.understood import understand
from tests.importers.sheets import TODAY, TYPES

OPTIONS = Options(TODAY, types=TYPES)


def quiet(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def large(path: Path, rows: int) -> Path:
    """A sheet of so many people, every seventh with a mended telephone, some left out."""
    lines = ["ลำดับ,ชื่อ-สกุล,โทรศัพท์,จังหวัด"]
    for number in range(rows):
        phone = f"81{number:07d}" if number % 7 == 0 else f"081{number:07d}"
        lines.append(f"{number + 1},นายทดสอบ{number} ระบบดี,{phone},เชียงใหม่")
        if number % 1_000 == 999:
            lines.append("รวม 1000 คน,,,")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_what_two_understand_is_what_one_does(tmp_path: Path) -> None:
    path = large(tmp_path / "large.csv", LARGE + 777)
    alone, tally = analyse(read_workbook(path), OPTIONS), Tally()
    for row in alone.rows:
        tally.add(row)
    with understand(path, path.name, OPTIONS, Limits(), quiet) as understood:
        rows = list(understood.rows())
        assert len(understood.parts) == 2
        assert list(map(written, rows)) == list(map(written, alone.rows))
        assert list(map(written, understood.rows())) == list(map(written, rows))
        assert understood.summary == alone.summary()
        counts = {code: about["count"] for code, about in understood.samples["repairs"].items()}
    assert counts == {code: about["count"] for code, about in tally.repairs.items()}
    assert counts["phone_zero"] > LARGE / 8


def test_a_small_sheet_is_read_by_one(tmp_path: Path) -> None:
    path = large(tmp_path / "small.csv", 20)
    with understand(path, path.name, OPTIONS, Limits(), quiet) as understood:
        assert len(understood.parts) == 1
        assert len(list(understood.rows())) == 20


def test_what_the_child_refuses_is_refused_in_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "no.csv"
    path.write_text("หนึ่ง,สอง\n1,2\n", encoding="utf-8")
    with pytest.raises(NoHeader) as alone:
        analyse(read_workbook(path), OPTIONS)
    with pytest.raises(NoHeader) as child, understand(path, "no.csv", OPTIONS, Limits(), quiet):
        pass
    assert str(child.value) == str(alone.value)


def test_a_child_that_may_not_work_long_is_stopped(tmp_path: Path) -> None:
    path = large(tmp_path / "large.csv", 6 * LARGE)  # seconds of work for each of the two
    with (
        pytest.raises(Unreadable),
        understand(path, path.name, OPTIONS, Limits(seconds=1), quiet),
    ):
        pass


def test_options_travel_as_they_are() -> None:
    options = Options(
        TODAY,
        province="50",
        types=TYPES,
        fields={2: Field.PHONE, 3: None},
        remembered={"shape": {0: Field.FULL_NAME, 1: None}},
        cells={(5, 2): "0812345678"},
        refused=frozenset({"phone_zero"}),
        keep_unknown=True,
    )
    assert Options.of(orjson.loads(orjson.dumps(options.as_dict()))) == options


@pytest.mark.parametrize("absent", ["flask_sqlalchemy", "sqlalchemy", "structlog"])
def test_the_child_starts_without_what_only_the_web_needs(absent: str) -> None:
    """Each upload waits for it; one import too many doubles the time."""
    code = f"import sys, importers.child; print('{absent}' in sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "False"
