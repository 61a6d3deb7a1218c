"""The part of the own data that tells what proves a member's reports."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import and_, select

from registry.db import db
from registry.documents.cells import Cell
from registry.messages.evidence_models import EvidenceItem, EvidenceKind
from registry.messages.ledger_models import Dissemination
from registry.messages.models import KeyMessage
from registry.portal.parts import Part
from registry.portal.queries import OwnScope


def evidence_part(scope: OwnScope) -> Part:
    """Pictures and links of the member's reports, and the office's captures of them."""
    d, item = Dissemination, EvidenceItem
    query = (
        select(KeyMessage.title, item)
        .select_from(item)
        .join(d, and_(d.id == item.dissemination_id, d.month == item.month))
        .join(KeyMessage, KeyMessage.id == d.message_id)
        .where(d.member_id == scope.member_id)
        .order_by(item.id)
    )
    rows: list[Sequence[Cell]] = [
        [title, _kinds()[EvidenceKind(row.kind)], row.link, row.taken_at, row.sha256]
        for title, row in db.session.execute(query)
    ]
    columns = [_("Message"), _("Kind"), _("Link"), _("Date"), _("SHA-256 of the file")]
    return Part(_("Evidence of my reports"), columns, rows)


def _kinds() -> dict[EvidenceKind, str]:
    return {
        EvidenceKind.PICTURE: _("Picture"),
        EvidenceKind.LINK: _("Link"),
        EvidenceKind.CAPTURE: _("Capture by the office"),
    }
