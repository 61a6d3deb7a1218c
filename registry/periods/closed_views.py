"""Telling whoever is signed in of what they changed in a closed period."""

from __future__ import annotations

from flask import Flask, Response, flash
from flask_login import current_user

from registry.db import db
from registry.periods.closed import DAYS, said_if_closed


def init_app(app: Flask) -> None:
    """Tell when a request is done."""
    app.after_request(_tell)


def _tell(answer: Response) -> Response:
    if DAYS in db.session().info and current_user.is_authenticated and (told := said_if_closed()):
        flash(told, "warning")
    return answer
