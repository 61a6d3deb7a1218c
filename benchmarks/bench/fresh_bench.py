"""``sang bench fresh``: 10,000 facts committed, until a figure of a dashboard shows them."""

from __future__ import annotations

from statistics import median

from benchmarks.bench import worlds
from benchmarks.bench.figures import Goal, Report, summary
from benchmarks.bench.processes import Contender, Facts, interleave
from benchmarks.bench.worlds import Place, Wish
from registry.errors import Refused

SECONDS, FACTS, SMALL_FACTS = 1, 10_000, 100


def bench(wish: Wish) -> Report:
    """Run it.

    Raises:
        Refused: a run failed, rollups and facts differ afterwards, or the server refused.
    """
    number = FACTS if wish.world.facts > 10 * FACTS else SMALL_FACTS
    with worlds.changed(wish) as (made, place):
        product = Contender("product", lambda: _shown_and_folded(place, number))
        interleave([product], wish.runs, wish.say)
        try:
            proof = place.run("work.command", "facts", "prove", "--json")
        except Refused:
            raise Refused("after incremental changes the rollups differ from a rebuild") from None
        version = made.store.version()
    seconds = median(float(one["seconds"]) for one in product.outcomes)
    page = summary(product)["page_seconds"]["median"]
    figures = {
        "product_to_page": {"seconds": round(seconds / page, 2)},
        "proof": {"differing": len(proof["said"]["differing"]), "seconds": proof["seconds"]},
    }
    goals = [
        Goal("seconds until shown", seconds, SECONDS, "≤"),
        Goal("cells that differ from a rebuild", len(proof["said"]["differing"]), 0, "≤"),
    ]
    return worlds.report("fresh", wish, [product], version, figures, goals)


def _shown_and_folded(place: Place, number: int) -> Facts:
    """One run; rollups and files follow afterwards, so that the next one begins like this one."""
    facts = place.run("work.fresh", number)
    folded = place.run("work.command", "facts", "refresh", "--json")
    return {**facts, "fold_seconds": folded["seconds"]}
