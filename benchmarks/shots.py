"""Pictures of every page × role × width × language: ``python -m benchmarks.shots``.

They go to ``shots/<language>/<width>/<role>/<page>.png``.  Pages are found by walking: from the
menu into the first address of each kind that a page's content leads to, until nothing new comes.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import Flask
from playwright.sync_api import Browser, Error, Page, Response, sync_playwright
from werkzeug.exceptions import HTTPException

from benchmarks.browsing import FLAGS, chromium, cookie, serving
from benchmarks.demo.accounts import SHOWN
from registry import create_app
from registry.errors import Refused
from registry.settings import Environment, load_settings

WIDTHS = (390, 1280, 2560)
LANGUAGES = ("th", "en")
VISITOR = "visitor"
HEIGHTS = {390: 844, 1280: 900, 2560: 1300}
LINKS = "links => links.map(link => link.getAttribute('href'))"


@click.command()
@click.option("--only", default="", help="ROLE or ROLE/PAGE: only these (parts of names).")
@click.option("--language", type=click.Choice(LANGUAGES), multiple=True, help="May be repeated.")
@click.option("--width", type=int, multiple=True, help="Pixels; may be repeated.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("shots"), show_default=True)
@click.option("--jobs", type=int, default=os.cpu_count() or 1, help="Browsers at once.")
def main(
    only: str, language: tuple[str, ...], width: tuple[int, ...], out: Path, jobs: int
) -> None:
    """Take pictures of the demonstration (``sang demo --no-serve`` must have filled it)."""
    app = create_app(load_settings(env=Environment.DEMO))
    role, _, page = only.partition("/")
    roles = [name for name in (VISITOR, *(one.local for one in SHOWN)) if role in name]
    tasks = [(name, one) for one in language or LANGUAGES for name in roles]
    with serving(app, threads=4 * jobs) as url:
        cookies = [_cookie(app, name, one, url) for name, one in tasks]
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            walks = [
                pool.submit(walk, url, held, out / one, name, page, width or WIDTHS)
                for (name, one), held in zip(tasks, cookies, strict=True)
            ]
            problems = [problem for done in walks for problem in done.result()]
    for problem in dict.fromkeys(problems):
        click.echo(problem, err=True)
    click.echo(f"{len(list(out.rglob('*.png')))} pictures in {out}")
    sys.exit(bool(problems))


def _cookie(app: Flask, role: str, language: str, url: str) -> dict[str, str]:
    email = next((one.email for one in SHOWN if one.local == role), "")
    return cookie(app, email, url, locale=language)


def walk(
    url: str, held: dict[str, str], out: Path, role: str, wanted: str, widths: tuple[int, ...]
) -> list[str]:
    """Take one role's pictures in one language; returns what went wrong."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = _page(browser, url, held)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(f"{role} {page.url}: {error}"))
        page.on("response", lambda answer: problems.extend(_failure(role, answer)))
        for name, path in _pages(page):
            if wanted in name:
                problems += _shoot(page, role, name, path, out, widths)
        browser.close()
    return problems


def _failure(role: str, answer: Response) -> list[str]:
    return [f"{role} {answer.url}: answered {answer.status}"] if answer.status >= 400 else []


def _page(browser: Browser, url: str, held: dict[str, str]) -> Page:
    context = browser.new_context(base_url=url, locale="th-TH", timezone_id="Asia/Bangkok")
    context.add_cookies([held])  # type: ignore[list-item]
    page = context.new_page()
    page.set_default_timeout(20_000)
    return page


def _pages(page: Page) -> Iterator[tuple[str, str]]:
    """Name and path of one page of each kind that can be reached."""
    kinds = _Kinds()
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        name = kinds.name(path)
        if name in kinds.seen or not _open(page, path):
            continue
        kinds.seen.add(name)
        yield name, path
        _open(page, path)
        found = page.locator("header a, #menu a, main a").evaluate_all(LINKS)
        waiting += [urlsplit(link)._replace(fragment="").geturl() for link in found if link]


class _Kinds:
    """Which addresses lead to the same kind of page."""

    def __init__(self) -> None:
        self.app = create_app(load_settings(env=Environment.DEMO))
        self.seen: set[str] = set()

    def name(self, path: str) -> str:
        """``members-show`` for every member's page; each page of the dashboards is its own."""
        place = urlsplit(path).path
        if place.startswith("/dashboards/"):
            return place.strip("/").replace("/", "-")
        try:
            endpoint, _ = self.app.url_map.bind("localhost").match(place, method="GET")
        except HTTPException:
            return re.sub(r"[^a-z0-9]+", "-", place.lower()).strip("-") or "unknown"
        return str(endpoint).replace(".", "-")


def _open(page: Page, path: str) -> bool:
    """Whether an address of this site is a page (a file to download is not)."""
    if urlsplit(path).netloc or not path.startswith("/"):
        return False
    try:
        answer = page.goto(path, wait_until="networkidle")
    except Error as error:
        if "Download is starting" in error.message or "ERR_ABORTED" in error.message:
            return False
        raise
    return answer is not None and "text/html" in (answer.header_value("content-type") or "")


def _shoot(
    page: Page, role: str, name: str, path: str, out: Path, widths: tuple[int, ...]
) -> list[str]:
    """One page at every width; a page that scrolls sideways is a problem to report."""
    problems = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 900)})
        page.wait_for_timeout(700 if path.startswith("/dashboards") else 100)
        file = out / str(width) / role / f"{name}.png"
        page.screenshot(path=file, full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        if wide:
            problems.append(f"{role} {path}: scrolls sideways at {width}")
    return problems


if __name__ == "__main__":
    try:
        main()
    except Refused as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(2)
