"""Append-only events in a hash chain."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Load the models and the hook that takes a link at each commit."""
    from registry.audit import services as services
