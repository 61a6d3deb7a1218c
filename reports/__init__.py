"""Reports: close a period, seal it, render it, keep it, prove it."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from registry.access.roles import Permission
from registry.ui import MenuItem, add_menu


def init_app(app: Flask) -> None:
    """Install the pages, the job and the commands."""
    from reports import commands
    from reports.directions import review_views
    from reports.directions import views as directions
    from reports.disclosure import views as disclosure
    from reports.due_dates.views import bp as due_dates
    from reports.exports import commands as export_commands
    from reports.exports.views import bp as exports
    from reports.foreword.views import bp as foreword
    from reports.keeping_views import bp as keeping
    from reports.keeping_views import waiting_lists
    from reports.memorandum.views import bp as memorandum
    from reports.office_templates.views import bp as templates
    from reports.subscriptions import letters  # noqa: F401 - its pulse
    from reports.subscriptions import views as subscriptions
    from reports.targets.views import bp as targets
    from reports.views import bp

    for part in (keeping, bp, due_dates, exports, subscriptions.bp, templates):
        app.register_blueprint(part)
    for more in (directions.bp, review_views.bp, disclosure.bp, foreword, memorandum, targets):
        app.register_blueprint(more)
    commands.init_app(app)
    export_commands.init_app(app)
    label = _l("Closing and reports")
    add_menu(
        app,
        MenuItem(
            "figures",
            "reports.index",
            label,
            Permission.REPORTS_VIEW,
            order=30,
            badge=subscriptions.new_count,
            cards=subscriptions.new_cards,
        ),
        MenuItem(
            "figures",
            "directions.index",
            _l("Directions"),
            Permission.REPORTS_VIEW,
            order=32,
            badge=directions.waiting_count,
            cards=directions.waiting_cards,
        ),
        MenuItem(
            "manage",
            "disclosure.index",
            _l("Requests for official information"),
            Permission.REPORTS_CLOSE,
            order=62,
            badge=disclosure.waiting_count,
        ),
        MenuItem("figures", "exports.index", _l("Tables of figures"), Permission.FIGURES_VIEW, 40),
        MenuItem(
            "manage",
            "keeping.index",
            _l("Keeping and disposal"),
            Permission.REPORTS_KEEP,
            order=60,
            badge=waiting_lists,
        ),
    )
