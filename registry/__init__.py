"""Sang: a registry of a public-relations network and of how far its messages carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from registry.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Put the parts together: the one place that knows them all.

    What it needs is imported here, because the children that read files need none of it.
    """
    from registry.sweeping import keep_for_good, unswept

    with unswept():
        from flask import Flask

        import dashboards
        import importers
        import reports
        from registry import core
        from registry.settings import load_settings

        settings = settings or load_settings()
        app = Flask(__name__, instance_path=str(settings.instance))
        app.extensions["sang_settings"] = settings
        core.init_app(app)
        for part in (importers, reports, dashboards):
            part.init_app(app)
        core.seal(app)
    keep_for_good()
    return app
