"""Keeping addresses of pages of figures under a name.

Like the language of the pages it is a person's own convenience, so the audit trail does not
note it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from registry.audit.services import Actor
from registry.db import db
from registry.errors import Refused
from registry.facts.saved_view_models import SavedView

MOST = 50
LONGEST_NAME, LONGEST_QUERY = 80, 2000
PAGE = re.compile(r"/dashboards/[a-z0-9-]{0,60}")


def save(actor: Actor, name: str, path: str, query: str, home: bool = False) -> SavedView:
    """Keep an address under a name.

    Args:
        path: of a page of figures.
        query: its filters, with or without the question mark.
        home: whether the figures begin with it.

    Raises:
        Refused: the name is blank, too long or taken, it is no such page, or there are too many.
    """
    query = query.removeprefix("?")
    if not PAGE.fullmatch(path) or len(query) > LONGEST_QUERY or not query.isprintable():
        raise Refused(_("Only pages of figures can be saved; open one, then save it there."))
    mine = SavedView.user_id == actor.user_id
    if (db.session.scalar(select(func.count()).where(mine)) or 0) >= MOST:
        raise Refused(_("You have %(n)s saved views already; delete one first.", n=MOST))
    row = SavedView(
        user_id=actor.user_id,
        name=_free(actor, name),
        path=path,
        query=query,
        created_at=datetime.now(UTC),
    )
    db.session.add(row)
    db.session.flush()
    if home:
        set_home(actor, row, True)
    return row


def rename(actor: Actor, row: SavedView, name: str) -> None:
    """Give a view another name.

    Raises:
        Refused: it is blank, too long, or another view has it.
    """
    row.name = _free(actor, name, besides=row.id)
    db.session.flush()


def delete(actor: Actor, row: SavedView) -> None:
    """Forget a view; its address still opens the page."""
    db.session.delete(row)
    db.session.flush()


def set_home(actor: Actor, row: SavedView, chosen: bool) -> None:
    """Let the figures begin with a view instead of any other, or with the overview again."""
    others = update(SavedView).where(SavedView.user_id == actor.user_id).values(is_home=False)
    db.session.execute(others)
    row.is_home = chosen
    db.session.flush()


def _free(actor: Actor, name: str, besides: int | None = None) -> str:
    """A name, if the person may give it to a view."""
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise Refused(_("Give the view a name."))
    if len(name) > LONGEST_NAME:
        raise Refused(_("The name of a view holds at most %(n)s letters.", n=LONGEST_NAME))
    same = select(SavedView.id).where(SavedView.user_id == actor.user_id, SavedView.name == name)
    if db.session.scalar(same.where(SavedView.id != (besides or 0))) is not None:
        raise Refused(
            _("You have a view named “%(name)s” already; choose another name.", name=name)
        )
    return name
