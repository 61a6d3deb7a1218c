"""Proving a closed period: any flipped bit and any edited figure is found and named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.facts import measures
from registry.facts.measure import Measure
from registry.facts.measures import MEASURES
from registry.facts.schema import COLUMNS, LATER
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.periods.models import SealedFigure, SealedPeriod
from reports import drafting, figures, sealing, verify
from reports.chain import home
from reports.closing import close
from reports.manifest import MANIFEST, RENDERINGS, sha256_of
from tests.closed import CODE, LIGHT, close_months, lighten, quarter
from tests.stage import Scene

BEFORE = "2568-11"
YOUNGER = (
    *("messages_corrected", "messages_withdrawn", "correction_reached_rate"),
    *("questions_resolved_rate", "resolve_hours_median", "offices_reported_on_time_rate"),
)
"""Measures that rest on tables of which older seals know nothing."""


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are not rendered, only the tidy table is."""
    monkeypatch.setattr(drafting, "DOCUMENTS", LIGHT)


@pytest.fixture
def ledger(scene: Scene, light: None) -> Flask:
    """An application with facts."""
    return quarter(scene)


@pytest.fixture
def closed(scene: Scene, light: None) -> Flask:
    """An application with two closed months."""
    return scene("two closed months of the proof", _two_months)


