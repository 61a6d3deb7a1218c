"""What was typed into a month's grid or sheet, made into receipts and disseminations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import gettext as _

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.errors import Refused
from registry.messages.entries import Fault, Known, check
from registry.messages.grid import FIELDS, GridRow
from registry.messages.ledger import (
    DisseminationEntry,
    Outcome,
    Result,
    record_many,
    record_receipts,
)
from registry.messages.typed import noon_of, read_day_of, read_people
from registry.periods.calendar import Period, to_bangkok_date

COLUMN = {"audience": "audience", "basis": "basis", "link": "link"}
"""The column in which a fault of an entry is shown; all others stand at the day."""


@dataclass(frozen=True)
class Told:
    """What one row tells."""

    received: datetime | None
    entry: DisseminationEntry | None


@dataclass(frozen=True)
class Saved:
    """What became of a grid; with ``wrong`` rows the caller keeps nothing."""

    receipts: int
    reports: int
    already: int
    wrong: int


def fill(rows: Sequence[GridRow], typed: Mapping[str, Mapping[str, str]]) -> list[GridRow]:
    """Put what was typed into its rows; returns those that have anything.

    Keys that name none of these rows are ignored: the rows are all that may be told of.
    """
    for row in rows:
        given = typed.get(row.key, {})
        row.typed = {name: given.get(name, "").strip() for name in FIELDS}
    return [row for row in rows if not row.blank]


def read(row: GridRow, month: Period) -> Told:
    """The receipt and the dissemination that a row tells; what is wrong goes to its errors."""
    received = _day(row, "received", month)
    passed = _day(row, "passed", month)
    try:
        audience = read_people(row.typed["audience"])
    except Refused as refusal:
        row.errors["audience"] = str(refusal)
    _check_receipt(row, received)
    _check_whole(row)
    if row.errors or passed is None or row.channel is None:
        return Told(received, None)
    entry = DisseminationEntry(
        message_id=row.message.id,
        member_id=row.member.id,
        channel_id=row.channel.id,
        at=passed,
        audience_reported=audience,
        link=row.typed["link"] or None,
        basis=row.typed["basis"] or None,
        time_known=False,
    )
    return Told(received, entry)


def _day(row: GridRow, name: str, month: Period) -> datetime | None:
    if not row.typed[name] or row.message.published_at is None:
        return None
    try:
        return noon_of(read_day_of(row.typed[name], month), row.message.published_at)
    except Refused as refusal:
        row.errors[name] = str(refusal)
        return None


def _check_receipt(row: GridRow, received: datetime | None) -> None:
    if received is None:
        return
    if row.recipient is None:
        row.errors["received"] = _("The member was not on a roster that this message reached.")
    elif to_bangkok_date(received) < row.recipient.on or received > datetime.now(UTC):
        row.errors["received"] = _("That day lies before the publication or in the future.")


def _check_whole(row: GridRow) -> None:
    """A report needs its day and its channel."""
    told = any(row.typed[name] for name in ("audience", "link", "basis"))
    if row.channel is None and (told or row.typed["passed"]):
        row.errors["passed"] = _("The member has no channel yet; add one on the member's page.")
    elif told and not row.typed["passed"]:
        row.errors["passed"] = _("Write the day on which it was passed on.")


def save(
    actor: Actor, scope: Scope, rows: Sequence[GridRow], month: Period, *, source: str
) -> Saved:
    """Write what filled rows tell; faults go to the rows, one sentence per cell."""
    told = [(row, read(row, month)) for row in rows]
    reports = [(row, one.entry) for row, one in told if one.entry is not None]
    outcomes = record_many(actor, scope, [entry for _row, entry in reports], source=source)
    for (row, _entry), outcome in zip(reports, outcomes, strict=True):
        _mark(row, outcome)
    count = _receipts(actor, told, source)
    return Saved(
        receipts=count,
        reports=sum(outcome.result is Result.NEW for outcome in outcomes),
        already=sum(outcome.result is Result.ALREADY for outcome in outcomes),
        wrong=sum(bool(row.errors) for row in rows),
    )


def examine(scope: Scope, rows: Sequence[GridRow], month: Period) -> Saved:
    """What saving filled rows would do, without writing anything; faults go to the rows."""
    told = [(row, read(row, month)) for row in rows]
    reports = [(row, one.entry) for row, one in told if one.entry is not None]
    known = Known(scope, [entry for _row, entry in reports], lock=False)
    already, now = 0, datetime.now(UTC)
    for row, entry in reports:
        try:
            check(entry, known, now)
            already += known.twin(entry, once_a_day=True) is not None
        except Fault as fault:
            row.errors[COLUMN.get(fault.field, "passed")] = str(fault)
    held = [(row, one) for row, one in told if not row.errors]
    return Saved(
        receipts=sum(one.received is not None and row.asks_receipt for row, one in held),
        reports=sum(one.entry is not None for _row, one in held) - already,
        already=already,
        wrong=len(told) - len(held),
    )


def _mark(row: GridRow, outcome: Outcome) -> None:
    if outcome.result is Result.REFUSED:
        row.errors[COLUMN.get(outcome.field, "passed")] = outcome.problem


def _receipts(actor: Actor, told: Sequence[tuple[GridRow, Told]], source: str) -> int:
    by_message: dict[int, dict[int, datetime]] = defaultdict(dict)
    messages = {row.message.id: row.message for row, _one in told}
    for row, one in told:
        if one.received is not None and not row.errors:
            by_message[row.message.id][row.member.id] = one.received
    return sum(
        record_receipts(actor, messages[number], seen, via=source)
        for number, seen in by_message.items()
    )
