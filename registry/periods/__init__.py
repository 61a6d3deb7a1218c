"""Fiscal periods, Buddhist dates, working days, standard times; the catalogue of sealed periods."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Install the pages of standard times and of settings with a day of effect."""
    from registry.access.roles import Permission
    from registry.periods import dated_models as dated_models
    from registry.periods import dated_views, views
    from registry.ui import MenuItem, add_menu

    app.register_blueprint(views.bp)
    app.register_blueprint(dated_views.bp)
    manage = Permission.SETTINGS_MANAGE
    add_menu(
        app,
        MenuItem("manage", "standards.index", _l("Standard times"), manage, order=40),
        MenuItem(
            "manage",
            "dated.index_of_settings",
            _l("Settings with a day of effect"),
            manage,
            order=42,
        ),
    )
