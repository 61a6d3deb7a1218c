"""reports."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Install this package."""
