"""Batches of imported rows: the plan, the decisions, and what is needed to undo them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from importers.results import Problem, Status
from registry.access.models import Office, User
from registry.db import Base
from registry.errors import Refused
from registry.vault import EncryptedJson


class BatchState(StrEnum):
    """The life of a batch."""

    READING = "reading"
    PLANNED = "planned"
    COMMITTING = "committing"
    COMMITTED = "committed"
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"
    FAILED = "failed"


BATCH_STATE_NAMES = {
    BatchState.READING: _l("Being read"),
    BatchState.PLANNED: _l("Ready for review"),
    BatchState.COMMITTING: _l("Being imported"),
    BatchState.COMMITTED: _l("Imported"),
    BatchState.UNDOING: _l("Being undone"),
    BatchState.UNDONE: _l("Undone"),
    BatchState.DISCARDED: _l("Discarded"),
    BatchState.FAILED: _l("Could not be read"),
}
B = BatchState
BATCH_MOVES = {
    B.READING: {B.PLANNED, B.FAILED, B.DISCARDED},
    B.PLANNED: {B.COMMITTING, B.COMMITTED, B.DISCARDED, B.READING},
    B.COMMITTING: {B.COMMITTED, B.PLANNED, B.READING},
    B.COMMITTED: {B.UNDOING, B.UNDONE},
    B.UNDOING: {B.UNDONE, B.COMMITTED},
    B.UNDONE: set(),
    B.DISCARDED: set(),
    B.FAILED: {B.READING, B.DISCARDED},
}
AT_WORK = frozenset({B.READING, B.COMMITTING, B.UNDOING})
"""States in which the worker has the batch, and a page follows its job."""


class Decision(StrEnum):
    """What a person decided about a row that waits for one."""

    SKIP = "skip"
    ACCEPT = "accept"
    DIFFERENT = "different"
    SAME = "same"
    OVERWRITE = "overwrite"


class ImportBatch(Base):
    """One workbook: who brought it, what was planned, what became of it.

    ``fields`` holds what a person said about columns, ``mended`` what they wrote over cells (by
    address), ``refused`` the repairs that they do not want; ``samples`` a few values to show.
    ``unread`` tells that somebody corrected something while it was read: it is read once more.
    ``error`` says why it could not be read, ``notice`` why it was not imported as it was
    decided, or not undone.
    """

    __tablename__ = "import_batch"
    __table_args__ = (Index("ix_import_batch_file", "office_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    stored: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(12), default=B.READING.value)
    job_id: Mapped[str | None] = mapped_column(String(32))
    sheet: Mapped[str | None] = mapped_column(String(120))
    fields: Mapped[dict[str, str | None]] = mapped_column(JSON, default=dict)
    keep_unknown: Mapped[bool] = mapped_column(default=False)
    mended: Mapped[dict[str, str] | None] = mapped_column(EncryptedJson)
    refused: Mapped[list[str]] = mapped_column(JSON, default=list)
    unread: Mapped[bool] = mapped_column(default=False)
    samples: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    error: Mapped[str | None] = mapped_column(String(500))
    notice: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(index=True)
    planned_at: Mapped[datetime | None]
    committed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)

    office: Mapped[Office] = relationship()
    user: Mapped[User | None] = relationship()

    def lock(self) -> None:
        """Let whoever changes this batch at the same moment wait, and read where it stands now."""
        object_session(self).refresh(self, with_for_update=True)  # type: ignore[union-attr]

    @property
    def as_state(self) -> BatchState:
        """The state as an enum."""
        return BatchState(self.state)

    @property
    def at_work(self) -> bool:
        """Whether the worker has it at this moment."""
        return self.as_state in AT_WORK

    def move(self, to: BatchState) -> None:
        """Change the state.

        Raises:
            Refused: there is no such step, because somebody was faster.
        """
        if to not in BATCH_MOVES[self.as_state]:
            raise Refused(
                str(
                    _l(
                        "The import of “%(file)s” is “%(state)s”; reload the page to see where "
                        "it stands.",
                        file=self.file_name,
                        state=BATCH_STATE_NAMES[self.as_state],
                    )
                )
            )
        self.state = to.value


_CHANGED = text("before IS NOT NULL")


class ImportRow(Base):
    """One row of the plan, with what a person decided and what became of it.

    ``matches`` holds the possible members, best first: ``{"member_id", "office_id", "score",
    "reasons", "inside"}``.  ``before`` holds what an update replaced, for undoing it.

    The index on the status holds all that counting needs, so that 100,000 rows are counted
    without opening one.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_batch", "batch_id", "row", unique=True),
        Index("ix_import_row_status", "batch_id", "status", "row", "decision", "member_id"),
        Index("ix_import_row_changed", "batch_id", "member_id",
              sqlite_where=_CHANGED, postgresql_where=_CHANGED),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    row: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    decision: Mapped[str | None] = mapped_column(String(12))
    values: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    originals: Mapped[dict[str, str]] = mapped_column(EncryptedJson)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(EncryptedJson)
    matches: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    member_version: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)

    @property
    def as_status(self) -> Status:
        """The status as an enum."""
        return Status(self.status)

    @property
    def remarks(self) -> list[Problem]:
        """The problems as objects with their sentences."""
        return [Problem.of(stored) for stored in self.problems]


class ImportMapping(Base):
    """What an office said that the columns below a header hold, for the next such sheet.

    ``shape`` stands for the header's texts; ``fields`` are by the place of the column among those
    with a header, ``None`` leaves one out.
    """

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("office_id", "shape"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    shape: Mapped[str] = mapped_column(String(64))
    fields: Mapped[dict[str, str | None]] = mapped_column(JSON)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime]

    user: Mapped[User | None] = relationship()
