"""Sign-in by Flask-Security."""

from __future__ import annotations

from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore

from registry.access.models import User
from registry.db import db

security = Security()


def init_app(app: Flask) -> None:
    """Install Flask-Security."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SALT=app.config["SECRET_KEY"],
        SECURITY_REGISTERABLE=False,
    )
    app.extensions["sang_marks"].update({"security.*": "public", "security.login": "public"})
    security.init_app(app, SQLAlchemyUserDatastore(db, User, None))
