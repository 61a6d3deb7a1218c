"""Making the plan of a batch: read, understand, compare, write down; nothing else changes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import defer

from importers.analysis import Analysis, Progress, analyse
from importers.codes import Code
from importers.fields import Field
from importers.matching import Compared, compare, networks_by_name, remark
from importers.models import BatchState, Decision, ImportBatch, ImportRow
from importers.options import Options
from importers.reading.parent import Limits, read_workbook
from importers.results import RowResult, Status, plain
from importers.thai.text import key
from importers.uploads import workplace
from registry.access.models import Office, OfficeKind
from registry.access.scope import Scope, office_scope
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor, record
from registry.db import db
from registry.members import normalise
from registry.members.models import Member
from registry.networks.types import network_types
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.settings import Settings

CHUNK = 2_000
TOLD_A_DAY = 100
"""Members of other offices of whom the plans of one office may tell within a day."""


def limits_of(settings: Settings) -> Limits:
    """The limits of the child that parses uploads."""
    return Limits(
        settings.upload_max_mb,
        settings.parser_memory_mb,
        settings.parser_seconds,
        workplace(settings),
    )


def scope_of_batch(batch: ImportBatch) -> Scope:
    """Whose records a batch may touch: those of the office that imports."""
    return office_scope(batch.office, to_bangkok_date(utc_now()))


def options_of(batch: ImportBatch) -> Options:
    """What the reading of a batch may assume."""
    names = {key(name): row.code for row in network_types() for name in (row.name_th, row.name_en)}
    provincial = batch.office.kind == OfficeKind.PROVINCIAL.value
    return Options(
        today=to_bangkok_date(utc_now()),
        province=batch.office.province_code if provincial else None,
        types=names,
        sheet=batch.sheet,
        fields={int(i): Field(name) if name else None for i, name in batch.fields.items()},
        keep_unknown=batch.keep_unknown,
    )


def read(batch: ImportBatch, path: Path, settings: Settings, progress: Progress) -> Analysis:
    """Read a batch's file into rows; the file is parsed in a limited child process.

    Raises:
        Unreadable, Unusable: with one sentence.
    """
    progress("read", 0, 0)
    workbook = read_workbook(path, batch.file_name, limits_of(settings))
    analysis = analyse(workbook, options_of(batch), progress)
    _check_networks(scope_of_batch(batch), analysis.rows)
    return analysis


def _check_networks(scope: Scope, rows: Sequence[RowResult]) -> None:
    """Replace the name of a network by its id where it is known."""
    known = networks_by_name(scope)
    for result in rows:
        name = result.values.get("network")
        if not name:
            continue
        found = known.get(normalise.key(name), [])
        here = [number for number, where in found if where == result.values.get("province_code")]
        chosen = here or [number for number, _ in found]
        if len(chosen) == 1:
            result.values["network_id"] = chosen[0]
        else:
            remark(result, Code.NETWORK_UNKNOWN, text=str(name)[:80])


def match(batch: ImportBatch, analysis: Analysis) -> list[Compared]:
    """Compare a batch's rows with the registry."""
    today = to_bangkok_date(utc_now())
    return compare(scope_of_batch(batch), analysis.rows, today, strangers=_may_tell(batch))


def _may_tell(batch: ImportBatch) -> int:
    """Of how many members of other offices this plan may tell: what the day's allowance leaves."""
    query = select(AuditEvent.details).where(
        AuditEvent.action == Action.MEMBER_HINT.value,
        AuditEvent.object_type == "import",
        AuditEvent.office_id == batch.office_id,
        AuditEvent.at > utc_now() - timedelta(days=1),
    )
    told = sum(int(details.get("count", 0)) for details in db.session.scalars(query))
    return max(TOLD_A_DAY - told, 0)


def write(
    batch: ImportBatch, analysis: Analysis, compared: Sequence[Compared], as_of: datetime
) -> None:
    """Write the plan down, in place of the one before; the caller commits.

    Args:
        as_of: a moment before the comparing: who was registered since may be missing in it.
    """
    rows = rows_of(batch, compared)
    _carry_over(_decided(batch), rows)
    db.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(ImportRow), rows[start : start + CHUNK])
    describe(batch, analysis, compared)
    batch.planned_at, batch.error = as_of, None
    batch.move(BatchState.PLANNED)
    _note_hints(batch, compared)


