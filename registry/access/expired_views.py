"""A form that arrives after the session has ended: what was typed is not lost."""

from __future__ import annotations

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from registry.access.expired_forms import told
from registry.error_pages import wants_json


def is_own_form() -> bool:
    """Whether a person posted it from a page of this very site (browsers say so).

    A form that another site made up is never shown for sending again: that would let it through.
    """
    if request.method != "POST" or wants_json():
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == request.host_url.rstrip("/")


def expired_page(*, needs_sign_in: bool = True) -> ResponseReturnValue:
    """What was typed, with a button that sends it again and, if needed, a way to sign in."""
    stranger = needs_sign_in and not current_user.is_authenticated
    fields = [(name, value) for name, value in request.form.items(multi=True) if _is_kept(name)]
    files = [file.filename for file in request.files.values() if file.filename]
    page = render_template(
        "security/expired.html",
        fields=fields,
        files=files,
        stranger=stranger,
        shown=told(fields, _package()),
    )
    return page, 401 if stranger else 400


def _package() -> str:
    """Where the view lies to which the form was posted."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "__module__", "").rpartition(".")[0]


def _is_kept(name: str) -> bool:
    return name != "csrf_token" and "password" not in name
