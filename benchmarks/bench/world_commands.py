"""``sang bench``: the benches of figures, all on one simulated world."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmarks.bench.telling import RUNS, say, tell
from registry.errors import Refused

if TYPE_CHECKING:
    from benchmarks.bench.worlds import Wish

BENCHES = {
    "dashboard": "Every panel of every page over HTTP; peer: the same questions on the facts.",
    "distinct": "Members passing on, by quarter and province; peer: COUNT(DISTINCT) on the facts.",
    "fresh": "10,000 facts committed, until a dashboard shows them; incremental = rebuild.",
    "rebuild": "All rollups made anew from proven files; floor: one scan of the files.",
    "report": "A quarter closed, proven and printed.",
    "growth": "Three sizes of the world: pages and lists stay flat, a rebuild is linear.",
    "spark": "Every measure live, on DuckDB and on Spark: the same values.",
}


def _command(name: str, about: str) -> click.Command:
    @click.option("--members", type=click.IntRange(100), help="Members (1,000,000).")
    @click.option("--messages", type=click.IntRange(1), help="Messages (7,500).")
    @click.option("--facts", type=click.IntRange(100), help="Rows of the ledger (50,000,000).")
    @click.option("--months", type=click.IntRange(1), help="Months that they lie in (120).")
    @click.option("--runs", type=click.IntRange(1), help="Runs of each (5; small: 1).")
    @click.option("--small", is_flag=True, help="Below the stated size; tells no goals.")
    @click.option("--keep", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
                  help="Keep the world in this folder, and use it the next time.")  # fmt: skip
    @click.option("--database", default="sqlite", show_default=True, metavar="WHICH",
                  help="sqlite, or the address of a PostgreSQL server where databases may be "
                       "created.")  # fmt: skip
    @click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
    def run(as_json: bool, **asked: Any) -> None:
        bench = import_module(f"benchmarks.bench.{name}_bench").bench
        tell(bench(_wish(**asked)), as_json)

    if name == "dashboard":
        click.option("--superset", is_flag=True, help="Install Superset, and time its cache.")(run)
    return click.command(name, help=about)(run)


def _wish(
    *,
    runs: int | None,
    small: bool,
    database: str,
    keep: Path | None,
    superset: bool = False,
    **sizes: int | None,
) -> Wish:
    from benchmarks.bench.worlds import SMALL, STATED, Wish, World

    usual = SMALL if small else STATED
    world = World(**{key: value or getattr(usual, key) for key, value in sizes.items()})
    times = runs or (1 if small else RUNS)
    if (world.below(STATED) or times < RUNS) and not small:
        raise Refused(
            f"below {STATED.members:,} members, {STATED.messages:,} messages, {STATED.facts:,} "
            f"facts in {STATED.months} months and {RUNS} runs no goal is stated: add --small"
        )
    return Wish(world, times, not small, database, keep, say, superset)


def world_commands() -> Iterator[click.Command]:
    """The commands."""
    return (_command(name, about) for name, about in BENCHES.items())
