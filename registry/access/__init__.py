"""Offices, users, roles, permissions, the gate, scopes and sign-in."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Close the gate, then install sign-in, the pages of accounts and offices, the commands."""
    from registry.access import account_views, commands, gate, office_views, sign_in, user_views
    from registry.access import jobs as jobs
    from registry.access.browsers import browser_name
    from registry.access.offices import dialled
    from registry.access.roles import Permission
    from registry.ui import MenuItem, add_menu

    app.add_template_filter(browser_name)
    app.add_template_filter(dialled)
    gate.init_app(app)
    sign_in.init_app(app)
    commands.init_app(app)
    for views in (account_views, user_views, office_views):
        app.register_blueprint(views.bp)
    add_menu(
        app,
        MenuItem("manage", "users.index", _l("Users"), Permission.USERS_MANAGE, order=10),
        MenuItem("manage", "offices.index", _l("Offices"), Permission.SETTINGS_MANAGE, order=20),
    )
