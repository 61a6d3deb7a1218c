"""Channels of members and offices: custodians, audience counts over time, rosters."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Install the pages of channels."""
    from registry.access.roles import Permission
    from registry.channels import custodian_models as custodian_models
    from registry.channels import custodian_views, views
    from registry.channels import step_views as step_views
    from registry.ui import MenuItem, add_menu

    app.register_blueprint(views.bp)
    add_menu(
        app,
        MenuItem(
            "work",
            "channels.index",
            _l("Channels"),
            Permission.CHANNELS_READ,
            order=30,
            badge=custodian_views.waiting_channels,
        ),
    )
