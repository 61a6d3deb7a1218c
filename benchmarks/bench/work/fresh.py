"""Facts that are committed, until a dashboard shows them: ``fresh.py NUMBER``.

One transaction inserts so many disseminations, copies of those of the last month, into the
product's own table with its triggers; then the page about passing on is asked for over HTTP until
it shows as many more.  Nothing folds meanwhile: what was touched is reckoned with.  One figure by
itself is asked for beforehand.
"""

from __future__ import annotations

import sys
from itertools import cycle, islice
from time import perf_counter
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select

from benchmarks.bench.meter import Meter
from benchmarks.bench.work.browsers import Site, sang
from dashboards.pages.dissemination import PATH
from registry.access.scope import Scope
from registry.db import db, unit_of_work
from registry.facts.cuts import Cut
from registry.facts.engine import cells
from registry.facts.spans import Months
from registry.messages.fact_ids import new_fact_id
from registry.messages.ledger_models import LIVE, Dissemination
from registry.periods.calendar import Period

ACCOUNT, NAME, PATIENCE = "central", "disseminations", 600


def main(number: int) -> None:
    """Report the seconds from the end of the commit to the end of the page that shows them."""
    with sang() as product:
        with product.app.app_context():
            month = db.session.scalar(select(func.max(Dissemination.month))) or 0
            before = cells(Scope.all(), [NAME], Months(month, month), Cut())[()][NAME] or 0
            rows = _more(month, number)
            db.session.remove()
        query = f"?period={Period(month).code}"
        if not _shows(product, query, before):
            raise RuntimeError(f"the page does not show {before:,}")
        with Meter() as asking:
            _shows(product, query, before)
        with Meter() as inserting:
            _commit(product.app, rows)
        with product.app.app_context(), Meter() as counting:
            now = cells(Scope.all(), [NAME], Months(month, month), Cut())[()][NAME] or 0
        if now != before + number:
            raise RuntimeError(f"the figure is {now:,}, not {before + number:,}")
        with Meter() as meter:
            _wait(product, query, before + number)
    meter.report(
        inserted=number,
        page_seconds=asking.seconds,
        insert_seconds=inserting.seconds,
        figure_seconds=counting.seconds,
    )


def _more(month: int, number: int) -> list[dict[str, Any]]:
    table = Dissemination.__table__
    live = select(table).where(table.c.month == month, table.c.state.in_(LIVE)).limit(number)
    known = [dict(row) for row in db.session.execute(live).mappings()]
    rows = islice(cycle(known), number)
    return [{**row, "id": new_fact_id(), "form_token": None} for row in rows]


def _commit(app: Flask, rows: list[dict[str, Any]]) -> None:
    with app.app_context(), unit_of_work() as session:
        session.execute(insert(Dissemination), rows)


def _shows(product: Site, query: str, number: float) -> bool:
    page, _seconds = product.ask(ACCOUNT, PATH, query)
    return f'"{int(number):,}"'.encode() in page


def _wait(product: Site, query: str, number: float) -> None:
    began = perf_counter()
    while not _shows(product, query, number):
        if perf_counter() - began > PATIENCE:
            raise RuntimeError(f"{number:,} was not shown within {PATIENCE} seconds")


if __name__ == "__main__":
    main(int(sys.argv[1]))
