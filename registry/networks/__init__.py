"""networks."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Load the models."""
    from registry.networks import models as models
