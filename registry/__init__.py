"""Sang: a registry of a public-relations network and of how far its messages carry."""

from __future__ import annotations

from flask import Flask

from registry.settings import Settings, load_settings


def create_app(settings: Settings | None = None) -> Flask:
    """Put the parts together: the one place that knows them all."""
    import dashboards
    import importers
    import reports
    from registry import core

    settings = settings or load_settings()
    app = Flask(__name__, instance_path=str(settings.instance))
    app.extensions["sang_settings"] = settings
    core.init_app(app)
    for part in (importers, reports, dashboards):
        part.init_app(app)
    core.seal(app)
    return app
