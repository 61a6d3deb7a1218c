"""The program that lies in each sealed folder proves it without Sang."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flask import Flask

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.periods import catalogue
from reports import drafting
from reports.chain import home
from reports.closing import close, reissue
from reports.figures import FIGURES
from reports.manifest import MANIFEST, RENDERINGS, sha256_of
from reports.package import PACKAGE
from reports.recipe import PROGRAM, RECIPE
from tests.closed import CODE, LIGHT
from tests.ledger import add_ledger
from tests.stage import Scene

LONGEST = 200
BEFORE = "2568-11"


@pytest.fixture
def archive(scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of two sealed months, one of them in two revisions."""
    monkeypatch.setattr(drafting, "DOCUMENTS", LIGHT)
    app = scene("two months to be proven alone", _close)
    with app.app_context():
        row = catalogue.sealed(CODE)
        assert row is not None
        shutil.copytree(home(row).parent, tmp_path / "archive")
        db.session.rollback()
    return tmp_path / "archive"


def _close(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            add_ledger("2569-Q1", each=1)
        for code in (BEFORE, CODE):
            close(Actor.system("cli"), code)
        with unit_of_work():
            add_ledger(CODE, seed=99, each=1)
        reissue(Actor.system("cli"), CODE, "ได้รับรายงานเพิ่มหลังปิดงวด")


def _proven(*folders: Path) -> subprocess.CompletedProcess[str]:
    """What the program says; it runs without anything that this project has set."""
    program = folders[0] / PROGRAM
    command = [sys.executable, "-I", str(program), *map(str, folders)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def test_it_is_short_and_imports_nothing_of_ours(archive: Path) -> None:
    lines = (archive / f"{CODE}-r1" / PROGRAM).read_text("utf-8").splitlines()
    assert len(lines) < LONGEST
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    assert not any(name in line for line in imports for name in ("registry", "reports", "sang"))


def test_what_was_sealed_holds(archive: Path) -> None:
    folders = [archive / name for name in (f"{BEFORE}-r1", f"{CODE}-r1", f"{CODE}-r2")]
    said = _proven(*folders)
    assert (said.returncode, said.stderr) == (0, ""), said.stdout
    for folder in folders:
        assert (
            f"{folder.name}: holds; manifest SHA-256 {sha256_of(folder / MANIFEST)}" in said.stdout
        )


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_bit_that_was_flipped_in_a_file_is_found(archive: Path) -> None:
    folder = archive / f"{CODE}-r2"
    names = (MANIFEST, RENDERINGS, RECIPE, FIGURES, PACKAGE, "facts/recipient.parquet")
    for path in (folder / name for name in names):
        before, mode = path.read_bytes(), path.stat().st_mode
        path.chmod(0o644)
        middle = len(before) // 2
        path.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
        program = archive / f"{CODE}-r1" / PROGRAM
        said = subprocess.run(
            [sys.executable, "-I", str(program), str(folder)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.returncode == 1, path.name
        assert f"{folder.name}: differs" in said.stdout, path.name
        assert "Traceback" not in said.stderr, path.name
        path.write_bytes(before)
        path.chmod(mode)
    assert _proven(folder).returncode == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_figure_that_was_edited_with_all_its_hashes_is_computed_otherwise(archive: Path) -> None:
    folder = archive / f"{CODE}-r2"
    rows = pq.read_table(folder / FIGURES).to_pylist()
    edited = next(row for row in rows if row["measure"] == "publications" and not row["cut"])
    edited["value"] += 1
    for name in (FIGURES, MANIFEST, RENDERINGS):
        (folder / name).chmod(0o644)
    schema = pq.read_schema(folder / FIGURES)
    pq.write_table(pa.Table.from_pylist(rows, schema), folder / FIGURES)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    for part in manifest["parts"]:
        part["sha256"] = sha256_of(folder / part["path"])
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    renderings = json.loads((folder / RENDERINGS).read_text("utf-8"))
    renderings["manifest_sha256"] = sha256_of(folder / MANIFEST)
    (folder / RENDERINGS).write_text(json.dumps(renderings), "utf-8")
    said = _proven(folder)
    assert said.returncode == 1
    assert "publications [whole]: sealed as" in said.stdout


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_broken_chain_is_found(archive: Path) -> None:
    earlier = archive / f"{CODE}-r1" / MANIFEST
    earlier.chmod(0o644)
    earlier.write_text(earlier.read_text("utf-8") + "\n", "utf-8")
    said = _proven(archive / f"{CODE}-r2")
    assert said.returncode == 1
    assert "as replaces" in said.stdout


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_hostile_recipe_reads_nothing_outside_and_writes_nothing(
    archive: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", "utf-8")
    folder = archive / f"{CODE}-r2"
    there = set(archive.rglob("*"))
    for rows, said in (
        (f"SELECT * FROM read_csv('{secret}')", "Permission"),
        (f"SELECT 1; COPY (SELECT 1) TO '{folder}/evil.csv'", "is no query"),
        (f"COPY (SELECT 1) TO '{folder}/evil.csv'", "is no query"),
        (f"ATTACH '{folder}/evil.db'", "is no query"),
        ("", "is no query"),
    ):
        recipe = json.loads((folder / RECIPE).read_text("utf-8"))
        recipe["facts"][0]["rows"] = rows
        (folder / RECIPE).chmod(0o644)
        (folder / RECIPE).write_text(json.dumps(recipe), "utf-8")
        found = _proven(folder)
        assert found.returncode == 1
        assert said in found.stdout, rows
        assert set(archive.rglob("*")) == there


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_damaged_folder_is_told_in_a_sentence_and_the_next_one_is_proven(archive: Path) -> None:
    broken, whole = archive / f"{CODE}-r1", archive / f"{CODE}-r2"
    program = whole / PROGRAM
    for text in ("[]", "{}", '{"parts": null}', "", '{"parts": [{"path": "../../x"}]}'):
        (broken / MANIFEST).chmod(0o644)
        (broken / MANIFEST).write_text(text, "utf-8")
        said = subprocess.run(
            [sys.executable, "-I", str(program), str(broken), str(whole), "/nowhere"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (said.returncode, said.stderr) == (1, ""), text
        assert f"{broken.name}: differs" in said.stdout
        assert f"{whole.name}: " in said.stdout


def test_a_figure_of_an_older_rule_is_proven_by_the_recipe_of_its_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from registry.facts.measures import MEASURES
    from reports.verify import verify

    monkeypatch.setattr(drafting, "DOCUMENTS", LIGHT)
    app = scene("two months to be proven alone", _close)
    older = MEASURES["pass_on_rate"]
    monkeypatch.setitem(MEASURES, "pass_on_rate", replace(older, version=older.version + 1))
    with app.app_context():
        row = catalogue.sealed(CODE)
        assert row is not None
        verdict = verify(row)
        assert (verdict.problems, verdict.unproven) == ([], 0)
        place, evil = home(row) / RECIPE, home(row).parent / "evil.csv"
        recipe = json.loads(place.read_text("utf-8"))
        recipe["facts"][0]["rows"] = f"SELECT 1; COPY (SELECT 1) TO '{evil}'"
        place.chmod(0o644)
        place.write_text(json.dumps(recipe), "utf-8")
        verdict = verify(row)
        assert [one.file for one in verdict.problems] == [RECIPE], "what was altered is not run"
        assert verdict.unproven > 0
        assert not evil.exists()


def test_the_tables_are_described_as_a_data_package(archive: Path) -> None:
    folder = archive / f"{CODE}-r2"
    said = json.loads((folder / PACKAGE).read_text("utf-8"))
    assert (said["name"], said["version"]) == (f"sang-{CODE}-r2", "2")
    by_path = {one["path"]: one for one in said["resources"]}
    tables = {path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")}
    assert by_path.keys() == tables | {f"sang-{CODE}-r2.csv"}
    assert len({one["name"] for one in said["resources"]}) == len(by_path)
    for path, one in by_path.items():
        assert one["hash"] == f"sha256:{sha256_of(folder / path)}"
        assert one["bytes"] == (folder / path).stat().st_size
    with (folder / f"sang-{CODE}-r2.csv").open(encoding="utf-8-sig", newline="") as file:
        [*heads], first = next(rows := csv.reader(file)), next(rows)
    fields = by_path[f"sang-{CODE}-r2.csv"]["schema"]["fields"]
    assert [field["name"] for field in fields] == heads
    reads = {"integer": int, "number": lambda text: text and float(text), "string": str}
    for field, text in zip(fields, first, strict=True):
        reads[field["type"]](text)  # type: ignore[operator]
