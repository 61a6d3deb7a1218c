"""Measures: every number that is shown anywhere is defined here, once."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Install the command and the pages of rows behind figures and of saved views."""
    from registry.facts import (
        commands,
        files_commands,
        late,  # noqa: F401 - it listens
        saved_view_views,
        views,
    )
    from registry.facts.rollups import answers

    answers.init_app(app)
    commands.init_app(app)
    files_commands.init_app(app)
    views.init_app(app)
    saved_view_views.init_app(app)
