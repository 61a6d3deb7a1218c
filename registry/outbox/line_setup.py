"""Puts the parts together that listen to LINE."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def listen(app: Flask) -> None:
    """Install the webhook, the pages about LINE, and what works on the events.

    The webhook carries LINE's signature instead of a form's token, and takes the write lock only
    after it was checked.
    """
    from registry.access.roles import Permission
    from registry.outbox import line_answers as line_answers
    from registry.outbox import line_events as line_events
    from registry.outbox import line_group_views
    from registry.outbox import line_groups as line_groups
    from registry.outbox import line_models as line_models
    from registry.outbox import line_sweep as line_sweep
    from registry.outbox import line_views as views
    from registry.ui import MenuItem, add_menu

    app.register_blueprint(views.bp)
    app.register_blueprint(line_group_views.bp)
    app.extensions["csrf"].exempt(views.webhook)
    app.extensions["sang_readers"].add(views.HOOK)
    app.jinja_env.globals["line_account_of"] = views.account_of
    add_menu(
        app,
        MenuItem(
            "answers",
            "line.index",
            _l("LINE conversations"),
            Permission.QUESTIONS_ANSWER,
            order=64,
            badge=views.open_conversations,
        ),
        MenuItem(
            "work", "line_groups.index", _l("LINE groups"), Permission.CHANNELS_READ, order=31
        ),
    )
