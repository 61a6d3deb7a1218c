"""Sign-up sheets: workbook → rows → plan → commit → undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Install this package; the children that read files live in it too, and need no Flask."""
    from flask_babel import lazy_gettext as _l

    from importers import column_views as column_views
    from importers import commands, dissemination, waiting_views, workbook_views
    from importers import jobs as jobs
    from importers import models as models
    from importers import proposal_views as proposal_views
    from importers import template_views as template_views
    from importers import undo_views as undo_views
    from importers import upload_views as upload_views
    from importers.marks import marked
    from registry.access.roles import Permission
    from registry.ui import MenuItem, add_menu

    app.register_blueprint(workbook_views.bp)
    app.add_template_filter(marked)
    dissemination.init_app(app)
    commands.init_app(app)
    item = MenuItem(
        "work",
        "imports.index",
        _l("Import sign-up sheets"),
        Permission.IMPORTS_RUN,
        15,
        badge=waiting_views.count,
        cards=waiting_views.cards,
    )
    add_menu(app, item)
