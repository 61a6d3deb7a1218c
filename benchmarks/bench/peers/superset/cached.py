"""One chart's data by Superset's own interface, from its cache: ``cached.py ADDRESS TIMES``.

Signed in as an administrator of it, so that no row of a filter by role is added.  The chart counts
disseminations by province in the database at ``ADDRESS``; the first answer fills the cache and is
not timed, all others must say that they came from it.  Times are those of the WSGI application,
without a server before it.
"""

from __future__ import annotations

import secrets
import sys
from importlib.metadata import version
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from superset.app import create_app

from benchmarks.bench.meter import Meter

PLACE, ROWS = "province_code", "SELECT province_code FROM dissemination"


def main(address: str, times: int) -> None:
    """Report the milliseconds of a hit."""
    app = create_app()
    with app.app_context():
        asked, user = _chart(address), _user()
    client = app.test_client()
    with client.session_transaction() as session:
        session.update({"_user_id": str(user), "_fresh": True})
    _hit(client, asked)
    with Meter() as meter:
        waits = [_hit(client, asked, cached=True) for _ in range(times)]
    meter.seconds = sum(waits) / times
    meter.report(
        hits=times,
        p50_ms=round(median(waits) * 1_000, 2),
        p95_ms=round(quantiles(waits, n=20)[-1] * 1_000, 2),
        versions={"apache-superset": version("apache-superset")},
    )


def _hit(client: Any, asked: dict[str, Any], *, cached: bool = False) -> float:
    began = perf_counter()
    answer = client.post("/api/v1/chart/data", json=asked)
    seconds = perf_counter() - began
    if answer.status_code != 200:
        raise RuntimeError(f"Superset answered {answer.status}: {answer.text[:200]}")
    if cached and not answer.json["result"][0]["is_cached"]:
        raise RuntimeError("Superset did not answer from its cache")
    return seconds


def _user() -> int:
    from superset import security_manager

    password = secrets.token_hex(16)
    name = f"bench-{secrets.token_hex(4)}"
    role = security_manager.find_role("Admin")
    user = security_manager.add_user(name, "b", "b", f"{name}@sang.example", role, password)
    return int(user.id)


def _chart(address: str) -> dict[str, Any]:
    from superset import db
    from superset.connectors.sqla.models import SqlaTable, TableColumn
    from superset.models.core import Database

    name = secrets.token_hex(8)
    base = Database(database_name=name, sqlalchemy_uri=address)
    table = SqlaTable(table_name=name, sql=ROWS, database=base)
    table.columns = [TableColumn(column_name=PLACE, type="VARCHAR", groupby=True)]
    db.session.add_all([base, table])
    db.session.commit()
    count = {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": "number"}
    query = {"columns": [PLACE], "metrics": [count], "filters": [], "row_limit": 1_000}
    return {
        "datasource": {"id": table.id, "type": "table"},
        "queries": [query],
        "result_format": "json",
        "result_type": "full",
    }


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
