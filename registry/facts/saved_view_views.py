"""The pages of figures that a person kept: saved, opened, renamed, deleted, chosen as first."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, scope
from registry.access.roles import Permission
from registry.carry import press
from registry.facts import saved_view_services as services
from registry.facts.saved_view_models import SavedView
from registry.facts.saved_view_queries import saved_view_for, saved_views

DELETED = "view_deleted"
"""The view that a person deleted last, told once with a way to have it back."""
bp = Blueprint("saved_views", __name__, url_prefix="/figures/views")


@bp.get("/")
@allow(Permission.FIGURES_VIEW)
def index() -> ResponseReturnValue:
    """The saved views of whoever is signed in."""
    rows = saved_views(scope(), current_user.id)
    return render_template(
        "figures/views.html",
        rows=rows,
        longest=services.LONGEST_NAME,
        deleted=session.pop(DELETED, None),
    )


@bp.post("/")
@allow(Permission.FIGURES_VIEW)
def save() -> ResponseReturnValue:
    """Keep the address of a page under a name, and go back to it."""
    name, path, query = (request.form.get(key, "") for key in ("name", "path", "query"))
    done = _("The view is saved; you find it under “Saved views”.")
    press(lambda: services.save(actor(), name, path, query), done)
    is_page = services.PAGE.fullmatch(path) and query.isprintable()
    return redirect(f"{path}?{query.removeprefix('?')}" if is_page else url_for(".index"))


@bp.post("/<int:view_id>/rename")
@allow(Permission.FIGURES_VIEW)
def rename(view_id: int) -> ResponseReturnValue:
    """Give a view another name."""
    row, name = _own(view_id), request.form.get("name", "")
    press(lambda: services.rename(actor(), row, name), _("Renamed."))
    return redirect(url_for(".index"))


@bp.post("/<int:view_id>/delete")
@allow(Permission.FIGURES_VIEW)
def delete(view_id: int) -> ResponseReturnValue:
    """Forget a view."""
    row = _own(view_id)
    gone = {"name": row.name, "path": row.path, "query": row.query, "home": row.is_home}
    if press(lambda: services.delete(actor(), row)):
        session[DELETED] = gone
    return redirect(url_for(".index"))


@bp.post("/restore")
@allow(Permission.FIGURES_VIEW)
def restore() -> ResponseReturnValue:
    """Keep a view again that was deleted by mistake."""
    name, path, query = (request.form.get(key, "") for key in ("name", "path", "query"))
    home = request.form.get("home") == "1"
    press(lambda: services.save(actor(), name, path, query, home), _("The saved view is back."))
    return redirect(url_for(".index"))


@bp.post("/<int:view_id>/home")
@allow(Permission.FIGURES_VIEW)
def set_home(view_id: int) -> ResponseReturnValue:
    """Let the figures begin with a view, or no longer."""
    row, chosen = _own(view_id), request.form.get("home") == "1"
    done = _("The figures begin with this view.") if chosen else _("They begin with the overview.")
    press(lambda: services.set_home(actor(), row, chosen), done)
    return redirect(url_for(".index"))


def _own(view_id: int) -> SavedView:
    return saved_view_for(scope(), current_user.id, view_id)


def init_app(app: Flask) -> None:
    """Install the pages."""
    app.register_blueprint(bp)
