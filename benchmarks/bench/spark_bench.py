"""``sang bench spark``: every measure live, on DuckDB and on Spark: the same values."""

from __future__ import annotations

import importlib.util
import shutil

from benchmarks.bench import worlds
from benchmarks.bench.figures import Goal, Report, ratios
from benchmarks.bench.processes import interleave
from benchmarks.bench.worlds import Wish
from registry.errors import Refused

PLACES = ("live", "duckdb", "spark")


def bench(wish: Wish) -> Report:
    """Run it.

    Raises:
        Refused: there is no Spark, a run failed, or the server refused.
    """
    if not (importlib.util.find_spec("pyspark") and shutil.which("java")):
        raise Refused("Spark is not here: install Java and Sang with its extra “spark”")
    with worlds.itself(wish) as (made, place):
        ones = [place.contender(name, "work.measures", name) for name in PLACES]
        live, duck, spark = ones
        interleave(ones, wish.runs, wish.say)
        version = made.store.version()
    told = [outcome.pop("digests") for one in ones for outcome in one.outcomes]
    names = {name for one in told for name in one}
    differing = sorted(name for name in names if len({one.get(name) for one in told}) > 1)
    figures = {
        "measures": len(names),
        "differing": differing,
        "spark_to_live": ratios(spark, live),
        "spark_to_duckdb": ratios(spark, duck),
    }
    goals = [Goal("measures that differ", len(differing), 0, "≤")]
    return worlds.report("spark", wish, ones, version, figures, goals)
