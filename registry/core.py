"""Wires the registry itself: settings into Flask, then each feature in order."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from registry import (
    access,
    admin_commands,
    assets,
    audit,
    channels,
    db,
    error_pages,
    facts,
    genuine,
    geography,
    headers,
    home,
    i18n,
    logs,
    members,
    messages,
    networks,
    outbox,
    periods,
    portal,
    settings,
    statistics,
    ui,
)

csrf = CSRFProtect()
compress = Compress()
FEATURES = (
    audit,
    geography,
    access,
    periods,
    members,
    networks,
    channels,
    messages,
    portal,
    genuine,
    outbox,
    facts,
    home,
)


def init_app(app: Flask) -> None:
    """Configure the application and install every feature of the registry."""
    conf: settings.Settings = app.extensions["sang_settings"]
    app.config.from_mapping(_config(conf))
    if conf.trusted_proxies:
        hops = conf.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    logs.init_app(app)
    db.init_app(app)
    Migrate(app, db.db, directory=f"{app.root_path}/migrations", render_as_batch=True)
    csrf.init_app(app)
    compress.init_app(app)
    for part in (error_pages, i18n, headers, assets, statistics, ui):
        part.init_app(app)
    admin_commands.init_app(app)
    for feature in FEATURES:
        feature.init_app(app)


def seal(app: Flask) -> None:
    """Last touches, when every route is known."""
    headers.seal(app)


def _config(conf: settings.Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": conf.secret_key.get_secret_value(),
        "TESTING": conf.env is settings.Environment.TEST,
        "SANG_DEMO": conf.env is settings.Environment.DEMO,
        "SESSION_COOKIE_NAME": "__Host-sang",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=conf.session_absolute_hours),
        "MAX_CONTENT_LENGTH": conf.upload_max_mb * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "MAX_FORM_PARTS": 20_000,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_I18N_ENABLED": False,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 5,
        "COMPRESS_MIN_SIZE": 800,
        "COMPRESS_MIMETYPES": [
            "text/html",
            "text/css",
            "text/plain",
            "text/javascript",
            "application/javascript",
            "application/json",
            "image/svg+xml",
            "application/geo+json",
        ],
    }
