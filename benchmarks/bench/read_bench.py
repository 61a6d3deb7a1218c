"""``sang bench read``: a sheet read safely, child process included, against openpyxl."""

from __future__ import annotations

from pathlib import Path

from benchmarks.bench import ground, processes
from benchmarks.bench.figures import Goal, Report, machine, ratio, ratios, summary, versions_of
from benchmarks.bench.ground import Say, Size
from benchmarks.bench.processes import Contender, interleave

STATED, SMALL = Size(rows=100_000, members=1_000_000), Size(rows=2_000, members=20_000)
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
        sheet = ground.sheet(place, size, say)
        megabytes = round(sheet.stat().st_size / 1024**2, 2)
        product = Contender("product", lambda: processes.run("work.product_read", sheet))
        peer = Contender("peer", lambda: processes.run("peers.openpyxl_read", sheet))
        interleave([product, peer], runs, say)
    times = ratio(peer, product)
    figures = {
        "rows": size.rows,
        "file_mb": megabytes,
        "runs": runs,
        "machine": busy,
        "product": summary(product),
        "peer": summary(peer),
        "peer_to_product": ratios(peer, product),
    }
    goal = Goal("peer / product", times, TIMES_THE_PEER, "≥").told()
    versions = versions_of([product, peer], "python-calamine")
    return Report("read", versions, figures, [goal] if goals else [])
