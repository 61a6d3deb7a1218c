"""The page on which one subscribes to reports, and what the menu tells of new ones."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, scope, scope_for
from registry.access.roles import Permission
from registry.carry import press
from registry.outbox import holds
from registry.outbox.models import Way
from registry.periods.names import KIND_NAMES, named
from registry.ui import Card
from reports.subscriptions import services
from reports.subscriptions.queries import kinds_of, unopened

bp = Blueprint(
    "subscriptions", __name__, url_prefix="/reports/subscriptions", template_folder="../templates"
)


@bp.get("/")
@allow(Permission.REPORTS_VIEW)
def index() -> ResponseReturnValue:
    """Of which reports one is told."""
    return render_template(
        "subscriptions/index.html",
        kinds=KIND_NAMES,
        chosen=kinds_of(scope(), current_user.id),
        by_mail=Way.EMAIL in holds.set_up(),
    )


@bp.post("/")
@allow(Permission.REPORTS_VIEW)
def save() -> ResponseReturnValue:
    """Be told of other reports, or of none."""
    kinds = request.form.getlist("kind")
    done = _("You will be told of these reports.") if kinds else _("You will be told of no report.")
    press(lambda: services.subscribe(actor(), kinds), done)
    return redirect(url_for(".index"))


def _new() -> list[str]:
    return unopened(scope_for(Permission.REPORTS_VIEW), current_user.id)


def new_count() -> int:
    """How many new reports the signed-in user has not opened."""
    return len(_new())


def new_cards() -> list[Card]:
    """The same one by one for the start page."""
    return [
        Card(
            _("New report: %(period)s", period=named(code, "short")),
            1,
            url_for("reports.show", code=code),
        )
        for code in _new()
    ]


def is_new(code: str) -> bool:
    """Whether the signed-in user was told of a report and has not said that it was read."""
    return code in _new()


@bp.post("/<code>/read")
@allow(Permission.REPORTS_VIEW)
def read(code: str) -> ResponseReturnValue:
    """A report is new to the signed-in user no more."""
    press(lambda: services.opened(actor(), code))
    return redirect(url_for("reports.show", code=code))
