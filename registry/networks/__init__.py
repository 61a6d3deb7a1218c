"""Networks: type, owning office, founding activity, coordinators, central channels, roster."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Install the pages of networks and of their types."""
    from registry.access.roles import Permission
    from registry.networks import type_views, views
    from registry.ui import MenuItem, add_menu

    app.register_blueprint(views.bp)
    app.register_blueprint(type_views.bp)
    read, manage = Permission.NETWORKS_READ, Permission.SETTINGS_MANAGE
    add_menu(
        app,
        MenuItem("work", "networks.index", _l("Networks"), read, order=20),
        MenuItem("manage", "network_types.index", _l("Network types"), manage, order=30),
    )
