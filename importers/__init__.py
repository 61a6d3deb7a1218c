"""Sign-up sheets: workbook → rows → plan → commit → undo."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Install this package."""
    from importers import models as models
