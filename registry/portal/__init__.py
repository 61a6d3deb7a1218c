"""Members' own pages: reached by a personal link, made for a phone, without an account."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Install the pages of members, and those where an office hands out links."""
    from registry.access.roles import Permission
    from registry.portal import admin_views, door_views, line_views, own_answers, phone_views
    from registry.portal import data_views as data_views
    from registry.portal import evidence_views as evidence_views
    from registry.portal import own_views as own_views
    from registry.portal import question_views as question_views
    from registry.portal import record_views as record_views
    from registry.portal import report_views as report_views
    from registry.portal import results_views as results_views
    from registry.ui import MenuItem, add_menu

    app.register_blueprint(door_views.bp)
    app.add_url_rule("/m/", "portal.no_link", door_views.no_link, methods=["GET", "POST"])
    app.register_blueprint(admin_views.bp)
    app.register_blueprint(phone_views.bp)
    app.jinja_env.globals["portal_link"] = admin_views.link_of
    app.jinja_env.globals["own_line_account"] = line_views.line_account
    app.jinja_env.globals["own_answers"] = own_answers.answers_for
    app.jinja_env.globals["can_link_line"] = line_views.can_link
    label = _l("Answer by telephone")
    add_menu(app, MenuItem("answers", "phone.index", label, Permission.DISSEMINATION_RECORD, 65))
