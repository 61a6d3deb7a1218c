"""Product and peer read the same filled registry in turn, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.bench import ground, processes
from benchmarks.bench.figures import Goal, Report, machine, ratios, summary, versions_of
from benchmarks.bench.ground import Say, Size
from benchmarks.bench.processes import Contender, Facts, interleave

Reported = Callable[[Iterable[Goal]], Report]


def compare(
    name: str, module: str, size: Size, runs: int, database: str, keep: Path | None, say: Say
) -> tuple[Reported, Contender, Contender]:
    """Let both work; gives what makes the report of some goals, the product and the peer.

    Args:
        module: of ``work``; it takes ``product`` or ``peer``, and ``size.rows``.

    Raises:
        Refused: a run failed, or the server refused.
    """
    busy, kept = machine(), keep is not None
    with (
        ground.folder(keep) as place,
        ground.registry(place, size.members, database, say, keep=kept, by="simulated") as filled,
        filled.copy() as (instance, url),
    ):

        def contender(who: str) -> Contender:
            def work() -> Facts:
                own = processes.settings(instance, url)
                return processes.run(f"work.{module}", who, size.rows, environment=own)

            return Contender(who, work)

        product, peer = contender("product"), contender("peer")
        interleave([product, peer], runs, say)
        version = filled.store.version()

    def report(goals: Iterable[Goal]) -> Report:
        figures = {
            "members": size.members,
            "runs": runs,
            "database": database.partition(":")[0],
            "machine": busy,
            "product": summary(product),
            "peer": summary(peer),
            "peer_to_product": ratios(peer, product),
        }
        versions = versions_of([product, peer], "sqlalchemy", "flask") | version
        return Report(name, versions, figures, [one.told() for one in goals])

    return report, product, peer
