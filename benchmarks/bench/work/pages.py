"""Pages of the member list over HTTP, as Sang makes them and as an admin site would.

``pages.py product|peer TURNS`` asks for every page of the work so many times.  The peer is the
same application with the same pages, whose two queries are those of an admin site: ``count(*)``,
then ``OFFSET``.
"""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from benchmarks.bench.meter import Meter
from benchmarks.browsing import cookie
from registry import create_app
from registry.access.scope import Scope
from registry.db import db
from registry.members import list_queries
from registry.members.list_queries import PAGE, MemberFilters, MemberPage
from registry.members.models import Member

FILTERS = {
    "central": ("", "type=village_volunteer", "province=50", "province=50&type=loudspeaker"),
    "officer": ("", "type=village_volunteer", "sort=newest"),
}
DEPTH = 0.8
"""How deep the deep page lies."""


def main(who: str, turns: int) -> None:
    """Report the milliseconds of every page."""
    app = create_app()
    app.config["SESSION_COOKIE_SECURE"] = False
    deep = {key: _deep(app, *key) for key in _asked()}
    if who == "peer":
        list_queries.count_members = _count_all  # type: ignore[assignment]
        list_queries.list_members = _by_offset
    waits: dict[str, list[float]] = {}
    _round(app, deep, who)  # templates are compiled once, and counts kept for all pages
    with Meter() as meter:
        for _ in range(turns):
            for name, seconds in _round(app, deep, who):
                waits.setdefault(name, []).append(seconds * 1_000)
    everything = sorted(one for some in waits.values() for one in some)
    p99 = everything[min(len(everything) - 1, int(len(everything) * 0.99))]
    meter.seconds = sum(everything) / 1_000
    pages = {name: round(median(some), 2) for name, some in waits.items()}
    meter.report(p99_ms=round(p99, 2), pages=pages)


def _asked() -> list[tuple[str, str]]:
    return [(name, words) for name, some in FILTERS.items() for words in some]


def _round(app: Flask, deep: dict[Any, Any], who: str) -> list[tuple[str, float]]:
    found, clients = [], {name: _client(app, name) for name in FILTERS}
    for (name, words), (mark, offset) in deep.items():
        for kind, more in (("first", ""), ("deep", f"&after={offset if who == 'peer' else mark}")):
            start = time.perf_counter()
            answer = clients[name].get(f"/members/?{words}{more}")
            found.append((f"{name} {words or 'all'} {kind}", time.perf_counter() - start))
            if answer.status_code != 200:
                raise RuntimeError(f"{name} got {answer.status} for {words}{more}")
    return found


_clients: dict[str, FlaskClient] = {}


def _client(app: Flask, name: str) -> FlaskClient:
    if name not in _clients:
        client = app.test_client()
        one = cookie(app, f"{name}@sang.example", "http://localhost")
        client.set_cookie(one["name"], one["value"])
        _clients[name] = client
    return _clients[name]


def _deep(app: Flask, name: str, words: str) -> tuple[int, int]:
    """Where the deep page begins: behind which member, and at which place."""
    filters = MemberFilters.of(dict(part.split("=") for part in words.split("&") if part))
    with app.app_context():
        scope = _scope(name)
        offset = int(list_queries.count_members(scope, filters)[0] * DEPTH)
        query = select(Member.id).where(*list_queries._conditions(scope, filters))
        order = list_queries._order(filters.sort, backwards=False)
        mark = db.session.scalar(query.order_by(*order).offset(max(0, offset - 1)).limit(1))
        return int(mark or 0), offset


def _scope(name: str) -> Scope:
    return Scope.all() if name == "central" else Scope.of_provinces("50")


def _count_all(scope: Scope, filters: MemberFilters) -> tuple[int, int]:
    query = select(func.count()).select_from(Member)
    return db.session.scalar(query.where(*list_queries._conditions(scope, filters))) or 0, 0


def _by_offset(scope: Scope, filters: MemberFilters) -> MemberPage:
    query = (
        select(Member)
        .where(*list_queries._conditions(scope, filters))
        .options(joinedload(Member.district), joinedload(Member.province), joinedload(Member.type))
        .order_by(*list_queries._order(filters.sort, backwards=False))
        .limit(PAGE)
        .offset(filters.after or 0)
    )
    rows = list(db.session.scalars(query))
    return MemberPage(rows, rows[-1].id if rows else None, None)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
