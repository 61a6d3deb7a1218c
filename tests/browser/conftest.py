"""A real browser against the real server; each page is watched while it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, expect

from benchmarks.browsing import FLAGS, chromium, cookie, serving
from tests import cast

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASKED = {"runOnly": WCAG, "resultTypes": ["violations"]}
"""What axe is asked; that it also describes all that is well takes a third of its time."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of the system, kept from talking to anybody but us."""
    return {**browser_type_launch_args, "executable_path": chromium(), "args": FLAGS}


@pytest.fixture(scope="session")
def base_url() -> None:
    """In place of the plugin's own, which pytest 9 warns of; ``site`` gives the address."""


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], site: str) -> dict[str, Any]:
    """A reader in Thailand."""
    return {
        **browser_context_args,
        "base_url": site,
        "locale": "th-TH",
        "timezone_id": "Asia/Bangkok",
        "viewport": {"width": 1280, "height": 900},
    }


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """Address of a running server (waitress, as in production) on a free port of loopback."""
    app.config["WTF_CSRF_ENABLED"] = True
    with serving(app) as url:
        yield url


@dataclass
class Watch:
    """What went wrong on the pages of a test, as the browser saw it."""

    host: str
    faults: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != self.host:
            self.faults.append(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")


@pytest.fixture
def watch(page: Page, site: str) -> Iterator[Watch]:
    """No console error, no broken policy, no request to another host, no 5xx: checked at the end.

    A test that provokes a refusal empties ``watch.faults`` after looking at it.
    """
    page.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    watch = Watch(urlsplit(site).netloc)
    watch.follow(page)
    yield watch
    assert not watch.faults, "\n".join(watch.faults)


SignIn = Callable[[str], None]


@pytest.fixture
def signed_in(app: Flask, context: BrowserContext, site: str) -> SignIn:
    """``signed_in("officer50")``: the browser holds that user's session."""

    def sign_in(name: str) -> None:
        context.add_cookies([cookie(app, cast.email(name), site)])  # type: ignore[list-item]

    return sign_in


def faults_of(page: Page) -> list[str]:
    """Serious and critical findings of axe on a page, one line each."""
    found = Axe().run(page, options=ASKED).response["violations"]
    return [
        f"{item['id']} ({item['impact']}): {node['html'][:160]}"
        for item in found
        if item["impact"] in {"serious", "critical"}
        for node in item["nodes"][:4]
    ]


def overflow_of(page: Page) -> int:
    """Pixels by which a page is wider than its window, once its charts have settled."""
    question = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for _ in range(10):
        if (pixels := int(page.evaluate(question))) <= 0:
            return 0
        page.wait_for_timeout(200)
    return pixels
