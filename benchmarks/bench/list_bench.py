"""``sang bench list``: pages of the member list over HTTP, against ``count(*)`` and ``OFFSET``."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.bench.figures import Goal, Report, ratio
from benchmarks.bench.ground import Say, Size
from benchmarks.bench.reading import compare

STATED, SMALL = Size(rows=4, members=1_000_000), Size(rows=1, members=400)
"""``rows``: how often a run asks for every page."""
TIMES_THE_PEER, P99_MS = 4, 25


def bench(
    size: Size, runs: int, database: str, keep: Path | None, say: Say, *, goals: bool
) -> Report:
    """Run it.

    Args:
        goals: whether the size is the one for which goals are stated.

    Raises:
        Refused: a run failed, or the server refused.
    """
    report, product, peer = compare("list", "pages", size, runs, database, keep, say)
    slowest = median(float(one["p99_ms"]) for one in product.outcomes)
    found = [
        Goal("peer / product", ratio(peer, product), TIMES_THE_PEER, "≥"),
        Goal("p99 of the product in ms", slowest, P99_MS, "≤"),
    ]
    return report(found if goals else [])
