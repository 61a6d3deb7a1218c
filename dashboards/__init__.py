"""Dashboards: Dash inside the same sign-in, showing the measures of ``registry.facts``."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Install the dashboards below ``/dashboards/``."""
    from dashboards import shell

    shell.init_app(app)
