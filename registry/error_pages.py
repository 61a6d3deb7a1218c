"""The pages of errors: the sentence of a refusal, or a reference number for the rest."""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _
from psycopg.errors import NumericValueOutOfRange
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from registry.db import db
from registry.errors import NotFound, Refused

log = structlog.get_logger()


def _titles() -> dict[int, tuple[str, str]]:
    return {
        400: (_("The request could not be read"), _("Go back, reload the page and try again.")),
        401: (_("Please sign in"), _("Sign in, then open the page again.")),
        403: (_("Your role does not include this page"), _("Ask your administrator for access.")),
        404: (
            _("This page was not found"),
            _("It may have moved, or it belongs to an office outside your area."),
        ),
        405: (_("The request could not be read"), _("Go back, reload the page and try again.")),
        413: (_("The file is too large"), _("Split the file into smaller ones and upload again.")),
        429: (_("Too many attempts"), _("Please wait a few minutes and try again.")),
        500: (
            _("Something went wrong on our side"),
            _("Nothing was half-saved. Tell your administrator the reference number below."),
        ),
    }


def error_page(status: int, sentence: str = "") -> tuple[Response | str, int]:
    """Render the error page, or JSON for scripts; it tells a reference number and no secret."""
    reference = g.get("request_id") or secrets.token_hex(4)
    title, advice = _titles().get(status, _titles()[500])
    log.info("error_page", status=status, reference=reference)
    db.session.rollback()
    if wants_json():
        return jsonify(error=sentence or title, reference=reference), status
    return _render(title=title, advice=sentence or advice, reference=reference), status


def _render(**words: str) -> str:
    """The page with the menu around it; without, when even that cannot be had (no database)."""
    try:
        return render_template("error.html", **words)
    except Exception as error:
        log.error("bare_error_page", exc_info=error)
        with force_locale("th"):
            return current_app.jinja_env.get_template("error_bare.html").render(**words)


def wants_json() -> bool:
    """Whether the caller is a script (Dash or fetch) rather than a person reading a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or best == "application/json"


def _http(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    return error_page(error.code)


def _not_found(error: NotFound | OverflowError) -> tuple[Response | str, int]:
    return error_page(404)


def _unknown_number(error: DataError) -> tuple[Response | str, int]:
    return error_page(404) if is_too_large(error) else _unexpected(error)


def is_too_large(error: DataError) -> bool:
    """Whether PostgreSQL refused to look for a number that no record can have."""
    return isinstance(error.orig, NumericValueOutOfRange)


def _refused(error: Refused) -> tuple[Response | str, int]:
    return error_page(400, str(error))


def _unexpected(error: Exception) -> tuple[Response | str, int]:
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    log.error("unexpected", kind=type(error).__name__, exc_info=error)
    return error_page(500)


def init_app(app: Flask) -> None:
    """Install the error pages."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(OverflowError, _not_found)  # a number too large for any record
    app.register_error_handler(DataError, _unknown_number)  # the same, as PostgreSQL says it
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Exception, _unexpected)
