"""Said while nobody is registered: why every figure is empty, and where to begin."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component
from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.gate import may
from registry.access.roles import Permission
from registry.db import db
from registry.members.models import MemberSpan


def beginning() -> list[Component]:
    """One sentence and the first steps that its reader may take; nothing once there is a member."""
    if db.session.scalar(select(MemberSpan.id).limit(1)) is not None:
        return []
    steps = (
        (Permission.IMPORTS_RUN, "imports.index", _("Import a sign-up sheet")),
        (Permission.MEMBERS_WRITE, "members.new", _("Register a member")),
    )
    ways = [
        html.A(text, href=url_for(to), className="btn btn-outline-primary btn-sm")
        for needs, to, text in steps
        if to in current_app.view_functions and may(needs)
    ]
    sentence = _("Nobody is registered yet, so there are no figures. They come with the members.")
    return [html.Div([html.P(sentence), *ways], className="alert alert-info", role="status")]
