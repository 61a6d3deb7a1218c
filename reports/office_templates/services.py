"""Bringing a template for an office, and choosing which one is used: a step back is one more."""

from __future__ import annotations

import hashlib

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.documents.cells import clean_text
from registry.errors import Refused
from registry.periods.calendar import utc_now
from reports.office_templates.models import WordTemplate

KEPT = 5
"""Templates of an office that are kept; the oldest that is not in use makes room."""
LARGEST_MB = 5


def require_fitting(content: bytes, name: str) -> None:
    """Refuse what is too large to be a template.

    Raises:
        Refused: with both sizes.
    """
    if len(content) > LARGEST_MB * 1024 * 1024:
        raise Refused(
            _(
                "The template %(name)s has %(size)s MB and may have %(most)s; make its pictures "
                "smaller.",
                name=name,
                size=-(-len(content) // 1024**2),
                most=LARGEST_MB,
            )
        )


def template_of(actor: Actor) -> WordTemplate | None:
    """The template that the own office uses; None where it uses ours."""
    mine = WordTemplate.office_id == actor.office_id
    return db.session.scalar(select(WordTemplate).where(mine, WordTemplate.in_use))


def add(actor: Actor, office_id: int, name: str, content: bytes) -> WordTemplate:
    """Keep an examined template for an office and use it from now on.

    The same one brought again is not kept twice.
    """
    digest = hashlib.sha256(content).hexdigest()
    mine = WordTemplate.office_id == office_id
    known = db.session.scalar(select(WordTemplate).where(mine, WordTemplate.sha256 == digest))
    if known is None:
        known = WordTemplate(
            office_id=office_id,
            name=clean_text(name)[-200:],
            content=content,
            sha256=digest,
            added_at=utc_now(),
            added_by=actor.user_id,
        )
        db.session.add(known)
        db.session.flush()
    use(actor, office_id, known)
    _make_room(office_id)
    return known


def _make_room(office_id: int) -> None:
    mine = select(WordTemplate.id).where(WordTemplate.office_id == office_id, ~WordTemplate.in_use)
    old = db.session.scalars(mine.order_by(WordTemplate.id.desc()).offset(KEPT - 1)).all()
    db.session.execute(delete(WordTemplate).where(WordTemplate.id.in_(old)))


def use(actor: Actor, office_id: int, template: WordTemplate | None) -> None:
    """Use one of an office's templates from now on; ours where it is None."""
    others = update(WordTemplate).where(WordTemplate.office_id == office_id)
    db.session.execute(others.values(in_use=False))
    if template is not None:
        template.in_use = True
        db.session.execute(
            update(WordTemplate).where(WordTemplate.id == template.id).values(in_use=True)
        )
    record(
        actor,
        Action.REPORT_TEMPLATE,
        "word_template",
        template.id if template else 0,
        office=office_id,
        file_sha256=template.sha256 if template else None,
    )
