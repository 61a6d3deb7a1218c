"""``sang bench rebuild``: all rollups made anew from proven files, against one scan of them."""

from __future__ import annotations

from benchmarks.bench import worlds
from benchmarks.bench.figures import Goal, Report, ratios, summary
from benchmarks.bench.processes import Contender, interleave
from benchmarks.bench.worlds import Place, Wish
from registry.errors import Refused

SECONDS, MEMORY_MB = 30, 3 * 1024


def rebuilding(place: Place) -> Contender:
    """``sang facts rebuild``: files brought up to date, proven, and all rollups made of them."""
    return place.contender("product", "work.command", "facts", "rebuild", "--json")


def bench(wish: Wish) -> Report:
    """Run it.

    Raises:
        Refused: a run failed, facts are missing in the files, or the server refused.
    """
    with worlds.changed(wish) as (made, place):
        product = rebuilding(place)
        verify = place.contender("verify", "work.command", "facts", "verify", "--json")
        floor = place.contender("floor", "work.scan")
        ones = [product, verify, floor]
        interleave(ones, wish.runs, wish.say)
        version = made.store.version()
    if floor.outcomes[-1]["brought"] != wish.world.facts:
        raise Refused("the columnar files do not hold the facts that were asked for")
    memory = max(one["rss_mb"] + one["largest_child_mb"] for one in product.outcomes)
    figures = {"product_to_floor": ratios(product, floor)}
    goals = [
        Goal("seconds of the product", summary(product)["seconds"]["median"], SECONDS, "≤"),
        Goal("memory of the product in MB", memory, MEMORY_MB, "≤"),
    ]
    return worlds.report("rebuild", wish, ones, version, figures, goals)
