"""The benchmarks: that they do the work they time, and say so in the agreed shape."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchmarks.bench import ground, growth_bench, processes
from benchmarks.bench.figures import Goal, most_memory, ratio, ratios, summary
from benchmarks.bench.processes import Contender, Facts, interleave
from benchmarks.bench.worlds import SMALL, STATED, Place, Wish, itself
from registry.cli import main
from registry.facts.measures import MEASURES
from tests import bench_process, postgres
from tests.conftest import SHARED
from tests.stage import locked

ROWS, MEMBERS = 200, 400
AS_USERS = processes.run
Bench = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module", autouse=True)
def at_once() -> Iterator[None]:
    """Processes begin with everything imported, and find what others have had written by ibis.

    A bench takes some thirty of them, each of which takes seconds to begin as users begin it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(processes.LIMITS, "SANG_CACHE", os.environ["SANG_CACHE"])
        patch.setattr(processes, "run", bench_process.run)
        yield


@pytest.fixture
def as_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes begin as they do for everybody, with a Python of their own."""
    monkeypatch.delitem(processes.LIMITS, "SANG_CACHE")
    monkeypatch.setattr(processes, "run", AS_USERS)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the benches of this module share."""
    return tmp_path_factory.mktemp("bench")


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str]) -> Bench:
    """``bench("read", "--small")``: exit code, standard output, standard error."""

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["bench", *words])
        streams = capsys.readouterr()
        return int(ended.value.code or 0), streams.out, streams.err

    return call


def _reported(bench: Bench, *words: str) -> dict[str, Any]:
    code, out, err = bench(*words, "--small", "--json")
    assert code == 0, err
    report: dict[str, Any] = json.loads(out)
    assert set(report) == {"bench", "versions", "figures", "goals"}
    assert report["bench"] == words[0]
    assert report["goals"] == [], "below the stated size nothing is claimed"
    assert report["versions"]["python"]
    return report


def _address(config: pytest.Config, database: str) -> str:
    if database == "sqlite":
        return database
    shared = config.stash[SHARED]
    with locked(shared, "postgres"):
        return postgres.start(shared)


@pytest.mark.by_turns
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_import_brings_what_it_says(
    request: pytest.FixtureRequest, bench: Bench, kept: Path, database: str
) -> None:
    if database == "sqlite":
        request.getfixturevalue("as_users")
    address = _address(request.config, database)
    keep = ["--keep", str(kept)] if database == "sqlite" else []
    size = ["--rows", str(ROWS), "--members", str(MEMBERS)]
    report = _reported(bench, "import", "--without-peer", "--database", address, *size, *keep)
    assert database in report["versions"]
    figures = report["figures"]
    assert (figures["rows"], figures["members"], figures["runs"]) == (ROWS, MEMBERS, 1)
    assert figures["database"] == database
    assert figures["floor"]["brought"] == ROWS
    assert min(figures["product_to_floor"].values()) > 0
    _assert_the_plan_was_brought(figures["product"])
    assert not _left_over(kept, address), "copies are gone afterwards"


def _assert_the_plan_was_brought(product: dict[str, Any]) -> None:
    counts = product["counts"]
    assert product["registered"] == MEMBERS
    assert product["brought"] == counts["new"] == product["committed"]["new"] > ROWS / 2
    assert sum(count for name, count in counts.items() if name != "rows") == counts["rows"] == ROWS
    assert product["seconds"]["median"] > product["plan_seconds"]["median"] > 0


def _left_over(kept: Path, address: str) -> list[Any]:
    """Copies of the registry that nobody removed."""
    if address == "sqlite":
        return list(kept.glob("run-*"))
    with psycopg.connect(address) as connection:
        query = "select datname from pg_database where starts_with(datname, 'sang_bench')"
        return connection.execute(query).fetchall()


@pytest.mark.usefixtures("as_users")
def test_read_reads_every_row(bench: Bench, kept: Path) -> None:
    figures = _reported(bench, "read", "--rows", str(ROWS), "--keep", str(kept))["figures"]
    header_and_title = 2
    assert figures["product"]["brought"] == figures["peer"]["brought"] == ROWS + header_and_title
    assert min(figures["peer_to_product"].values()) > 0


