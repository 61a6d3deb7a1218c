"""``sang bench distinct``: distinct members by quarter and province, against COUNT(DISTINCT)."""

from __future__ import annotations

from benchmarks.bench import worlds
from benchmarks.bench.figures import Goal, Report, ratio, ratios
from benchmarks.bench.processes import interleave
from benchmarks.bench.worlds import Wish
from registry.errors import Refused

TIMES_THE_PEER = 5_000


def bench(wish: Wish) -> Report:
    """Run it.

    Raises:
        Refused: a run failed, they counted differently, or the server refused.
    """
    with worlds.itself(wish) as (made, place):
        ones = [
            place.contender(name, "work.distinct", name)
            for name in ("product", "peer", "columns", "floor")
        ]
        product, peer, columns, floor = ones
        interleave(ones, wish.runs, wish.say)
        cost = place.run("work.distinct", "cost")
        version = made.store.version()
    if len({outcome["digest"] for one in ones for outcome in one.outcomes}) > 1:
        raise Refused("the distinct members of rollups, facts and files are not the same")
    figures = {
        "cost": {
            "bitmaps": cost["bitmaps"],
            "bitmaps_mb": cost["bitmaps_mb"],
            "making_all_seconds": round(cost["seconds"], 2),
        },
        "peer_to_product": ratios(peer, product),
        "columns_to_product": ratios(columns, product),
        "peer_to_floor": ratios(peer, floor),
    }
    goals = [Goal("peer / product", ratio(peer, product), TIMES_THE_PEER, "≥")]
    return worlds.report("distinct", wish, ones, version, figures, goals)
