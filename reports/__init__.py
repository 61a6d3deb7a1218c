"""Reports: close a period, seal it, render it, keep it, prove it."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from registry.access.roles import Permission as P
from registry.ui import MenuItem, add_menu


def init_app(app: Flask) -> None:
    """Install the pages, the job and the commands."""
    from reports import commands
    from reports.classes.views import bp as classes
    from reports.directions import review_views
    from reports.directions import views as directions
    from reports.disclosure import views as disclosure
    from reports.due_dates.views import bp as due_dates
    from reports.exports import commands as export_commands
    from reports.exports.views import bp as exports
    from reports.foreword.views import bp as foreword
    from reports.keeping_views import bp as keeping
    from reports.memorandum.views import bp as memorandum
    from reports.office_templates.views import bp as templates
    from reports.subscriptions import letters  # noqa: F401 - its pulse
    from reports.subscriptions import views as subscriptions
    from reports.targets.views import bp as targets
    from reports.views import bp

    pages = (bp, keeping, due_dates, exports, subscriptions.bp, templates, directions.bp)
    for part in (*pages, review_views.bp, disclosure.bp, classes, foreword, memorandum, targets):
        app.register_blueprint(part)
    for some in (commands, export_commands):
        some.init_app(app)
    _add_menu(app)


def _add_menu(app: Flask) -> None:
    from reports import keeping_views
    from reports.directions import views as directions
    from reports.disclosure import views as disclosure
    from reports.subscriptions import views as subscriptions

    label, told = _l("Closing and reports"), (subscriptions.new_count, subscriptions.new_cards)
    to_do = (directions.waiting_count, directions.waiting_cards)
    asked, kept = _l("Requests for official information"), _l("Keeping and disposal")
    add_menu(
        app,
        MenuItem("figures", "reports.index", label, P.REPORTS_VIEW, 30, "", *told),
        MenuItem("figures", "directions.index", _l("Directions"), P.REPORTS_VIEW, 32, "", *to_do),
        MenuItem("figures", "exports.index", _l("Tables of figures"), P.FIGURES_VIEW, 40),
        MenuItem("manage", "keeping.index", kept, P.REPORTS_KEEP, 60, "", keeping_views.waiting),
        MenuItem("manage", "disclosure.index", asked, P.REPORTS_CLOSE, 62, "", disclosure.waiting),
    )
