"""Networks: type, owning office, founding activity, coordinators, central channels, roster."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Install the pages of networks."""
    from registry.access.roles import Permission
    from registry.networks import views
    from registry.ui import MenuItem, add_menu

    app.register_blueprint(views.bp)
    add_menu(
        app, MenuItem("work", "networks.index", _l("Networks"), Permission.NETWORKS_READ, order=20)
    )
