"""The front door: each role lands where its work is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, render_template

from registry.access.gate import allow, may
from registry.access.roles import Permission

bp = Blueprint("home", __name__)


@bp.get("/")
@allow(Permission.ACCOUNT_OWN)
def start() -> Any:
    """Executives and analysts to the dashboards, the others to what waits for them."""
    if may(Permission.FIGURES_VIEW) and not may(Permission.MEMBERS_READ):
        if not may(Permission.USERS_MANAGE):
            return redirect("/dashboards/")
    return render_template("home.html")


@bp.get("/healthz")
def health() -> Any:
    """Whether the process answers (for a load balancer)."""
    return {"ok": True}


def init_app(app: Flask) -> None:
    """Install the start page."""
    app.register_blueprint(bp)
    app.extensions["sang_marks"]["home.health"] = "public"
