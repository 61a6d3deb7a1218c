"""Sheets with a known truth: a reading gives it, or asks; no row is lost and none invented."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers.analysis import analyse
from importers.options import Options
from importers.reading.parent import read_workbook
from tests.importers.fuzz.files import read_here, save
from tests.importers.fuzz.judging import faults
from tests.importers.fuzz.people import TODAY
from tests.importers.fuzz.sheets import sheet
from tests.importers.golden.result import TYPES

OPTIONS = Options(TODAY, types=TYPES)
FOLDER = [HealthCheck.function_scoped_fixture]
SEEDS = st.integers(0, 10**9)
FORMATS = [
    ("a.xlsx", ""), ("a.xlsm", ""), ("a.xlsb", ""), ("a.xls", ""), ("a.csv", "utf-8"),
    ("a.csv", "utf-8-sig"), ("a.csv", "cp874"), ("a.tsv", "cp874"), ("a.tsv", "utf-16"),
]  # fmt: skip


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=FOLDER)
@given(SEEDS)
def test_workbooks(tmp_path: Path, seed: int) -> None:
    made = sheet(Random(seed))
    workbook = read_here(save(made, tmp_path / "a.xlsx"))
    assert faults(made, analyse(workbook, OPTIONS)) == []


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=FOLDER)
@given(SEEDS, st.sampled_from(FORMATS))
def test_plain_sheets_in_every_format(tmp_path: Path, seed: int, kind: tuple[str, str]) -> None:
    made = sheet(Random(seed), plain=True)
    workbook = read_here(save(made, tmp_path / kind[0], kind[1]))
    assert faults(made, analyse(workbook, OPTIONS)) == []


@pytest.mark.parametrize(("name", "encoding"), FORMATS)
def test_the_child_reads_every_format(tmp_path: Path, name: str, encoding: str) -> None:
    made = sheet(Random(7), plain=True)
    path = save(made, tmp_path / name, encoding)
    assert faults(made, analyse(read_workbook(path), OPTIONS)) == []


def test_a_fault_would_be_seen(tmp_path: Path) -> None:
    """The judge itself: a wrong value, a lost row and an invented one."""
    made = sheet(Random(3), plain=True)
    truth = made.expected[0].values
    analysis = analyse(read_here(save(made, tmp_path / "a.xlsx")), OPTIONS)
    analysis.rows[0].values["first_name"] = "อื่น"
    lost = analysis.rows.pop()
    assert len(faults(made, analysis)) == 2
    analysis.rows[0].values["first_name"] = truth["first_name"]
    lost.row = 9_999
    analysis.rows.append(lost)
    assert [fault.split()[2] for fault in faults(made, analysis)] == ["lost", "invented:"]
