"""Pages of the dashboards over HTTP, as browsers ask for them.

``panels.py product|floor all|compared TURNS`` asks so many times for every page, with all its
panels, for each account and several periods, or only for those that the facts are asked for.  The
floor answers the same bytes from a table in memory: no session, no permission, no database,
nothing drawn.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from flask import Flask, Response, request

from benchmarks.bench.meter import Meter
from benchmarks.bench.work.browsers import HOME, TOKEN, Cookies, Site, sang, site
from benchmarks.bench.work.simulated import ACCOUNTS
from benchmarks.browsing import CALLBACK
from dashboards.pages.message import PATH as MESSAGE
from dashboards.router import PAGES
from registry.periods.calendar import Period, PeriodKind, to_bangkok_date, utc_now

PANEL = re.compile(rb'"className": ?"panel\b')
Asked = tuple[str, str, str]
"""Account, path and query of a page."""


def main(who: str, which: str, turns: int) -> None:
    """Report the milliseconds of pages and of their panels, and of asking for them again.

    A page's panels come in one request; each of them takes its share of the page.
    """
    with sang() as product:
        asked = [one for one in addresses(product) if which == "all" or is_compared(one)]
        answers = {one: product.ask(*one)[0] for one in asked}  # what is made once, is made now
        if who == "product":
            waits, meter = _waits(product, asked, turns)
    if who == "floor":
        with _floor(answers) as ready:
            waits, meter = _waits(ready, asked, turns)
    everything = [one for some in waits.values() for one, _again in some]
    again = [one for some in waits.values() for _first, one in some]
    meter.seconds = sum(everything) / turns
    pages: dict[str, list[float]] = {}
    for (name, path, query), some in waits.items():
        for key in (_called(path, query), name):
            pages.setdefault(key, []).extend(first for first, _again in some)
    panels = {one: len(PANEL.findall(answer)) for one, answer in answers.items()}
    shares = [
        first / panels[one]
        for one, some in waits.items()
        for first, _again in some
        for _ in range(panels[one])
    ]
    number = sum(panels.values())
    meter.report(
        panels=number,
        panel=_told(shares),
        panel_again_ms=round(sum(again) / turns / number * 1_000, 2),
        compared_seconds=sum(
            median(first for first, _again in some)
            for one, some in waits.items()
            if is_compared(one)
        ),
        requests=len(everything),
        kilobytes=round(sum(map(len, answers.values())) / len(answers) / 1024),
        **_told(everything),
        again=_told(again),
        pages={page: _told(some) for page, some in pages.items()},
    )


def addresses(product: Site) -> list[Asked]:
    """Every page for the quarter that ended last and for a year; and a message for its life."""
    today = to_bangkok_date(utc_now())
    year = f"?period={Period.containing(today, PeriodKind.YEAR).previous().code}"
    found: list[Asked] = []
    for name in ACCOUNTS:
        found += [(name, path, query) for path in PAGES for query in ("", year)]
        listed, _seconds = product.ask(name, MESSAGE, year)
        first = re.search(rb"message\?message=(\d+)", listed)
        found += [(name, MESSAGE, f"?message={int(first[1])}")] if first else []
    return found


def is_compared(asked: Asked) -> bool:
    """Whether the facts are asked for it, too: one account, one quarter; more would take hours."""
    name, _path, query = asked
    return name == "central" and "period=" not in query


Waits = dict[Asked, list[tuple[float, float]]]
"""Seconds of a page when nothing it shows was asked before, and when it is asked for again."""


def _waits(server: Site, asked: list[Asked], turns: int) -> tuple[Waits, Meter]:
    waits: Waits = {one: [] for one in asked}
    with Meter() as meter:
        for _ in range(turns):
            for one in asked:
                server.forget()
                waits[one].append((server.ask(*one)[1], server.ask(*one)[1]))
    return waits, meter


@contextmanager
def _floor(answers: dict[Asked, bytes]) -> Iterator[Site]:
    """A server that has the answers ready."""
    app = Flask("floor")

    @app.get(HOME)
    def home() -> Response:
        first = Response()
        first.set_cookie(TOKEN, "none")
        return first

    @app.post(CALLBACK)
    def page() -> Response:
        path, query, _turn = (one["value"] for one in request.get_json()["inputs"])
        ready = answers[request.cookies["account"], path, query]
        return Response(ready, mimetype="application/json")

    def cookies(name: str, _url: str) -> Cookies:
        return {"account": name}

    with site(app, cookies) as served:
        yield served


def _called(path: str, query: str) -> str:
    page = path.removeprefix(HOME) or "overview"
    return page + {"": " quarter", "?m": " of one"}.get(query[:2], " year")


def _told(seconds: list[float]) -> dict[str, float]:
    """Half of the requests take no longer than the one, 95 in a hundred than the other."""
    ordered = sorted(seconds)
    last = len(ordered) - 1
    places = {"p50_ms": 0.50, "p95_ms": 0.95}
    return {
        name: round(ordered[min(last, int(len(ordered) * share))] * 1_000, 2)
        for name, share in places.items()
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
