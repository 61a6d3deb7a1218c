"""Zones and provinces with dates of effect, districts, the map."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Load the models."""
    from registry.geography import models as models
