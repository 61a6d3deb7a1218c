"""``sang bench``: the benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmarks.bench.telling import RUNS, say, tell
from benchmarks.bench.world_commands import world_commands
from registry.errors import Refused

if TYPE_CHECKING:
    from benchmarks.bench.ground import Size

Command = Callable[..., None]


def _sized(command: Command) -> Command:
    """The options that all benches share."""
    for option in (
        click.option("--keep", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
                     help="Keep what was made in this folder, and use it the next time."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON alone."),
        click.option("--runs", type=click.IntRange(1), help="Runs of each (5; small: 1)."),
        click.option("--small", is_flag=True, help="Below the stated size; tells no goals."),
        click.option("--rows", type=click.IntRange(1),
                     help="Rows of the sheet (100,000; of export 50,000); of list: turns; of "
                          "search: terms."),
    ):  # fmt: skip
        command = option(command)
    return command


def _on_database(command: Command) -> Command:
    """The options of a bench on a filled registry."""
    for option in (
        click.option("--members", type=click.IntRange(1),
                     help="Members registered before (1,000,000)."),
        click.option("--database", default="sqlite", show_default=True, metavar="WHICH",
                     help="sqlite, or the address of a PostgreSQL server where databases may be "
                          "created."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group("bench")
def bench_command() -> None:
    """What Sang does, timed in one run against a peer and against the floor of the same work.

    Makes its own data in a temporary folder; needs no instance and touches none.
    """


@bench_command.command("import")
@_sized
@_on_database
@click.option(
    "--peer",
    type=click.Choice(["same", "checked", "fast", "none"]),
    default="same",
    show_default=True,
    help="same: all that Sang does; checked: less; fast: without its own checks, too.",
)
@click.option("--without-peer", "peer", flag_value="none", help="The same as --peer none.")
def import_bench(
    members: int | None, database: str, peer: Any, as_json: bool, **asked: Any
) -> None:  # fmt: skip
    """Import a sheet into a filled registry; peer: django-import-export, floor: a bare insert."""
    from benchmarks.bench.import_bench import SMALL, STATED, Wish, bench

    size, runs = _size(asked, members, STATED, SMALL)
    wish = Wish(size, runs, not asked["small"], database, peer, asked["keep"])
    tell(bench(wish, say), as_json)


@bench_command.command("read")
@_sized
def read_bench(as_json: bool, **asked: Any) -> None:
    """Open and read a sheet safely, child process included; peer: openpyxl."""
    from benchmarks.bench.read_bench import SMALL, STATED, bench

    size, runs = _size(asked, None, STATED, SMALL)
    tell(bench(size, runs, asked["keep"], say, goals=not asked["small"]), as_json)


@bench_command.command("export")
@_sized
def export_bench(as_json: bool, **asked: Any) -> None:
    """Rows of 20 values written to a workbook; peer: xlsxwriter in constant memory."""
    from benchmarks.bench.export_bench import SMALL, STATED, bench

    size, runs = _size(asked, None, STATED, SMALL)
    tell(bench(size, runs, asked["keep"], say, goals=not asked["small"]), as_json)


@bench_command.command("list")
@_sized
@_on_database
def list_bench(members: int | None, database: str, as_json: bool, **asked: Any) -> None:
    """First and deep pages of the member list over HTTP; peer: count(*) and OFFSET."""
    from benchmarks.bench.list_bench import SMALL, STATED, bench

    size, runs = _size(asked, members, STATED, SMALL)
    goals = not asked["small"]
    tell(bench(size, runs, database, asked["keep"], say, goals=goals), as_json)


@bench_command.command("search")
@_sized
@_on_database
def search_bench(members: int | None, database: str, as_json: bool, **asked: Any) -> None:
    """Parts of Thai names among all members, none missed at any length; peer: LIKE."""
    from benchmarks.bench.search_bench import SMALL, STATED, bench

    size, runs = _size(asked, members, STATED, SMALL)
    goals = not asked["small"]
    tell(bench(size, runs, database, asked["keep"], say, goals=goals), as_json)


def _size(
    asked: dict[str, Any], members: int | None, stated: Size, small: Size
) -> tuple[Size, int]:
    """Size and number of runs.

    Raises:
        Refused: they are below what goals are stated for, and nobody said ``--small``.
    """
    usual = small if asked["small"] else stated
    size = type(stated)(asked["rows"] or usual.rows, members or usual.members)
    runs: int = asked["runs"] or (1 if asked["small"] else RUNS)
    below = size.rows < stated.rows or size.members < stated.members or runs < RUNS
    if below and not asked["small"]:
        raise Refused(
            f"below {stated.rows:,} rows, {stated.members:,} members and {RUNS} runs no goal is "
            "stated: add --small"
        )
    return size, runs


for one in world_commands():
    bench_command.add_command(one)
