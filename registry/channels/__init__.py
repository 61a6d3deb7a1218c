"""channels."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Load the models."""
    from registry.channels import models as models
