"""Where the public asks whether a message is genuine."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Install the page; looking something up reads only, though the pasted text is posted."""
    from registry.genuine import views
    from registry.genuine.address import genuine_address

    app.extensions["sang_readers"].add("genuine.")
    app.register_blueprint(views.bp)
    app.jinja_env.globals["genuine_address"] = genuine_address
