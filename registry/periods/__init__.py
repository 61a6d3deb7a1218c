"""Fiscal periods, working days, standard times, offices' reports; what is closed."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Install the pages of standard times, of settings, and of the reports of offices."""
    from registry.access.roles import Permission
    from registry.periods import (
        closed_views,
        dated_views,
        office_report_views,
        owed_reports,  # noqa: F401 - its job
        report_checklist_views,
        reporting_duty_views,
        views,
    )
    from registry.periods import dated_models as dated_models
    from registry.ui import MenuItem, add_menu

    closed_views.init_app(app)
    for part in (views, dated_views, report_checklist_views, reporting_duty_views):
        app.register_blueprint(part.bp)
    manage = Permission.SETTINGS_MANAGE
    add_menu(
        app,
        MenuItem(
            "figures",
            "office_reports.index",
            _l("Reports of the offices"),
            Permission.REPORTS_VIEW,
            order=28,
            badge=office_report_views.waiting_count,
            cards=office_report_views.waiting_cards,
        ),
        MenuItem("manage", "standards.index", _l("Standard times"), manage, order=40),
        MenuItem(
            "manage",
            "dated.index_of_settings",
            _l("Settings with a day of effect"),
            manage,
            order=42,
        ),
    )
