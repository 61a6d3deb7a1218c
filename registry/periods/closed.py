"""What comes in for a period that is closed: the one who enters it hears so at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _

from registry.db import db
from registry.periods import catalogue
from registry.periods.names import named

DAYS = "sang_changed_days"


def note(days: Iterable[date | None]) -> None:
    """Facts of these days were changed, and committed."""
    known: set[date] = db.session().info.setdefault(DAYS, set())
    known.update(day for day in days if day is not None)


def said_if_closed() -> str:
    """One sentence where a day that was noted lies in a closed period; empty where none does."""
    row = catalogue.closed_around(db.session().info.pop(DAYS, set()))
    if row is None:
        return ""
    return str(
        _(
            "%(period)s is closed: its sealed figures stay as they are. What was saved now shows "
            "in the live figures, and in the report only if that is issued anew.",
            period=named(row.code),
        )
    )
