"""Reading saved views: everybody has their own, and nobody else's exist for them."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.scope import Scope
from registry.db import db
from registry.errors import NotFound
from registry.facts.saved_view_models import SavedView

FIGURES = "/dashboards/"
"""Where the figures begin for those who chose no view of their own."""


def saved_views(scope: Scope, user_id: int) -> list[SavedView]:
    """The views of a person by name."""
    query = select(SavedView).where(SavedView.user_id == user_id)
    return list(db.session.scalars(query.order_by(SavedView.name)))


def saved_view_for(scope: Scope, user_id: int, view_id: int) -> SavedView:
    """One view of a person.

    Raises:
        NotFound: there is none of that number, or it is somebody else's.
    """
    query = select(SavedView).where(SavedView.user_id == user_id, SavedView.id == view_id)
    row = db.session.scalar(query)
    if row is None:
        raise NotFound(_("This saved view does not exist."))
    return row


def first_page(scope: Scope, user_id: int) -> str:
    """Where the figures begin for a person: the view they chose, else the overview."""
    query = select(SavedView).where(SavedView.user_id == user_id, SavedView.is_home)
    row = db.session.scalar(query)
    return row.address if row else FIGURES
