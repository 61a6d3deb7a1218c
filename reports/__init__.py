"""Reports: close a period, seal it, render it, keep it, prove it."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from registry.access.roles import Permission
from registry.ui import MenuItem, add_menu


def init_app(app: Flask) -> None:
    """Install the pages, the job and the commands."""
    from reports import commands
    from reports.keeping_views import bp as keeping
    from reports.keeping_views import waiting_lists
    from reports.office_templates.views import bp as templates
    from reports.views import bp

    for part in (keeping, bp, templates):
        app.register_blueprint(part)
    commands.init_app(app)
    label = _l("Closing and reports")
    add_menu(
        app,
        MenuItem("figures", "reports.index", label, Permission.REPORTS_VIEW, 30),
        MenuItem(
            "manage",
            "keeping.index",
            _l("Keeping and disposal"),
            Permission.REPORTS_KEEP,
            order=60,
            badge=waiting_lists,
        ),
    )
