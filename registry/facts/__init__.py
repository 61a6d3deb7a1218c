"""Measures: every number that is shown anywhere is defined here, once."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Install the command and the page of the rows behind a figure."""
    from registry.facts import commands, views

    commands.init_app(app)
    views.init_app(app)
