"""What stands at the head of an office's memoranda is kept for the next one."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.documents.cells import clean_text
from registry.periods.models import SealedPeriod
from reports.memorandum.models import MemorandumHead


@dataclass(frozen=True)
class Head:
    """What is typed for a memorandum."""

    number: str
    addressee: str
    signer: str
    post: str


def head_of(office_id: int) -> MemorandumHead | None:
    """What an office typed the last time."""
    return db.session.get(MemorandumHead, office_id)


def made(actor: Actor, office_id: int, row: SealedPeriod, head: Head) -> None:
    """Keep what was typed, and write down that a memorandum was taken out."""
    kept = head_of(office_id) or MemorandumHead(office_id=office_id)
    for name, text in asdict(head).items():
        setattr(kept, name, clean_text(text).strip())
    db.session.add(kept)
    db.session.flush()
    record(
        actor,
        Action.REPORT_EXPORT,
        "period",
        row.code,
        revision=row.revision,
        format="memorandum",
    )
