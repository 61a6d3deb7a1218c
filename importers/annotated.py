"""Their own workbook back: what became of each row in a first column, bad cells marked."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from importers.choosing import WAITS
from importers.codes import Severity
from importers.fields import FIELD_NAMES, Field
from importers.models import ImportBatch, ImportRow
from importers.own_column import is_ours
from importers.reading.errors import Unreadable
from importers.reading.grid import DONE
from importers.reading.parent import Limits, run_child
from importers.reading.reasons import Refusal
from importers.results import STATUS_NAMES, Status
from registry.documents.cells import clean_text

MARKED = {Severity.ERROR: "error", Severity.QUESTION: "question"}
SHOWN = {Severity.ERROR, Severity.QUESTION, Severity.REPAIR}


def annotated_copy(
    batch: ImportBatch, rows: Iterable[ImportRow], content: bytes, limits: Limits
) -> bytes:
    """An .xlsx copy of a batch's file with the result of each row.

    Args:
        content: the uploaded file.

    Raises:
        Unreadable: the copy needs more than the child process may have.
    """
    notes = notes_of(batch, rows)
    suffix = Path(batch.file_name).suffix.lower()
    with tempfile.TemporaryDirectory(prefix="sang-annotate-", dir=limits.folder) as name:
        folder = Path(name)
        (folder / "in").write_bytes(content)
        (folder / "notes.json").write_text(json.dumps(notes), encoding="utf-8")
        arguments = [str(folder / part) for part in ("in", "notes.json", "out.xlsx")]
        try:
            run_child("importers.reading.annotate", [*arguments, suffix], limits)
        except Refusal as refusal:
            raise Unreadable(refusal.reason, name=batch.file_name) from None
        return (folder / "out.xlsx").read_bytes()


def notes_of(batch: ImportBatch, rows: Iterable[ImportRow]) -> dict[str, Any]:
    """The remarks of a batch by row and by cell, in the language at hand."""
    texts: dict[int, str] = {}
    cells: dict[str, str] = {}
    done: list[int] = []
    for row in rows:
        texts[row.row] = clean_text(_text(row))
        if not _is_open(row):
            done.append(row.row)
        for problem in row.remarks:
            if problem.cell and (weight := MARKED.get(problem.severity)):
                cells.setdefault(problem.cell, weight)
    return {
        "sheet": batch.summary["sheet"],
        "header_row": batch.summary["header_rows"][-1],
        "title": str(FIELD_NAMES[Field.CHECKED]),
        "again": any(is_ours(one["index"], one["header"]) for one in batch.summary["columns"]),
        "done": done if len(done) < len(texts) else [],
        "rows": texts,
        "cells": cells,
        "values": {cell: clean_text(text) for cell, text in (batch.mended or {}).items()},
    }


def _is_open(row: ImportRow) -> bool:
    """Whether something is left to do with a row: it cannot come in, or nobody decided yet."""
    return row.status == Status.ERROR or (row.status in WAITS and row.decision is None)


def _text(row: ImportRow) -> str:
    """The status, then each remark that asks for something or tells of a repair."""
    remarks = sorted(row.remarks, key=lambda problem: -problem.severity)
    told = [
        f"{problem.column}: {problem.message}" if problem.column else problem.message
        for problem in remarks
        if problem.severity in SHOWN
    ]
    status = str(STATUS_NAMES[Status(row.status)])
    if not _is_open(row):
        status = f"{DONE} {status}"
    return "\n".join([status, *told]) if told else status


def annotated_name(batch: ImportBatch) -> str:
    """The name under which the copy is offered."""
    return str(_("%(file)s checked.xlsx", file=Path(batch.file_name).stem))
