"""Writing about a member waits for a merge of the record, and is refused when it vanished."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from registry.db import db
from registry.errors import Refused
from registry.members.models import Member
from registry.members.queries import STANDS


def need_standing(*members: Member) -> None:
    """Let nobody merge some members away until the end of the transaction.

    Of several at once all are locked in the same order, so that no two wait for each other.

    Raises:
        Refused: a record was merged into another one meanwhile, where nobody would find this.
    """
    wanted = {member.id for member in members}
    query = select(Member.id).where(Member.id.in_(wanted), STANDS).order_by(Member.id)
    if wanted.difference(db.session.scalars(query.with_for_update(key_share=True))):
        raise Refused(
            _(
                "The record was just joined with another one of the same person, so nothing was "
                "sent or saved; open the page again (a member: with a new personal link from the "
                "office) and do it once more."
            )
        )
