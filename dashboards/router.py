"""From an address to a page: the server's only callback."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from dashboards import exhibits, parts
from dashboards.beginning import beginning
from dashboards.freshness import as_of
from dashboards.navigation import args_of
from dashboards.pages import (
    dissemination,
    message,
    network,
    overview,
    quality,
    questions,
    reports,
)
from dashboards.plain import as_json, plainly
from dashboards.source import Source, name_of_page
from registry.access.gate import scope, today
from registry.errors import Refused

PAGES = {
    "/dashboards/": overview,
    dissemination.PATH: dissemination,
    message.PATH: message,
    questions.PATH: questions,
    network.PATH: network,
    quality.PATH: quality,
    "/dashboards/reports": reports,
}


def titles() -> list[tuple[str, str]]:
    """Addresses of the pages with their titles."""
    return [(path, page.title()) for path, page in PAGES.items()]


def path_named(name: str) -> str | None:
    """The address of the page of a short name; None where there is no such page."""
    return next((path for path in PAGES if name_of_page(path) == name), None)


def show(pathname: str | None, search: str | None, _again: int | None = None) -> Any:
    """The page of an address, within the scope of whoever asks, as JSON has it.

    A question that cannot be answered gets one sentence; no figure is shown with it.
    """
    page = PAGES.get(pathname or "")
    if page is None:
        return as_json(parts.refusal(_("This page was not found"), "/dashboards/"))
    try:
        args = args_of(search)
        source = Source(name_of_page(str(pathname)), args.get("period", ""), args)
        head, *blocks = page.content(scope(), args, today())
        shown = exhibits.page([head, *beginning(), *blocks], source)
        return as_json(plainly([as_of(), shown]))
    except Refused as refusal:
        return as_json(parts.refusal(str(refusal), str(pathname)))
