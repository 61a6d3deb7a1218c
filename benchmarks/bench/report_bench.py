"""``sang bench report``: a quarter closed at the stated size, proven, and printed."""

from __future__ import annotations

from itertools import count
from statistics import median

from benchmarks.bench import worlds
from benchmarks.bench.figures import Goal, Report, summary
from benchmarks.bench.processes import Contender, interleave
from benchmarks.bench.worlds import Wish

SECONDS, PAGES = 60, 20


def bench(wish: Wish) -> Report:
    """Run it; each run closes an earlier quarter.

    Raises:
        Refused: a run failed, or the server refused.
    """
    with worlds.changed(wish) as (made, place):
        number = count()
        product = Contender("product", lambda: place.run("work.report", next(number)))
        interleave([product], wish.runs, wish.say)
        version = made.store.version()
    told = summary(product)
    closing, proof = (told[name]["median"] for name in ("seconds", "verify_seconds"))
    pages = median(PAGES * one["pdf_seconds"] / one["pdf_pages"] for one in product.outcomes)
    goals = [
        Goal("seconds to close a quarter", closing, SECONDS, "≤"),
        Goal("proof / closing", proof / closing, 1, "≤"),
        Goal(f"seconds for {PAGES} pages of PDF", pages, 1, "≤"),
    ]
    return worlds.report("report", wish, [product], version, {}, goals)
