"""From an address to a page: the server's only callback."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards import exhibits, parts
from dashboards.navigation import args_of
from dashboards.pages import message, overview, reports
from registry.access.gate import scope, today
from registry.errors import Refused

PAGES = {"/dashboards/": overview, message.PATH: message, "/dashboards/reports": reports}


def titles() -> list[tuple[str, str]]:
    """Addresses of the pages with their titles."""
    return [(path, page.title()) for path, page in PAGES.items()]


def show(pathname: str | None, search: str | None) -> Component | list[Any]:
    """The page of an address, within the scope of whoever asks.

    A question that cannot be answered gets one sentence; no figure is shown with it.
    """
    page = PAGES.get(pathname or "")
    if page is None:
        return parts.refusal(_("This page was not found"), "/dashboards/")
    try:
        return html.Div(exhibits.drawn(page.content(scope(), args_of(search), today())))
    except Refused as refusal:
        return parts.refusal(str(refusal), str(pathname))
