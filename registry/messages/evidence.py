"""A report with a picture, and further pictures and links until the office has looked at it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.documents.pictures import Picture
from registry.errors import Refused
from registry.i18n import day
from registry.messages import files, late, likeness, proofs
from registry.messages.entries import Fault
from registry.messages.evidence_models import EvidenceItem, EvidenceKind
from registry.messages.ledger import DisseminationEntry, record_dissemination
from registry.messages.ledger_models import Dissemination, DisseminationState
from registry.messages.rules import clean_link, now_or
from registry.periods.calendar import to_bangkok_date

OPEN = frozenset({DisseminationState.REPORTED, DisseminationState.SENT_BACK})
"""States in which a report takes further evidence."""
MOST = 5
"""Pictures, and as many links, of one report."""


def record_with_picture(
    actor: Actor,
    scope: Scope,
    entry: DisseminationEntry,
    picture: Picture | None,
    *,
    source: str,
    form_token: str | None = None,
) -> Dissemination:
    """Record a dissemination, perhaps with a picture that proves it.

    Where the same was reported already, that report takes over number and basis, picture and link;
    one that was sent back waits for review again.

    Raises:
        Refused: the entry does not hold, or the office has accepted the same report already;
            :class:`Fault` names the field.
    """
    if picture is not None:
        stored = files.keep_picture(picture)
        entry = replace(entry, evidence=stored, evidence_type=picture.content_type)
    row = record_dissemination(actor, scope, entry, source=source, form_token=form_token)
    if picture is not None and entry.evidence:
        if row.evidence == entry.evidence:
            proofs.keep_picture_item(actor, row, entry.evidence, picture, row.recorded_at)
            return row
        files.discard(entry.evidence)
    _add_to_twin(actor, row, entry, picture, form_token)
    return row


def _add_to_twin(
    actor: Actor,
    row: Dissemination,
    entry: DisseminationEntry,
    picture: Picture | None,
    form_token: str | None,
) -> None:
    """What a second report of the same tells belongs to the first one."""
    query = select(Dissemination).where(Dissemination.id == row.id).with_for_update()
    row = db.session.scalars(query.execution_options(populate_existing=True)).one()
    again = form_token is None or row.form_token != form_token  # not the same form once more
    if again:
        _require_undecided(row)
        _take_over(actor, row, entry)
    link = clean_link(entry.link)
    if picture is not None or (link and link != row.link):
        add_evidence(actor, row, picture=picture, link=link)


def _require_undecided(row: Dissemination) -> None:
    if row.as_state is DisseminationState.ACCEPTED:
        raise Fault(
            "channel",
            _(
                "This was already reported for that day and channel, and the office has accepted "
                "it; nothing more is needed. If a figure has changed, tell your office."
            ),
        )


def _take_over(actor: Actor, row: Dissemination, entry: DisseminationEntry) -> None:
    """Number and basis as they were told last; a report that was sent back waits again."""
    told = {"audience_reported": entry.audience_reported, "basis": _short(entry.basis)}
    before = row.as_state
    changes = {
        name: [getattr(row, name), value]
        for name, value in told.items()
        if value is not None and value != getattr(row, name)
    }
    if not changes and before is not DisseminationState.SENT_BACK:
        return
    for name, (_old, value) in changes.items():
        setattr(row, name, value)
    _reported_again(actor, Action.DISSEMINATION_RECORD, row, changes=changes or None)


def _short(text: str | None) -> str | None:
    return (text or "").strip()[:200] or None


def add_evidence(
    actor: Actor,
    row: Dissemination,
    *,
    picture: Picture | None = None,
    link: str | None = None,
    at: datetime | None = None,
) -> int:
    """Add a picture or a link to a report; one that was sent back waits for review again.

    Returns:
        how many were new; what the report has already is not added twice.

    Raises:
        Fault: nothing was given, the report was decided or is full, the message closed long ago,
            or the link is none.
    """
    now = now_or(at)
    try:
        link = clean_link(link)
    except Refused as refusal:
        raise Fault("link", str(refusal)) from None
    if picture is None and link is None:
        raise Fault("picture", _("Choose a picture or paste a link."))
    pictures, links = _items(row, EvidenceKind.PICTURE), _items(row, EvidenceKind.LINK)
    if picture and sha256(picture.data).hexdigest() in {item.sha256 for item in pictures}:
        picture = None
    if link and likeness.link_key(link) in _keys(row, links):
        link = None
    if picture is None and link is None:
        return 0
    _require_open(actor, row, now)
    if picture:
        _require_room("picture", pictures)
        _add_picture(actor, row, picture, now)
    if link:
        _require_room("link", links)
        row.link = row.link or link
        proofs.keep_link(actor, row, link, now)
    added = bool(picture) + bool(link)
    _reported_again(actor, Action.EVIDENCE_ADD, row, count=added)
    return added


def _keys(row: Dissemination, links: list[EvidenceItem]) -> set[str | None]:
    first = {likeness.link_key(row.link)} if row.link else set()
    return first | {item.link_key for item in links}


def _reported_again(actor: Actor, action: Action, row: Dissemination, **said: Any) -> None:
    """Write down what was added; a report that was sent back waits for review again."""
    before = row.as_state
    if before is DisseminationState.SENT_BACK:
        row.move(DisseminationState.REPORTED)
    record(
        actor,
        action,
        "dissemination",
        row.id,
        province=row.province_code,
        message=row.message_id,
        from_=before.value,
        to=row.state,
        **said,
    )
    db.session.flush()


def _require_open(actor: Actor, row: Dissemination, now: datetime) -> None:
    """Nobody has decided about it, and a member is not too late."""
    if row.as_state not in OPEN:
        raise Fault(
            "picture",
            _(
                "The office has decided about this report, so it takes no more evidence; tell your "
                "office if there is something new."
            ),
        )
    last = late.last_day(row.message) if actor.user_id is None else None
    if last is not None and to_bangkok_date(now) > last:
        raise Fault(
            "picture",
            _(
                "Evidence for “%(title)s” was taken until %(day)s; ask the office if it is needed.",
                title=row.message.title,
                day=day(last),
            ),
        )


def _items(row: Dissemination, kind: EvidenceKind) -> list[EvidenceItem]:
    query = select(EvidenceItem).where(
        EvidenceItem.dissemination_id == row.id,
        EvidenceItem.month == row.month,
        EvidenceItem.kind == kind.value,
    )
    return list(db.session.scalars(query))


def _add_picture(actor: Actor, row: Dissemination, picture: Picture, at: datetime) -> None:
    stored = files.keep_picture(picture)
    if row.evidence is None:
        row.evidence, row.evidence_type = stored, picture.content_type
    proofs.keep_picture_item(actor, row, stored, picture, at)


def _require_room(field: str, items: list[EvidenceItem]) -> None:
    if len(items) >= MOST:
        raise Fault(
            field,
            _("A report carries at most %(most)s pictures and as many links.", most=MOST),
        )
