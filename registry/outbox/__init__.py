"""What leaves the system, and what LINE sends back."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Install the outbox."""
    from registry.outbox import dropping as dropping
    from registry.outbox import feed_models as feed_models
    from registry.outbox import hand_models as hand_models
    from registry.outbox import line_setup
    from registry.outbox import models as models
    from registry.outbox import quota as quota
    from registry.outbox import sending as sending
    from registry.outbox import webhook_models as webhook_models

    line_setup.listen(app)
    _show_outbox(app)


def _show_outbox(app: Flask) -> None:
    from registry.access.roles import Permission as P
    from registry.outbox import feed_views, hand_views, views, webhook_views
    from registry.ui import MenuItem, add_menu

    for blueprint in (views.bp, hand_views.bp, webhook_views.bp, feed_views.bp):
        app.register_blueprint(blueprint)
    app.register_blueprint(feed_views.reader_bp)
    outbox, ways = _l("Outbox"), _l("Ways of sending")
    waiting, held = views.waiting_count, views.held_count
    add_menu(
        app,
        MenuItem("messages", "outbox.index", outbox, P.MESSAGES_READ, 43, badge=waiting),
        MenuItem("manage", "outbox.connections", ways, P.SETTINGS_MANAGE, 60, badge=held),
    )
