"""What leaves the system, and what LINE sends back."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Install the outbox."""
    from registry.outbox import models as models