@pytest.fixture
def closed_lightly(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The same; of the figures those of some facts are reckoned, and reckoned anew."""
    lighten(monkeypatch)
    return scene("two closed months of some figures", _two_months)


def _two_months(app: Flask) -> None:
    close_months(app, BEFORE, CODE)


def _row(code: str = CODE) -> SealedPeriod:
    db.session.rollback()
    row = catalogue.sealed(code)
    assert row is not None
    return row


def _verdict(code: str = CODE) -> verify.Verdict:
    return verify.verify(_row(code))


def _flip(path: Path) -> bytes:
    """Flip one bit in the middle of a file; returns what it was."""
    before = path.read_bytes()
    middle = len(before) // 2
    path.chmod(0o644)
    path.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
    return before


def test_what_was_sealed_holds(closed: Flask) -> None:
    with closed.app_context():
        verdict = _verdict()
        assert (verdict.problems, verdict.holds, verdict.unproven) == ([], True, 0)
        assert verdict.figures == len(catalogue.sealed_figures(CODE)) > 1000
        there = {path for path in home(_row()).rglob("*") if path.is_file()}
        assert verdict.files == len(there) - len({MANIFEST, RENDERINGS})


def test_a_period_that_was_sealed_before_a_table_came_still_holds(
    ledger: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ledger.app_context(), monkeypatch.context() as before, _without(*YOUNGER):
        before.setattr(sealing, "KEPT", [name for name in COLUMNS if name not in LATER])
        close(Actor.system("cli"), CODE)
    with ledger.app_context():
        there = {path.stem for path in (home(_row()) / "facts").iterdir()}
        assert set(COLUMNS) - there == LATER
        verdict = _verdict()
        assert (verdict.problems, verdict.unproven) == ([], 0)
        known = {name for name, _cut in catalogue.sealed_figures(CODE)}
        assert set(MEASURES) - known == set(YOUNGER)


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """Measures that are not there; afterwards all stand in their old order, which reports show."""
    kept = dict(MEASURES)
    for name in names:
        del MEASURES[name]
    try:
        yield
    finally:
        MEASURES.clear()
        MEASURES.update(kept)


def test_what_rests_on_a_table_that_a_seal_lacks_is_absent_and_not_zero(closed: Flask) -> None:
    with closed.app_context():
        folder, period = home(_row()), Period.parse(CODE)
        before = _anew(folder, period)
        assert before["messages_corrected", ""].value == 1
        for name in LATER:
            (folder / "facts" / f"{name}.parquet").unlink()
        after = _anew(folder, period)
        assert before.keys() == after.keys()
        lost = {key for key in before if before[key] != after[key]}
        assert {name for name, _cut in lost} <= set(YOUNGER)
        assert {after[key].value for key in after if key[0] in YOUNGER} == {None}
        assert {after[key].numerator for key in after if key[0] in YOUNGER} == {None}


def _anew(folder: Path, period: Period) -> dict[tuple[str, str], figures.Sealed]:
    with sealing.opened(folder) as source:
        return {one.key: one for one in figures.compute(source, period, period.end)}


def test_one_bit_in_any_file_is_found_and_the_file_is_named(
    closed_lightly: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "_figures", lambda *_args: iter(()))
    with closed_lightly.app_context():
        folder = home(_row())
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            before = _flip(path)
            found = _verdict().problems
            assert name in {problem.file for problem in found}, name
            assert any(name in problem.sentence for problem in found)
            path.write_bytes(before)
        assert _verdict().holds


def test_a_file_that_is_missing_or_was_added_is_named(closed_lightly: Flask) -> None:
    with closed_lightly.app_context():
        folder = home(_row())
        (folder / "facts" / "recipient.parquet").unlink()
        (folder / "facts" / "extra.parquet").write_bytes(b"x")
        problems = {problem.file: problem for problem in _verdict().problems}
        assert "facts/recipient.parquet" in problems
        assert "facts/extra.parquet" in problems
        assert "figures.parquet" in problems, "the figures cannot be computed anew"


def test_a_missing_manifest_is_a_finding_and_no_crash(closed_lightly: Flask) -> None:
    with closed_lightly.app_context():
        (home(_row()) / MANIFEST).unlink()
        assert [problem.file for problem in _verdict().problems] == [MANIFEST]


def test_an_edited_row_of_the_catalogue_is_named_with_both_values(closed_lightly: Flask) -> None:
    with closed_lightly.app_context():
        sealed = catalogue.sealed_figures(CODE)["publications", "zone=3"].value
        with unit_of_work() as session:
            wanted = (SealedFigure.measure == "publications", SealedFigure.cut == "zone=3")
            session.execute(
                update(SealedFigure).where(SealedFigure.code == CODE, *wanted).values(value=777)
            )
        (problem,) = _verdict().problems
        assert (problem.kind, problem.measure, problem.cut) == (
            "catalogue",
            "publications",
            "zone=3",
        )
        assert (problem.sealed, problem.found) == (sealed, 777)
        assert "777" in problem.sentence


def test_a_figure_changed_everywhere_is_found_by_computing_anew(closed_lightly: Flask) -> None:
    """The forger edits the file, the manifest, the hashes and the catalogue alike."""
    with closed_lightly.app_context():
        folder, row = home(_row()), _row()
        path = folder / figures.FIGURES
        forged = [
            figures.Sealed(**(one.__dict__ | {"value": 4242.0}))
            if one.key == ("recipients", "")
            else one
            for one in figures.read(path)
        ]
        path.chmod(0o644)
        figures.write(path, forged)
        manifest = json.loads((folder / MANIFEST).read_text())
        for part in manifest["parts"]:
            if part["path"] == figures.FIGURES:
                part.update(sha256=sha256_of(path), bytes=path.stat().st_size)
        (folder / MANIFEST).chmod(0o644)
        (folder / MANIFEST).write_text(json.dumps(manifest))
        proof, code = sha256_of(folder / MANIFEST), row.code
        with unit_of_work() as session:
            session.execute(
                update(SealedPeriod).where(SealedPeriod.code == code).values(manifest_sha256=proof)
            )
            session.execute(
                update(SealedFigure)
                .where(
                    SealedFigure.code == code,
                    SealedFigure.measure == "recipients",
                    SealedFigure.cut == "",
                )
                .values(value=4242.0)
            )
        (problem,) = _verdict().problems
        assert (problem.kind, problem.measure, problem.cut) == ("recomputed", "recipients", "")
        assert problem.sealed == 4242
        assert problem.found == 7


def test_a_seal_replaced_breaks_the_chain_of_the_next(closed_lightly: Flask) -> None:
    with closed_lightly.app_context():
        folder = home(_row(BEFORE))
        manifest = json.loads((folder / MANIFEST).read_text())
        manifest["sealed_at"] = "2026-01-01T00:00:00+00:00"
        (folder / MANIFEST).chmod(0o644)
        (folder / MANIFEST).write_text(json.dumps(manifest))
        proof = sha256_of(folder / MANIFEST)
        with unit_of_work() as session:
            session.execute(
                update(SealedPeriod)
                .where(SealedPeriod.code == BEFORE)
                .values(manifest_sha256=proof)
            )
        assert {problem.kind for problem in _verdict().problems} == {"chain"}


def test_figures_of_an_older_rule_without_their_recipe_are_counted_not_compared(
    closed_lightly: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "_recipe", lambda *_about: None)
    one = measures.MEASURES["publications"]
    newer = Measure(**(one.__dict__ | {"version": one.version + 1}))
    monkeypatch.setitem(measures.MEASURES, "publications", newer)
    with closed_lightly.app_context():
        verdict = _verdict()
        sealed = [key for key in catalogue.sealed_figures(CODE) if key[0] == "publications"]
        assert verdict.problems == []
        assert verdict.unproven == len(sealed)


def test_only_closed_periods_can_be_proven(closed_lightly: Flask) -> None:
    with closed_lightly.app_context():
        with pytest.raises(Refused, match="ยังไม่ปิดงวด"):
            verify.closed_periods("2568-10")
        with pytest.raises(Refused, match="ไม่ใช่รหัสงวด"):
            verify.closed_periods("last month")
        assert {row.code for row in verify.closed_periods(None)} == {BEFORE, CODE}
