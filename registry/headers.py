"""Security headers on every response, error pages included."""

from __future__ import annotations

from flask import Flask, Response, request

from registry.assets import is_asset

STRICT = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
DASHBOARDS = "/dashboards/"


def _dashboards(hashes: list[str]) -> str:
    """Dash needs inline styles, blob workers and the hashes of its own inline scripts."""
    scripts = " ".join(["'self'", *hashes])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; worker-src 'self' blob:; font-src 'self' data:; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def init_app(app: Flask) -> None:
    """Set the headers after every request."""
    settings = app.extensions["sang_settings"]
    app.extensions["sang_csp_hashes"] = []

    @app.after_request
    def _headers(response: Response) -> Response:
        hashes = app.extensions["sang_csp_hashes"]
        inside = request.path.startswith(DASHBOARDS)
        headers = response.headers
        headers["Content-Security-Policy"] = _dashboards(hashes) if inside else STRICT
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=()"
        if settings.behind_tls:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if not is_asset():
            headers["Cache-Control"] = "no-store"
        return response


def seal(app: Flask) -> None:
    """Nothing of the framework tells its version."""
    app.config["RATELIMIT_HEADERS_ENABLED"] = False
