"""Making the plan of a batch: read, understand, compare, write down; nothing else changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from orjson import Fragment
from sqlalchemy import delete, select
from sqlalchemy.orm import defer

from importers.fields import Field
from importers.lines import Line
from importers.matching import Compared, Comparison, Subject, settled
from importers.mending import cells_of
from importers.models import BatchState, Decision, ImportBatch, ImportRow
from importers.options import Options
from importers.reading.parent import Limits
from importers.remembering import remembered_of
from importers.results import Status
from importers.spool import Spool
from importers.thai.text import key
from importers.understood import Progress, Understood, understand
from importers.uploads import workplace
from registry.access.models import Office, OfficeKind
from registry.access.scope import Scope, office_scope
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor, record
from registry.bulk import insert_ready, ready_rows
from registry.channels.identities import official_identities
from registry.db import db
from registry.members.models import Member
from registry.networks.types import network_types
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.settings import Settings

CHUNK = 2_000
ROW = ("batch_id", "row", "status", "values", "originals", "problems", "matches", "member_id",
       "member_version", "decision")  # fmt: skip
SHOWN = (
    Status.NEW,
    Status.UPDATE,
    Status.UNCHANGED,
    Status.POSSIBLE_DUPLICATE,
    Status.AMBIGUOUS,
    Status.ERROR,
)
Values = Sequence[Any]
Prepare = Callable[[Iterable[Values]], Iterable[Values]]
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
        remembered=remembered_of(batch.office.id),
        cells=cells_of(batch.mended),
        refused=frozenset(batch.refused or ()),
        official=official_identities(),
    )


class Plan:
    """The plan of a batch before it is written down: prepared outside the write lock.

    Attributes:
        as_of: a moment before the comparing: who was registered since may be missing in it.
        rows: what becomes the rows of the plan, laid aside on the disk.
    """

    def __init__(
        self, batch: ImportBatch, understood: Understood, rows: Spool, prepare: Prepare
    ) -> None:
        self.as_of, self.rows = utc_now(), rows
        self.summary, self.samples = understood.summary, understood.samples
        self.counts: Counter[Status] = Counter()
        self.lacking = {"consent": 0, "network": 0}
        today = to_bangkok_date(self.as_of)
        self._comparison = Comparison(scope_of_batch(batch), today, strangers=_may_tell(batch))
        for line in understood.lines():
            self._comparison.add(line)
        self._comparison.find()
        self.strangers_told = self._comparison.strangers_told()
        self._judge(batch, understood, prepare)

    def _judge(self, batch: ImportBatch, understood: Understood, prepare: Prepare) -> None:
        lines, start = understood.lines(), 0
        while some := list(islice(lines, CHUNK)):
            compared = self._comparison.judge(some, start)
            subjects = self._comparison.subjects[start : start + len(some)]
            self.rows.add(prepare(self._rows(batch.id, some, subjects, compared)))
            start += len(some)

    def _rows(
        self,
        batch_id: int,
        lines: Sequence[Line],
        subjects: Sequence[Subject],
        compared: Sequence[Compared | None],
    ) -> Iterator[Values]:
        for line, subject, one in zip(lines, subjects, compared, strict=True):
            status = one.result.status if one else settled(subject.status)
            self.counts[status] += 1
            if status is Status.NEW:
                self.lacking["consent"] += not subject.consent
                self.lacking["network"] += not subject.network_id
            if one:
                yield row_of(batch_id, one)
            else:
                yield plain_row(batch_id, line, subject.row, status)


def for_database(rows: Iterable[Values]) -> Iterator[Values]:
    """Rows as the database takes them; their personal data is encrypted."""
    return ready_rows(ImportRow, ROW, rows)


@contextmanager
def planned(
    batch: ImportBatch,
    path: Path,
    settings: Settings,
    progress: Progress,
    *,
    prepare: Prepare = for_database,
) -> Iterator[Plan]:
    """Read a batch's file and compare it with the registry; nothing is written yet.

    Args:
        prepare: what is done with rows before they are laid aside; some values are JSON still.

    Raises:
        Unreadable, Unusable: with one sentence.
    """
    limits, options = limits_of(settings), options_of(batch)
    with (
        understand(path, batch.file_name, options, limits, progress) as understood,
        Spool(workplace(settings)) as rows,
    ):
        progress("matched", 0, 0)
        yield Plan(batch, understood, rows, prepare)


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


def write(batch: ImportBatch, plan: Plan) -> None:
    """Write a plan down, in place of the one before; the caller commits."""
    decided = _decided(batch)
    db.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
    insert_ready(ImportRow, ROW, plan.rows.all())
    _carry_over(batch, decided)
    describe(batch, plan)
    batch.planned_at, batch.error = plan.as_of, None
    batch.move(BatchState.PLANNED)
    if plan.strangers_told:
        who = Actor(batch.user_id, "job", batch.office_id)
        told = len(plan.strangers_told)
        record(who, Action.MEMBER_HINT, "import", batch.id, count=told)


def _decided(batch: ImportBatch) -> list[ImportRow]:
    """The rows of the plan before about which a person decided."""
    query = select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.decision.is_not(None))
    unread = (defer(ImportRow.originals), defer(ImportRow.problems), defer(ImportRow.before))
    rows = list(db.session.scalars(query.options(*unread)))
    for row in rows:
        db.session.expunge(row)
    return rows


def _carry_over(batch: ImportBatch, decided: Sequence[ImportRow]) -> None:
    """Keep what was decided where the new plan asks the very same question."""
    for old in decided:
        row = _row_again(batch, old.row)
        if row is None or not _same_question(old, row):
            continue
        if old.decision == Decision.SAME and not _same_person(batch, row, old.member_id):
            continue
        row.decision = old.decision
    db.session.flush()


def _row_again(batch: ImportBatch, number: int) -> ImportRow | None:
    query = select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.row == number)
    return db.session.scalar(query)


def _same_person(batch: ImportBatch, row: ImportRow, member_id: int | None) -> bool:
    """Take the member whom a person chose, unless another row is that member by now."""
    member = db.session.get(Member, member_id) if member_id else None
    taken = select(ImportRow.id).where(
        ImportRow.batch_id == batch.id, ImportRow.member_id == member_id
    )
    if member is None or db.session.scalar(taken.limit(1)):
        return False
    row.member_id, row.member_version = member.id, member.version
    return True


def _same_question(old: ImportRow, new: ImportRow) -> bool:
    """Whether status, values and matches are equal; to overwrite, the record must be, too."""
    if old.decision == Decision.OVERWRITE and old.member_version != new.member_version:
        return False
    return (old.status, old.values, old.matches) == (new.status, new.values, new.matches)


def describe(batch: ImportBatch, plan: Plan) -> None:
    """Note on a batch what its sheet is and how many rows are what."""
    batch.summary = {**plan.summary, "lacking": plan.lacking}
    batch.samples = plan.samples
    batch.counts = {
        "rows": plan.counts.total(),
        **{status.value: plan.counts[status] for status in SHOWN},
    }


def row_of(batch_id: int, one: Compared) -> tuple[Any, ...]:
    """A row of a plan, in the order of :data:`ROW`."""
    result, member = one.result, one.member
    problems = [problem.as_dict() for problem in result.problems]
    return (
        *(batch_id, result.row, result.status.value, result.values, result.originals, problems),
        *([asdict(found) for found in one.matches], member and member.id),
        *(member and member.version, None),
    )


def plain_row(batch_id: int, line: Line, number: int, status: Status) -> tuple[Any, ...]:
    """A row that nobody had anything to add to; its JSON goes on as it came from the child."""
    told = map(Fragment, line[1:])
    return (batch_id, number, status.value, *told, [], None, None, None)


def provincial_offices() -> dict[str, int]:
    """The provincial office of each province: it owns the members who live there."""
    query = select(Office.province_code, Office.id).where(
        Office.kind == OfficeKind.PROVINCIAL.value, Office.closed_on.is_(None)
    )
    return {code: number for code, number in db.session.execute(query) if code}