def test_what_is_exported_is_read_back_without_a_formula(bench: Bench, kept: Path) -> None:
    figures = _reported(bench, "export", "--rows", str(ROWS), "--keep", str(kept))["figures"]
    for one in (figures["product"], figures["peer"]):
        assert (one["brought"], one["cells"], one["formulas"]) == (ROWS, 20 * ROWS, 0)


def test_lists_and_searches_answer_what_they_time(bench: Bench, kept: Path) -> None:
    size = ["--members", str(MEMBERS), "--rows", "1", "--keep", str(kept)]
    pages = _reported(bench, "list", *size)["figures"]
    assert pages["product"]["pages"].keys() == pages["peer"]["pages"].keys()
    assert min(pages["product"]["pages"].values()) > 0
    terms = _reported(bench, "search", *size)["figures"]
    assert terms["product"]["missing"] == terms["peer"]["missing"] == 0
    # A part that begins with a vowel sign or a tone mark is looked for without it.
    assert terms["product"]["brought"] >= terms["peer"]["brought"] > 0
    assert not _left_over(kept, "sqlite"), "copies are gone afterwards"


@pytest.fixture(scope="module")
def world(pytestconfig: pytest.Config, at_once: None) -> Path:
    """A folder with the smallest world of facts; all workers share it, and only read it."""
    shared = pytestconfig.stash[SHARED]
    keep = shared / "bench-world"
    wish = Wish(SMALL, 1, False, "sqlite", keep, lambda _: None)
    with locked(shared, "bench-world"), itself(wish):
        return keep


def test_dashboards_are_asked_for_whole_and_the_facts_answer_the_same(
    bench: Bench, world: Path
) -> None:
    figures = _reported(bench, "dashboard", "--keep", str(world))["figures"]
    product = figures["product"]
    assert {"overview quarter", "reports quarter", "message of one"} <= product["pages"].keys()
    assert product["panels"] > product["requests"]
    assert 0 < product["panel"]["p95_ms"] <= product["p95_ms"]
    assert product["again"]["p50_ms"] > 0
    assert figures["floor"]["requests"] == product["requests"]
    assert figures["rollups"]["questions"] == figures["peer"]["questions"] > 50
    assert figures["peer_to_product"]["peer_stopped"] == 0
    assert figures["rollups"]["cells"] == figures["peer"]["cells"] > 0
    assert figures["facts"] == SMALL.facts


def test_distinct_members_are_counted_in_four_ways(bench: Bench, world: Path) -> None:
    figures = _reported(bench, "distinct", "--keep", str(world))["figures"]
    ways = [figures[name] for name in ("product", "peer", "columns", "floor")]
    assert len({one["digest"] for one in ways}) == 1
    assert ways[0]["brought"] > 0
    assert figures["cost"]["bitmaps"] > 0


def test_new_facts_are_shown_and_rolled_up_as_a_rebuild_would(bench: Bench, world: Path) -> None:
    figures = _reported(bench, "fresh", "--keep", str(world))["figures"]
    assert figures["product"]["inserted"] == 100
    assert figures["proof"]["differing"] == 0


def test_a_rebuild_reads_every_fact(bench: Bench, world: Path) -> None:
    figures = _reported(bench, "rebuild", "--keep", str(world))["figures"]
    assert figures["floor"]["brought"] == SMALL.facts
    assert figures["product"]["said"]["rows"] > 0
    assert figures["verify"]["said"]["equal"] is True


def test_a_quarter_is_closed_proven_and_printed(bench: Bench, world: Path) -> None:
    product = _reported(bench, "report", "--keep", str(world))["figures"]["product"]
    assert product["figures"] > 1_000
    assert product["pdf_pages"] > 1
    assert 0 < product["documents_seconds"]["median"] < product["seconds"]["median"]


def test_growth_goes_up_to_the_stated_size() -> None:
    sizes = growth_bench.sizes_of(STATED)
    assert [(one.members, one.facts) for one in sizes] == [
        (10_000, 1_000_000),
        (100_000, 10_000_000),
        (1_000_000, 50_000_000),
    ]


