"""Templates as central staff see them."""

from __future__ import annotations

from sqlalchemy import select

from registry.access.scope import Scope
from registry.db import db
from registry.errors import NotFound
from reports.office_templates.models import WordTemplate


def templates_of(scope: Scope, office_id: int) -> list[WordTemplate]:
    """The templates of an office, the latest first."""
    if not scope.everything:
        return []
    query = select(WordTemplate).where(WordTemplate.office_id == office_id)
    return list(db.session.scalars(query.order_by(WordTemplate.id.desc())))


def template_for(scope: Scope, office_id: int, template_id: int | None) -> WordTemplate:
    """One of an office's templates.

    Raises:
        NotFound: it has none of this number, or somebody asks who does not see everything.
    """
    known = {one.id: one for one in templates_of(scope, office_id)}
    if template_id not in known:
        raise NotFound
    return known[template_id]
