"""Every measure as a whole and by zone for each month of a year: ``measures.py live|duckdb|spark``.

Reports for each measure a digest of its values; starting the engine is not timed.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import func, select

from benchmarks.bench.meter import Meter
from registry import create_app
from registry.access.scope import Scope
from registry.db import db
from registry.facts import files
from registry.facts.cuts import cut
from registry.facts.evaluate import evaluate
from registry.facts.measure import Figure
from registry.facts.measures import MEASURES
from registry.facts.query import Source
from registry.facts.spans import Months
from registry.messages.ledger_models import Dissemination

YEAR = 12


def main(where: str) -> None:
    """Report the time, and digests by measure."""
    app = create_app()
    with app.app_context():
        last = db.session.scalar(select(func.max(Dissemination.month))) or 0
        months = Months(last - YEAR + 1, last)
        with _source(where) as (source, version), Meter() as meter:
            figures = list(_figures(months, source))
    told: dict[str, list[str]] = {}
    for one in figures:
        told.setdefault(one.measure, []).append(repr(one))
    digests = {name: _digest(some) for name, some in told.items()}
    meter.report(figures=len(figures), digests=digests, versions=version)


def _figures(months: Months, source: Source | None) -> Iterator[Figure]:
    today = months.end + timedelta(days=1)
    yield from evaluate(Scope.all(), MEASURES, months, cut(today=today), source)
    for by in ("zone", "province", "month"):
        names = [name for name, one in MEASURES.items() if by in one.dimensions]
        yield from evaluate(Scope.all(), names, months, cut([by], today=today), source)


def _digest(values: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(values)).encode()).hexdigest()[:12]


@contextmanager
def _source(where: str) -> Iterator[tuple[Source | None, dict[str, str]]]:
    if where == "live":
        yield None, {}
    elif where == "duckdb":
        with files.source() as duck:
            yield duck, {}
    else:
        from pyspark import __version__

        from registry.facts import spark

        session = spark.local()
        session.sparkContext.setLogLevel("ERROR")
        yield spark.source(session), {"pyspark": __version__}
        session.stop()


if __name__ == "__main__":
    main(sys.argv[1])
