"""Members' own pages: reached by a personal link, made for a phone, without an account."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Install the pages of members, and those where an office hands out links."""
    from registry.portal import admin_views, own_views

    app.register_blueprint(own_views.bp)
    app.register_blueprint(admin_views.bp)
    app.jinja_env.globals["portal_link"] = admin_views.link_of
