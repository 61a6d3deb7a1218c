"""Proves a sealed period of Sang without Sang:  python verify.py FOLDER [FOLDER ...]

Needs Python 3.11 and DuckDB 1.3 or later (``pip install duckdb``).  Of each folder it checks that
every file is as it was sealed and none was added, that the seal before it (if its folder lies
beside it) is the one that it names, and it computes every figure anew from the Parquet files by
the recipe that was sealed with them.  It prints the hash to compare with the one on the signed
report, and ends with 1 where anything differs.  It writes nothing.
"""

# ruff: noqa: S608 (the queries are those that were sealed)

import hashlib
import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

MANIFEST, RENDERINGS = "manifest.json", "renderings.json"
RECIPE, FIGURES = "recipe.json", "figures.parquet"
Number = int | float
Figure = tuple[Number | None, Number | None, Number | None]


def verify(folder: Path) -> Iterator[str]:
    """Problems of a folder, one sentence each."""
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    renderings = json.loads((folder / RENDERINGS).read_text("utf-8"))
    if renderings["manifest_sha256"] != sha256(folder / MANIFEST):
        yield f"{RENDERINGS} was made for another {MANIFEST}"
    parts = [*manifest["parts"], *renderings["parts"]]
    for part in parts:
        path = (folder / part["path"]).resolve()
        if not path.is_relative_to(folder):
            yield f"{part['path']} lies outside the folder"
        elif not path.is_file():
            yield f"{part['path']} is missing"
        elif sha256(path) != part["sha256"]:
            yield f"{part['path']} was altered"
    known = {part["path"] for part in parts} | {MANIFEST, RENDERINGS}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known:
            yield f"{name} was added after sealing"
    for which in ("previous", "replaces"):
        if manifest.get(which):
            yield from chained(folder, which, manifest[which])
    if (folder / RECIPE).is_file():
        yield from figures(folder)


def sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def chained(folder: Path, which: str, named: dict[str, Any]) -> Iterator[str]:
    """Whether an earlier seal, where its folder lies beside, is the one that is named."""
    earlier = folder.parent / Path(f"{named['code']}-r{named['revision']}").name
    for file, key in ((MANIFEST, "manifest_sha256"), (RENDERINGS, "renderings_sha256")):
        if (earlier / file).is_file() and sha256(earlier / file) != named[key]:
            yield f"the seal names another {earlier.name}/{file} as {which}"


@contextmanager
def tables_of(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of a folder; nothing else can be read."""
    with duckdb.connect() as database:
        database.execute(f"SET allowed_directories = [{quoted(folder)}]")
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
        for path in sorted((folder / "facts").glob("*.parquet")):
            database.execute(f'CREATE VIEW "{path.stem}" AS FROM read_parquet({quoted(path)})')
        yield database


def quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def figures(folder: Path) -> Iterator[str]:
    """Figures that are not what the files and the recipe give."""
    recipe = json.loads((folder / RECIPE).read_text("utf-8"))
    with tables_of(folder) as database:
        found = computed(database, recipe)
        rows = database.execute(
            "SELECT measure, version, cut, value, numerator, denominator "
            f"FROM read_parquet({quoted(folder / FIGURES)})"
        ).fetchall()
    for measure, version, cut, *sealed in rows:
        anew = found.pop((measure, version, cut), None)
        if anew is None or not all(map(same, sealed, anew)):
            yield f"{measure} [{cut or 'whole'}]: sealed as {sealed}, computed anew it is {anew}"
    for measure, _version, cut in found:
        yield f"{measure} [{cut or 'whole'}] was not sealed"


def computed(
    database: duckdb.DuckDBPyConnection, recipe: dict[str, Any]
) -> dict[tuple[str, int, str], Figure]:
    """Value, numerator and denominator by measure, version and cut."""
    dimensions = ("", *recipe["dimensions"])
    cells: dict[str, dict[Any, dict[str, Number | None]]] = {name: {} for name in dimensions}
    empty: dict[str, Number | None] = {}
    for fact in recipe["facts"]:
        told = [one.type for one in duckdb.extract_statements(fact["rows"])]
        if told != [duckdb.StatementType.SELECT]:
            raise ValueError(f"the recipe of {fact['name']} is no query")
        database.execute(f"CREATE OR REPLACE TEMP TABLE rows_of_fact AS {fact['rows']}")
        parts = fact["components"]
        empty |= {part["name"]: part["empty"] for part in parts}
        sums = ", ".join(
            f'count(DISTINCT "{part["name"]}")' if part["distinct"] else f'sum("{part["name"]}")'
            for part in parts
        )
        for dimension in ("", *fact["dimensions"]):
            key, grouped = (f'"{dimension}"', " GROUP BY 1") if dimension else ("NULL", "")
            query = f"SELECT {key}, {sums} FROM rows_of_fact{grouped}"
            for cell, *totals in database.execute(query).fetchall():
                amounts = cells[dimension].setdefault(cell, {})
                for part, total in zip(parts, totals, strict=True):
                    amounts[part["name"]] = part["empty"] if total is None else float(total)
    return {
        (measure["name"], measure["version"], cut_of(dimension, cell, recipe["nowhere"])): figure(
            measure, {**empty, **amounts}, recipe["buckets"]
        )
        for measure in recipe["measures"]
        for dimension in ("", *measure["dimensions"])
        for cell, amounts in cells[dimension].items()
    }


def cut_of(dimension: str, cell: object, nowhere: str) -> str:
    """How a figure names its place: nothing for the whole, else ``zone=3``."""
    return f"{dimension}={nowhere if cell is None else cell}" if dimension else ""


def figure(
    measure: dict[str, Any], amounts: dict[str, Number | None], buckets: list[Any]
) -> Figure:
    """A measure's value, numerator and denominator; None is absent, never 0."""
    known = [amounts[name] for name in measure["components"]]
    if measure["kind"] == "median":
        if all(count is None for count in known):
            return None, None, None
        counts = [count or 0 for count in known]
        value = median(counts, buckets)
        return (None if value is None else value / measure["divided_by"]), None, sum(counts)
    if measure["kind"] == "count":
        return known[0], known[0], None
    above, below = known
    return (above / below if above is not None and below else None), above, below


def median(counts: list[Number], buckets: list[Any]) -> Number | None:
    """The median of durations counted in buckets of minutes, interpolated within its bucket."""
    half, below = sum(counts) / 2, 0.0
    for (low, high), count in zip(buckets, counts, strict=True):
        if count and below + count >= half:
            width = 0 if high is None else high - low
            return float(low + width * (half - below) / count)
        below += count
    return None


def same(one: Number | None, other: Number | None) -> bool:
    """Whether two figures are one: sums of fractions may differ in their last digits."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-12)


def main(names: list[str]) -> int:
    """Prove each folder; returns how many differ."""
    broken = 0
    for folder in (Path(name).resolve() for name in names):
        try:
            problems = list(verify(folder))
            proof = sha256(folder / MANIFEST)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, duckdb.Error) as error:
            problems, proof = [f"cannot be read: {error}"], "–"
        said = [f"{folder.name}: {'differs' if problems else 'holds'}; manifest SHA-256 {proof}"]
        if not (folder / RECIPE).is_file():
            said.append("its figures were not computed anew: there is no recipe")
        sys.stdout.write("\n  ".join([*said, *problems]) + "\n")
        broken += bool(problems)
    return broken


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(1 if main(sys.argv[1:]) else 0)
