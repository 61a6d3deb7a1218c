"""How the figures of a period were computed, sealed beside them: SQL over the files, and sums.

``recipe.json`` holds for each fact the query of its rows (what each component counts of a row, by
dimension), and for each measure the arithmetic over components.  With it ``verify.py``, which lies
in the same folder, computes every figure anew without Sang; and Sang proves figures whose rules
have changed since.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from registry.facts.components import Component
from registry.facts.cuts import Cut
from registry.facts.histograms import BUCKETS
from registry.facts.measure import Measure, Unit
from registry.facts.measures import MEASURES
from registry.facts.query import Duck, worked_out
from registry.facts.sealed import SEALED
from registry.facts.spans import Months
from registry.periods.calendar import Period
from reports import figures
from reports.figures import NOWHERE
from reports.manifest import Part, part_of

RECIPE, PROGRAM = "recipe.json", "verify.py"
ALONE = Path(__file__).parent / "alone" / PROGRAM
"""The program that proves a folder without Sang."""


def write(folder: Path, period: Period, today: date, source: Duck) -> list[Part]:
    """Write the recipe of a period and the program that follows it; returns both."""
    recipe = recipe_of(period, today, source)
    (folder / RECIPE).write_text(json.dumps(recipe, ensure_ascii=False, indent=1) + "\n", "utf-8")
    shutil.copyfile(ALONE, folder / PROGRAM)
    return [part_of(folder, folder / name) for name in (RECIPE, PROGRAM)]


def recipe_of(period: Period, today: date, source: Duck) -> dict[str, Any]:
    """The recipe of a period's figures, as of the day of its closing.

    Args:
        source: the sealed facts.
    """
    return {
        "nowhere": NOWHERE,
        "dimensions": list(SEALED),
        "buckets": [list(bucket) for bucket in BUCKETS],
        "facts": [_fact(each, period, today, source) for each in figures.components_by_fact()],
        "measures": [_measure(one) for one in MEASURES.values()],
    }


def _fact(components: list[Component], period: Period, today: date, source: Duck) -> dict[str, Any]:
    fact = components[0].fact
    dimensions = [name for name in SEALED if name in fact.dimensions]
    names = [one.name for one in components]
    cut = Cut(tuple(dimensions), today=today)
    return {
        "name": fact.name,
        "rows": worked_out(names, Months.of(period), cut, source),
        "dimensions": dimensions,
        "components": [
            {
                "name": one.name,
                "distinct": one.distinct,
                "empty": one.empty,
            }
            for one in components
        ],
    }


def _measure(one: Measure) -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "kind": "median" if one.is_median else "share" if one.denominator else "count",
        "components": list(one.components),
        "dimensions": [name for name in SEALED if name in one.dimensions],
        "divided_by": 60 if one.unit is Unit.HOURS else 1,
    }
