"""An application served over HTTP on loopback, and signed-in browsers that ask it for pages."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from benchmarks.bench.work.simulated import ACCOUNTS
from benchmarks.browsing import CALLBACK, asking, cookie, serving
from registry import create_app

HOME = "/dashboards/"
TOKEN = "_csrf_token"  # noqa: S105 - a cookie's name
REFUSED = re.compile(rb'"role": ?"alert"')
Cookies = dict[str, str]


class Timed:
    """Notes how long a server takes for each request, to the last byte that it makes."""

    def __init__(self, server: Callable[..., Iterable[bytes]]) -> None:
        self._server = server
        self.seconds: list[float] = []

    def __call__(self, environ: Any, start: Any) -> list[bytes]:
        began = time.perf_counter()
        body = list(self._server(environ, start))
        self.seconds.append(time.perf_counter() - began)
        return body


class Browser:
    """Asks for pages with its cookies; the first one brings the token for the others."""

    def __init__(self, url: str, cookies: Cookies) -> None:
        self._cookies, self._http = cookies, HTTPConnection(urlsplit(url).netloc)
        self._ask("GET", HOME)

    def page(self, path: str, query: str) -> bytes:
        """The panels of a page, as JSON.

        Raises:
            RuntimeError: there is no answer, or a sentence in place of a page.
        """
        head = {"Content-Type": "application/json", "X-CSRFToken": self._cookies[TOKEN]}
        return self._ask("POST", CALLBACK, json.dumps(asking(path, query)), head)

    def _ask(
        self, verb: str, path: str, sent: str = "", head: Mapping[str, str] | None = None
    ) -> bytes:
        held = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._http.request(verb, path, sent, {"Cookie": held, **(head or {})})
        answer = self._http.getresponse()
        got = answer.read()
        if answer.status != 200 or REFUSED.search(got):
            raise RuntimeError(f"{path} got {answer.status} for {sent[:300]}")
        for text in answer.headers.get_all("Set-Cookie") or []:
            self._cookies |= {name: one.value for name, one in SimpleCookie(text).items()}
        return got

    def close(self) -> None:
        """Leave."""
        self._http.close()


@dataclass(frozen=True)
class Site:
    """An application being served, with a browser for each account."""

    app: Flask
    browsers: dict[str, Browser]
    timed: Timed

    def ask(self, name: str, path: str, query: str) -> tuple[bytes, float]:
        """A page for an account, and the server's seconds."""
        got = self.browsers[name].page(path, query)
        return got, self.timed.seconds[-1]

    def forget(self) -> None:
        """Let the product forget the answers that it remembers."""
        remembered = self.app.extensions.get("sang_answers", {})
        for key in list(remembered):
            del remembered[key]


@contextmanager
def site(app: Flask, cookies: Callable[[str, str], Cookies]) -> Iterator[Site]:
    """Serve an application to browsers; ``cookies`` gives those of an account at an address."""
    timed = Timed(app.wsgi_app)
    app.wsgi_app = timed  # type: ignore[assignment, method-assign]
    with serving(app) as url:
        browsers = {name: Browser(url, cookies(name, url)) for name in ACCOUNTS}
        try:
            yield Site(app, browsers, timed)
        finally:
            for one in browsers.values():
                one.close()


@contextmanager
def sang() -> Iterator[Site]:
    """Sang itself, with all accounts signed in."""
    app = create_app()

    def cookies(name: str, url: str) -> Cookies:
        found = cookie(app, f"{name}@sang.example", url)
        return {found["name"]: found["value"]}

    with site(app, cookies) as served:
        yield served
