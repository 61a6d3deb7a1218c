"""``sang bench search``: parts of Thai names among all members, against LIKE."""

from __future__ import annotations

from pathlib import Path

from benchmarks.bench.figures import Goal, Report, ratio
from benchmarks.bench.ground import Say, Size
from benchmarks.bench.reading import compare

STATED, SMALL = Size(rows=10, members=1_000_000), Size(rows=2, members=400)
"""``rows``: terms of each length."""
TIMES_THE_PEER = 25


def bench(
    size: Size, runs: int, database: str, keep: Path | None, say: Say, *, goals: bool
) -> Report:
    """Run it.

    Args:
        goals: whether the size is the one for which goals are stated.

    Raises:
        Refused: a run failed, or the server refused.
    """
    report, product, peer = compare("search", "searches", size, runs, database, keep, say)
    missing = max(int(one["missing"]) for one in product.outcomes)
    found = [
        Goal("peer / product", ratio(peer, product), TIMES_THE_PEER, "≥"),
        Goal("members missed, or found in error", missing, 0, "≤"),
    ]
    return report(found if goals else [])
