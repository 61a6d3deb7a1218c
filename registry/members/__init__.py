"""People and organisations of the network: registration, life cycle, consent, duplicates."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Install the pages of members and of the requests between offices."""
    from registry.access.roles import Permission
    from registry.members import export_views as export_views
    from registry.members import form_views as form_views
    from registry.members import jobs as jobs
    from registry.members import listed_views as listed_views
    from registry.members import merge_views as merge_views
    from registry.members import step_views as step_views
    from registry.members import transfer_views, views
    from registry.members.masks import mask_national_id, mask_phone
    from registry.ui import MenuItem, add_menu

    app.register_blueprint(views.bp)
    app.register_blueprint(transfer_views.bp)
    app.extensions["sang_readers"].add("members.duplicates")
    app.add_template_filter(mask_phone)
    app.add_template_filter(mask_national_id)
    add_menu(
        app,
        MenuItem("work", "members.index", _l("Members"), Permission.MEMBERS_READ, order=10),
        MenuItem(
            "work",
            "transfers.index",
            _l("Requests between offices"),
            Permission.MEMBERS_WRITE,
            order=40,
            badge=transfer_views.waiting,
        ),
    )