def _decided(batch: ImportBatch) -> dict[int, ImportRow]:
    """The rows of the plan before about which a person decided, by number."""
    query = select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.decision.is_not(None))
    unread = (defer(ImportRow.originals), defer(ImportRow.problems), defer(ImportRow.before))
    return {row.row: row for row in db.session.scalars(query.options(*unread))}


def _carry_over(decided: dict[int, ImportRow], rows: list[dict[str, Any]]) -> None:
    """Keep what was decided where the new plan asks the very same question."""
    taken = {row["member_id"] for row in rows}
    for row in rows:
        old = decided.get(row["row"])
        if old is None or not _same_question(old, row):
            continue
        if old.decision == Decision.SAME:
            member = db.session.get(Member, old.member_id) if old.member_id else None
            if member is None or member.id in taken:
                continue
            row["member_id"], row["member_version"] = member.id, member.version
            taken.add(member.id)
        row["decision"] = old.decision


def _same_question(old: ImportRow, row: dict[str, Any]) -> bool:
    """Whether status, values and matches are equal; to overwrite, the record must be, too."""
    if old.decision == Decision.OVERWRITE and old.member_version != row["member_version"]:
        return False
    equal = (old.status, old.values) == (row["status"], row["values"])
    return equal and old.matches == json.loads(json.dumps(row["matches"]))


def describe(batch: ImportBatch, analysis: Analysis, compared: Sequence[Compared]) -> None:
    """Note on a batch what its sheet is and how many rows are what."""
    batch.summary = {**analysis.summary(), "lacking": _lacking(compared)}
    batch.counts = count(one.result.status for one in compared)


def _lacking(compared: Sequence[Compared]) -> dict[str, int]:
    """How many new members the sheet brings without a consent, and without a network."""
    fresh = [one.result.values for one in compared if one.result.status is Status.NEW]
    return {
        "consent": sum(values.get("consent") is not True for values in fresh),
        "network": sum(not values.get("network_id") for values in fresh),
    }


def _note_hints(batch: ImportBatch, compared: Sequence[Compared]) -> None:
    """One audit event says of how many members of other offices the plan tells."""
    elsewhere = {found.member_id for one in compared for found in one.matches if not found.inside}
    if elsewhere:
        who = Actor(batch.user_id, "job", batch.office_id)
        record(who, Action.MEMBER_HINT, "import", batch.id, count=len(elsewhere))


def count(statuses: Any) -> dict[str, int]:
    """Rows by status, with their number."""
    counted = Counter(Status(status).value for status in statuses)
    shown = (
        Status.NEW,
        Status.UPDATE,
        Status.UNCHANGED,
        Status.POSSIBLE_DUPLICATE,
        Status.AMBIGUOUS,
        Status.ERROR,
    )
    return {"rows": counted.total(), **{status.value: counted[status.value] for status in shown}}


def rows_of(batch: ImportBatch, compared: Sequence[Compared]) -> list[dict[str, Any]]:
    """The rows of a plan, as :class:`ImportRow` takes them."""
    return [_row(batch, one) for one in compared]


def _row(batch: ImportBatch, one: Compared) -> dict[str, Any]:
    result = one.result
    return {
        "batch_id": batch.id,
        "row": result.row,
        "status": result.status.value,
        "values": plain(result.values),
        "originals": result.originals,
        "problems": [problem.as_dict() for problem in result.problems],
        "matches": [asdict(found) for found in one.matches],
        "member_id": one.member.id if one.member else None,
        "member_version": one.member.version if one.member else None,
        "decision": None,
    }


def provincial_offices() -> dict[str, int]:
    """The provincial office of each province: it owns the members who live there."""
    query = select(Office.province_code, Office.id).where(
        Office.kind == OfficeKind.PROVINCIAL.value, Office.closed_on.is_(None)
    )
    return {code: number for code, number in db.session.execute(query) if code}