def test_growth_compares_the_largest_world_with_the_smallest(
    bench: Bench, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, seconds = list[str](), iter([1.0, 2.0, 4.0, 0, 0, 0, 1.5, 3.0, 8.0])

    def run(_place: Place, module: str, *_words: object) -> Facts:
        asked.append(module)
        return {"seconds": next(seconds), "cpu": 1.0, "rss_mb": 1.0}

    monkeypatch.setattr(Place, "run", run)
    figures = _reported(bench, "growth", "--keep", str(world))["figures"]
    assert figures["facts_of_each"] == [SMALL.facts] * 3, "none is smaller than the smallest"
    assert asked == ["work.panels", "work.pages", "work.command"] * 3
    grown = {"dashboards": 1.5, "lists": 1.5, "rebuild": 2, "rebuild_per_fact": 2}
    assert figures["largest_to_smallest"] == grown


def test_every_measure_is_the_same_live_and_in_the_files(world: Path) -> None:
    wish = Wish(SMALL, 1, False, "sqlite", world, lambda _: None)
    with itself(wish) as (_made, place):
        live, files = (place.run("work.measures", where) for where in ("live", "duckdb"))
    assert live["digests"] == files["digests"]
    assert live["digests"].keys() == MEASURES.keys()


def test_a_sheet_that_is_kept_is_used_again(tmp_path: Path) -> None:
    said: list[str] = []
    first = ground.sheet(tmp_path, ground.Size(30, 5), said.append)
    again = ground.sheet(tmp_path, ground.Size(30, 5), said.append)
    other = ground.sheet(tmp_path, ground.Size(31, 5), said.append)
    assert first == again != other
    assert said == ["writing a sheet of 30 rows", "writing a sheet of 31 rows"]
    assert sorted(tmp_path.iterdir()) == sorted([first, other]), "half of a sheet stays nowhere"


@pytest.mark.parametrize(
    "words",
    [
        ("import", "--rows", "99999"),
        ("import", "--members", "999999"),
        ("import", "--runs", "4"),
        ("read", "--rows", "2000"),
        ("list", "--members", "999999"),
        ("search", "--runs", "4"),
        ("dashboard", "--facts", "49999999"),
        ("growth", "--months", "119"),
    ],
    ids=" ".join,
)
def test_below_the_stated_size_it_must_be_called_small(
    bench: Bench, words: tuple[str, ...]
) -> None:
    code, out, err = bench(*words)
    assert (code, out) == (2, "")
    assert "--small" in err


@pytest.mark.parametrize("database", ["mysql://localhost/x", "postgresql://127.0.0.1:1/x"])
def test_a_database_that_cannot_be_had_is_refused(bench: Bench, kept: Path, database: str) -> None:
    code, out, err = bench("import", "--small", "--rows", "30", "--members", "1",
                           "--database", database, "--keep", str(kept))  # fmt: skip
    assert (code, out) == (2, "")
    assert "--database" in err.splitlines()[-1]


def _contender(name: str, *seconds: float) -> Contender:
    facts = iter(
        [{"seconds": one, "cpu": 2.0, "rss_mb": 10 * one, "brought": 7} for one in seconds]
    )
    return Contender(name, lambda: next(facts))


def test_runs_are_interleaved_and_medians_compared() -> None:
    fast, slow, order = _contender("product", 1, 9, 2), _contender("peer", 4, 3, 5), list[str]()
    interleave([fast, slow], 3, order.append)
    assert [line.split()[4] for line in order] == ["product", "peer"] * 3
    assert ratio(slow, fast) == 2
    assert ratios(slow, fast) == {"seconds": 2, "cpu": 1}
    assert most_memory(fast) == 90
    assert summary(fast)["seconds"] == {"median": 2, "min": 1, "max": 9}
    assert summary(fast)["brought"] == 7


@pytest.mark.parametrize(
    ("value", "side", "holds"),
    [(25.0, "≥", True), (24.9, "≥", False), (25.0, "≤", True), (25.1, "≤", False)],
)
def test_a_goal_holds_up_to_its_bound(value: float, side: Any, holds: bool) -> None:
    told = Goal("peer / product", value, 25, side).told()
    assert told == {"name": "peer / product", "value": value, "goal": f"{side} 25", "holds": holds}
