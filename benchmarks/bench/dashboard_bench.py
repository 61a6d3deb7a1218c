"""``sang bench dashboard``: every page over HTTP, against the same questions on the facts."""

from __future__ import annotations

from itertools import count
from statistics import median

from benchmarks.bench import worlds
from benchmarks.bench.figures import Goal, Report, ratio
from benchmarks.bench.processes import Contender, interleave
from benchmarks.bench.superset_peer import superset
from benchmarks.bench.worlds import Place, Wish
from registry.errors import Refused

P95_MS, TIMES_THE_PEER = 50, 100
TURNS = 3
"""How often a run asks for every page; a single run is to see that it works."""


def bench(wish: Wish) -> Report:
    """Run it.

    Raises:
        Refused: a run failed, rollups and facts answered differently, or the server refused.
    """
    asked = ("all", TURNS) if wish.runs > 1 else ("compared", 1)
    with worlds.itself(wish) as (made, place):
        ones = {
            "product": place.contender("product", "work.panels", "product", *asked),
            "rollups": _asking(place, "rollups", "product", wish.runs),
            "peer": _asking(place, "peer", "peer", wish.runs),
            "floor": place.contender("floor", "work.panels", "floor", *asked),
        }
        if wish.superset:
            ones["superset"] = superset(made.place, place.url, wish.say)
        interleave(list(ones.values()), wish.runs, wish.say)
        version = made.store.version()
    _require_equal(ones["rollups"], ones["peer"])
    product, peer = ones["product"], ones["peer"]
    facts, rolled = _sum(peer), _sum(ones["rollups"])
    times = facts / _median(product, "compared_seconds")
    figures = {
        "peer_to_product": {
            "seconds": round(times, 2),
            "peer_seconds_of_all": round(facts, 2),
            "peer_stopped": sum(outcome["stopped"] for outcome in peer.outcomes),
        },
        "peer_to_rollups": {"seconds": round(facts / rolled, 2)},
        "product_to_floor": {"seconds": round(ratio(product, ones["floor"]), 2)},
    }
    goals = [
        Goal("p95 of a panel in ms", _p95_of_a_panel(product), P95_MS, "≤"),
        Goal("peer / product", times, TIMES_THE_PEER, "≥"),
    ]
    if wish.superset:
        panel = _median(product, "panel_again_ms") / _median(ones["superset"], "p50_ms")
        figures["panel_to_superset"] = {"milliseconds": round(panel, 3)}
        goals.append(Goal("a panel asked for again / a chart of Superset", panel, 1, "≤"))
    return worlds.report("dashboard", wish, ones.values(), version, figures, goals)


def _asking(place: Place, name: str, who: str, runs: int) -> Contender:
    """One who answers in each run a part of the questions, and in all runs each of them once."""
    parts = count()
    return Contender(name, lambda: place.run("work.questions", who, next(parts), runs))


def _require_equal(rollups: Contender, facts: Contender) -> None:
    answers = [
        [digest for outcome in one.outcomes for digest in outcome.pop("digests")]
        for one in (rollups, facts)
    ]
    pairs = zip(*answers, strict=True)
    differing = sum(counted is not None and counted != rolled for rolled, counted in pairs)
    if differing:
        raise Refused(f"rollups and facts answer {differing} questions differently")


def _sum(one: Contender) -> float:
    """Seconds of all questions, each of which one of the runs asked."""
    return sum(float(outcome["compared_seconds"]) for outcome in one.outcomes)


def _p95_of_a_panel(one: Contender) -> float:
    return median(float(outcome["panel"]["p95_ms"]) for outcome in one.outcomes)


def _median(one: Contender, name: str) -> float:
    return median(float(outcome[name]) for outcome in one.outcomes)
