"""``sang bench import``: a sheet into a filled registry, against a peer and against the floor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.bench import ground, processes
from benchmarks.bench.figures import (
    Goal,
    Report,
    machine,
    most_memory,
    ratio,
    ratios,
    summary,
    versions_of,
)
from benchmarks.bench.ground import Registry, Say, Size
from benchmarks.bench.peer_environment import peer_python
from benchmarks.bench.processes import Contender, Facts, interleave
from registry.vault import derive

STATED = Size(rows=100_000, members=1_000_000)
SMALL = Size(rows=2_000, members=20_000)
TIMES_THE_PEER, TIMES_THE_FLOOR, PARENT_MB = 25, 3, 400
PURPOSES = ("match", "encrypt")
"""What the peer does with a key of its own."""
PACKAGES = ("sqlalchemy", "python-calamine", "psycopg")


@dataclass(frozen=True)
class Wish:
    """What was asked for.

    Attributes:
        goals: whether the size is the one for which goals are stated.
        peer: ``same`` does Sang's work; ``checked`` does less, ``fast`` without checks of rows
            and without showing what differs.
        keep: the folder to keep data in for the next time.
    """

    size: Size
    runs: int
    goals: bool
    database: str = "sqlite"
    peer: Literal["same", "checked", "fast", "none"] = "same"
    keep: Path | None = None


def bench(wish: Wish, say: Say) -> Report:
    """Run it.

    Raises:
        Refused: the peer or a run failed, or the server refused.
    """
    busy = machine()
    with ground.folder(wish.keep) as place:
        sheet = ground.sheet(place, wish.size, say)
        kept = wish.keep is not None
        with ground.registry(place, wish.size.members, wish.database, say, keep=kept) as registry:
            contenders = _contenders(sheet, registry)
            if wish.peer != "none":
                python = peer_python(place, say)
                contenders.insert(1, _peer(sheet, registry, python, wish.peer))
            interleave(contenders, wish.runs, say)
            database = registry.store.version()
    return _report(wish, contenders, busy, database)


def _contenders(sheet: Path, registry: Registry) -> list[Contender]:
    def product() -> Facts:
        with registry.copy() as (instance, url):
            own = processes.settings(instance, url)
            return processes.run("work.product_import", sheet, environment=own)

    def floor() -> Facts:
        with registry.copy() as (_, url):
            return processes.run("work.floor_import", sheet, url)

    return [Contender("product", product), Contender("floor", floor)]


def _peer(sheet: Path, registry: Registry, python: Path, how: str) -> Contender:
    """The peer; it gets the keys of the registry, so that it finds those registered."""
    secret = (registry.instance / "data_key.txt").read_text().strip()
    keys = {f"BENCH_{purpose.upper()}_KEY": derive(secret, purpose).hex() for purpose in PURPOSES}

    def work() -> Facts:
        with registry.copy() as (_, url):
            words = ("peers.django_import", sheet, url, how)
            return processes.run(*words, python=python, environment=keys)

    return Contender("peer", work)


def _report(
    wish: Wish, contenders: list[Contender], busy: Facts, database: dict[str, str]
) -> Report:
    named = {one.name: one for one in contenders}
    product, floor, peer = named["product"], named["floor"], named.get("peer")
    goals = [
        Goal("product / floor", ratio(product, floor), TIMES_THE_FLOOR, "≤"),
        Goal("RSS of the product's parent in MB", most_memory(product), PARENT_MB, "≤"),
    ]
    if peer:
        goals.insert(0, Goal("peer / product", ratio(peer, product), TIMES_THE_PEER, "≥"))
    figures = {
        "rows": wish.size.rows,
        "members": wish.size.members,
        "runs": wish.runs,
        "database": wish.database.partition(":")[0],
        "machine": busy,
        **{name: summary(one) for name, one in named.items()},
        "product_to_floor": ratios(product, floor),
    }
    if peer:
        figures["peer_setting"] = wish.peer
        figures["peer_to_product"] = ratios(peer, product)
    versions = versions_of(contenders, *PACKAGES) | database
    return Report("import", versions, figures, [g.told() for g in goals] if wish.goals else [])
