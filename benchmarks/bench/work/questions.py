"""What the pages of the dashboards ask about figures, answered by rollups or by the facts.

``questions.py product|peer PART PARTS`` opens once those pages of :mod:`panels` that are compared,
and notes each question that reaches the engine (components, months, cut, scope); then a part of
them, one of so many, is asked again and timed: as pages ask them, or without rollups.

A question that the facts have not answered after ``LONGEST`` seconds is stopped, and counts as
answered then: what the peer takes is the least that it would have taken.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from threading import Event, Timer
from typing import Any

from sqlalchemy.exc import DBAPIError

from benchmarks.bench.meter import Meter
from benchmarks.bench.work.browsers import Site, sang
from benchmarks.bench.work.panels import addresses, is_compared
from registry.db import db
from registry.facts import engine
from registry.facts.components import Component
from registry.facts.cuts import Cell, Cut
from registry.facts.limits import Limit
from registry.facts.query import Live, Rows, Source
from registry.facts.spans import Months

Sums = Mapping[Cell, Sequence[Any]]
Question = tuple[list[Component], Months, Cut, Limit]
LONGEST = 4


class Nothing(Live):
    """Has the SQL of a question written, and answers nothing."""

    def fetch(self, sql: str) -> Rows:
        """No row."""
        return []


def main(who: str, part: int, parts: int) -> None:
    """Report the time of the part's questions, and what they were answered."""
    source = None if who == "product" else Live()
    with sang() as product:
        noted = _noted(product)[part::parts]
        with product.app.test_request_context():
            for question in noted:  # what is compiled once, is compiled now
                engine._sums(*question, source and Nothing())
            found = []
            with Meter() as meter:
                for question in noted:
                    product.forget()
                    found.append(_answered(question, source))
            db.session.remove()
    told = [
        None if one is None else _plain(question[0], one)
        for question, one in zip(noted, found, strict=True)
    ]
    meter.report(
        compared_seconds=meter.seconds,
        questions=len(noted),
        stopped=told.count(None),
        cells=sum(map(len, filter(None, told))),
        digests=[None if one is None else _digest(one) for one in told],
    )


def _answered(question: Question, source: Source | None) -> Sums | None:
    """What is answered; None where the facts were stopped."""
    if source is None:
        return engine._sums(*question, None)
    stopped, connection = Event(), db.session.connection().connection.dbapi_connection
    stop = getattr(connection, "interrupt", None) or getattr(connection, "cancel")  # noqa: B009

    def late() -> None:
        stopped.set()
        stop()

    timer = Timer(LONGEST, late)
    timer.start()
    try:
        return engine._sums(*question, source)
    except DBAPIError:
        if not stopped.is_set():
            raise
        db.session.rollback()
        return None
    finally:
        timer.cancel()
        timer.join()  # or it might stop the next question


def _noted(product: Site) -> list[Question]:
    noted: list[Question] = []
    plain = engine._sums

    def noting(
        group: list[Component], months: Months, cut: Cut, limit: Limit, source: Source | None
    ) -> Sums:
        noted.append((group, months, cut, limit))
        return plain(group, months, cut, limit, source)

    engine._sums = noting
    for one in filter(is_compared, addresses(product)):
        product.ask(*one)
    engine._sums = plain
    return noted


def _plain(group: list[Component], sums: Sums) -> dict[Cell, Any]:
    """What is known, cell by cell: no row and a row of zeros say the same."""
    found = {}
    for cell, totals in sums.items():
        amounts = [
            one.amount(engine._plain(total), frozenset())
            for one, total in zip(group, totals, strict=True)
        ]
        if any(amounts):
            found[cell] = amounts
    return found


def _digest(answer: dict[Cell, Any]) -> str:
    told = repr(sorted(answer.items(), key=str))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
