"""Sign-up sheets: workbook → rows → plan → commit → undo."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Install this package."""
    from importers import column_views as column_views
    from importers import commands, dissemination, workbook_views
    from importers import jobs as jobs
    from importers import models as models
    from importers import proposal_views as proposal_views
    from importers import template_views as template_views
    from importers import upload_views as upload_views
    from registry.access.roles import Permission
    from registry.ui import MenuItem, add_menu

    app.register_blueprint(workbook_views.bp)
    dissemination.init_app(app)
    commands.init_app(app)
    item = MenuItem(
        "work", "imports.index", _l("Import sign-up sheets"), Permission.IMPORTS_RUN, 15
    )
    add_menu(app, item)
