"""What comes in for a period that is closed: the one who enters it hears so at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask import Flask, Response, flash, g
from flask_babel import gettext as _
from flask_login import current_user

from registry.periods import catalogue
from registry.periods.names import named


def note(days: Iterable[date | None]) -> None:
    """Facts of these days were changed by the request at hand, and committed."""
    g.setdefault("changed_days", set()).update(day for day in days if day is not None)


def said_if_closed(days: Iterable[date]) -> str:
    """One sentence where one of the days lies in a closed period; empty where none does."""
    row = catalogue.closed_around(set(days))
    if row is None:
        return ""
    return str(
        _(
            "%(period)s is closed: its sealed figures stay as they are. What was saved now shows "
            "in the live figures, and in the report only if that is issued anew.",
            period=named(row.code),
        )
    )


def init_app(app: Flask) -> None:
    """Tell whoever is signed in when a request is done."""
    app.after_request(_tell)


def _tell(answer: Response) -> Response:
    days = g.pop("changed_days", None)
    if days and current_user.is_authenticated and (told := said_if_closed(days)):
        flash(told, "warning")
    return answer
