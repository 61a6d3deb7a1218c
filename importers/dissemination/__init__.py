"""A month's dissemination of a network as an Excel sheet: download, fill in, check, save."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Install the pages of the sheet."""
    from importers.dissemination import views

    app.register_blueprint(views.bp)
