"""Writing the ledger: receipts, disseminations and their review.

Everything that tells of a dissemination (form, grid, sheet, member's link, demonstration) comes
through :func:`record_many`, so that one set of rules holds and nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.messages.entries import DisseminationEntry, Fault, Known, Outcome, Result, check
from registry.messages.fact_ids import new_fact_id
from registry.messages.ledger_models import Dissemination, DisseminationState
from registry.messages.proofs import keep_links
from registry.messages.receipts import decline, imply, record_receipt, record_receipts
from registry.messages.review import review, withdraw
from registry.messages.rules import now_or

__all__ = [
    "DisseminationEntry",
    "Fault",
    "Outcome",
    "Result",
    "decline",
    "record_dissemination",
    "record_many",
    "record_receipt",
    "record_receipts",
    "review",
    "withdraw",
]


def record_dissemination(
    actor: Actor,
    scope: Scope,
    entry: DisseminationEntry,
    *,
    source: str = "officer",
    form_token: str | None = None,
) -> Dissemination:
    """Record that a member passed a message on; the same report sent twice is one.

    Args:
        source: ``officer``, ``link``, ``grid``, ``sheet`` or ``demo``.

    Raises:
        Refused: the entry does not hold; :class:`Fault` names the field.
    """
    daily = source in {"link", "line"}  # whoever reports alone reports a channel once a day
    outcome = record_many(actor, scope, [entry], source=source, tokens=[form_token], daily=daily)[0]
    if outcome.result is Result.REFUSED:
        raise Fault(outcome.field, outcome.problem)
    return db.session.scalars(select(Dissemination).where(Dissemination.id == outcome.id)).one()


def record_many(
    actor: Actor,
    scope: Scope,
    entries: Sequence[DisseminationEntry],
    *,
    source: str,
    tokens: Sequence[str | None] = (),
    daily: bool = True,
    now: datetime | None = None,
) -> list[Outcome]:
    """Record many disseminations, set by set; one outcome per entry, in their order.

    Entries that do not hold are refused one by one and change nothing; the caller decides
    whether the others are committed.  Passing on implies receipt.

    Args:
        daily: a message passed on twice in a channel on one day is one report (grid, sheet).
        tokens: per entry, the token of its form.
    """
    known, now = Known(scope, entries), now_or(now)
    sent = _already_sent([token for token in tokens if token])
    outcomes, rows, made = [], [], set()
    for number, entry in enumerate(entries):
        token = tokens[number] if tokens else None
        try:
            outcome, row = _judge(entry, known, now, sent.get(token or ""), daily, source)
        except Fault as fault:
            outcomes.append(Outcome(Result.REFUSED, field=fault.field, problem=str(fault)))
            continue
        key = (entry.message_id, entry.channel_id, row["on"] if daily else entry.at)
        if outcome.result is Result.NEW and key not in made:
            made.add(key)
            rows.append({**row, **_stamp(actor, source, token, now), "id": outcome.id})
        elif outcome.result is Result.NEW:
            outcome = Outcome(Result.ALREADY)
        outcomes.append(outcome)
    _write(actor, entries, rows, source)
    return outcomes


def _already_sent(tokens: list[str]) -> dict[str, int]:
    if not tokens:
        return {}
    query = select(Dissemination.form_token, Dissemination.id)
    found = db.session.execute(query.where(Dissemination.form_token.in_(tokens)))
    return {str(token): int(row_id) for token, row_id in found}


def _judge(
    entry: DisseminationEntry,
    known: Known,
    now: datetime,
    sent: int | None,
    daily: bool,
    source: str,
) -> tuple[Outcome, dict[str, Any]]:
    values = check(entry, known, now, source)
    twin = sent or known.twin(entry, once_a_day=daily)
    if twin is not None:
        return Outcome(Result.ALREADY, id=twin), values
    told = {
        name: getattr(entry, name)
        for name in (
            "message_id",
            "member_id",
            "channel_id",
            "at",
            "time_known",
            "evidence",
            "evidence_type",
        )
    }
    return Outcome(Result.NEW, id=new_fact_id()), {**values, **told}


def _stamp(actor: Actor, source: str, token: str | None, now: datetime) -> dict[str, Any]:
    return {
        "source": source,
        "recorded_at": now,
        "recorded_by": actor.user_id,
        "form_token": token,
        "state": DisseminationState.REPORTED.value,
    }


def _write(
    actor: Actor, entries: Sequence[DisseminationEntry], rows: list[dict[str, Any]], source: str
) -> None:
    if not rows:
        return
    db.session.execute(insert(Dissemination), rows)
    keep_links(actor, rows, rows[0]["recorded_at"])
    imply([{"what": row["message_id"], "who": row["member_id"], "seen": row["at"]} for row in rows])
    if len(rows) == 1 and len(entries) == 1:
        _audit_one(actor, rows[0], source)
        return
    months = sorted({row["month"] for row in rows})
    messages = sorted({row["message_id"] for row in rows})
    record(
        actor,
        Action.DISSEMINATION_RECORD,
        "dissemination",
        rows[0]["id"],
        kind=source,
        count=len(rows),
        month=months,
        message=messages[:50],
    )


def _audit_one(actor: Actor, row: dict[str, Any], source: str) -> None:
    record(
        actor,
        Action.DISSEMINATION_RECORD,
        "dissemination",
        row["id"],
        province=row["province_code"],
        kind=source,
        message=row["message_id"],
        channel=row["channel_id"],
    )
