"""Addresses of pages as they are written into what leaves the system."""

from __future__ import annotations

from flask import current_app


def address(path: str) -> str:
    """A page of this installation, ``/reports/…``."""
    return f"{current_app.extensions['sang_settings'].base_url}{path}"
