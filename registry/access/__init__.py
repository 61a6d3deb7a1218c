"""Offices, users, roles, permissions, the gate, scopes and sign-in."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Install sign-in, then close the gate."""
    from registry.access import gate, sign_in

    gate.init_app(app)
    sign_in.init_app(app)
