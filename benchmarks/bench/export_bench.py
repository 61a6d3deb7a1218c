"""``sang bench export``: rows written to a workbook, against xlsxwriter in constant memory."""

from __future__ import annotations

from pathlib import Path

from benchmarks.bench import ground, processes
from benchmarks.bench.figures import Goal, Report, machine, ratio, ratios, summary, versions_of
from benchmarks.bench.ground import Say, Size
from benchmarks.bench.processes import Contender, interleave

STATED, SMALL = Size(rows=50_000, members=0), Size(rows=500, members=0)
TIMES_THE_PEER = 5


def bench(size: Size, runs: int, keep: Path | None, say: Say, *, goals: bool) -> Report:
    """Run it.

    Args:
        goals: whether the size is the one for which goals are stated.

    Raises:
        Refused: a run failed.
    """
    busy = machine()
    with ground.folder(keep) as place:

        def contender(who: str) -> Contender:
            file = place / f"export-{who}.xlsx"
            return Contender(who, lambda: processes.run("work.export", who, size.rows, file))

        product, peer = contender("product"), contender("peer")
        interleave([product, peer], runs, say)
    figures = {
        "rows": size.rows,
        "runs": runs,
        "machine": busy,
        "product": summary(product),
        "peer": summary(peer),
        "peer_to_product": ratios(peer, product),
    }
    found = [
        Goal("peer / product", ratio(peer, product), TIMES_THE_PEER, "≥").told(),
        Goal("formulas", max(int(one["formulas"]) for one in product.outcomes), 0, "≤").told(),
    ]
    versions = versions_of([product, peer], "rustpy-xlsxwriter", "xlsxwriter")
    return Report("export", versions, figures, found if goals else [])
