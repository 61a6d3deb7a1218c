"""Append-only events in a hash chain."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Load the hook that takes a link at each commit; install the pages of the trail."""
    from registry.access.roles import Permission
    from registry.audit import services as services
    from registry.audit import views
    from registry.ui import MenuItem, add_menu

    app.register_blueprint(views.bp)
    add_menu(
        app, MenuItem("manage", "audit.index", _l("Audit trail"), Permission.AUDIT_READ, order=90)
    )
