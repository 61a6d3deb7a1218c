"""Rows by columns: the same moment as by rows, the same values, and never half of them."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, literal, select

from registry import arrow
from registry.access.models import Office
from registry.db import begin_write, commit, db
from registry.periods.models import TimeStandard

MANY = 400_000


def test_what_changes_later_is_seen_neither_by_rows_nor_by_columns(app: Flask) -> None:
    with app.app_context(), arrow.moment() as seen:
        begin_write()
        db.session.execute(delete(TimeStandard))
        commit()
        count = seen.execute(select(func.count()).select_from(TimeStandard)).scalar_one()
        columns = list(seen.batches(select(TimeStandard.id, TimeStandard.step)))
        assert sum(batch.num_rows for batch in columns) == count > 0


def test_a_column_without_any_value_keeps_its_kind(app: Flask) -> None:
    """SQLite's driver takes a column for numbers as long as it has seen nothing in it."""
    query = select(Office.id, Office.code, Office.province_code, Office.zone_code)
    query = query.where(Office.province_code.is_(None))
    with app.app_context(), arrow.moment() as seen:
        for condition in (Office.zone_code.is_not(None), Office.code == "?"):
            asked = query.where(condition)
            found = list(seen.batches(asked))
            rows = [row for batch in found for row in zip(*_values(batch), strict=True)]
            assert sorted(rows) == sorted(map(tuple, db.session.execute(asked)))
            kinds = [[str(field.type)[:3] for field in batch.schema] for batch in found]
            assert kinds in ([], [["int", "str", "str", "int"]])


def _values(batch: Any) -> list[list[Any]]:
    return [column.to_pylist() for column in batch.columns]


def test_rows_that_ended_too_early_are_no_answer(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[Any] = []

    class Child(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            children.append(self)

    monkeypatch.setattr(subprocess, "Popen", Child)
    number = select(literal(1).label("n")).cte("number", recursive=True)
    number = number.union_all(select(number.c.n + 1).where(number.c.n < MANY))
    with app.app_context():
        with arrow.moment() as seen:
            batches = seen.batches(select(number.c.n, literal("x" * 200)))
            next(batches)
            children[0].kill()
            with pytest.raises(arrow.Unread):
                list(batches)
        assert children[0].returncode is not None
        with arrow.moment() as seen:
            rows = sum(batch.num_rows for batch in seen.batches(select(number.c.n)))
            assert rows == MANY
