"""Zones and provinces with dates of effect, districts, the map."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Install the page of zones."""
    from registry.access.roles import Permission
    from registry.geography import views
    from registry.ui import MenuItem, add_menu

    app.register_blueprint(views.bp)
    manage = Permission.SETTINGS_MANAGE
    add_menu(app, MenuItem("manage", "geography.zones", _l("Zones"), manage, order=50))
