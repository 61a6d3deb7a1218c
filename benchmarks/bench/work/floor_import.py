"""The least that an import can do: read the sheet, insert its rows: ``floor_import.py SHEET URL``.

Python-calamine reads every cell; one bare bulk insert puts the rows into Sang's own table of
members, under its constraints and into all of its indexes.  Values are the cells as they stand:
nothing is checked, matched, encrypted or audited, and only members are written.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geothai
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, create_engine, func, select, text

from benchmarks.bench.meter import Meter
from benchmarks.bench.signup import HEADER, TYPES
from registry.bulk import ROOM_KB
from registry.db import WRITE, engine_options, prepare_engine
from registry.members.models import Member

HEADING = 3
"""Rows above the first person."""
NAMES = ("uid", "kind", "title", "first_name", "last_name", "search_text", "name_key", "name_block",
         "national_id", "national_id_hash", "birth_year", "phone", "line_id", "house_no", "moo",
         "province_code", "postcode", "occupation", "network_type", "joined_activity", "state",
         "office_id", "source", "source_row", "created_at", "updated_at", "version")  # fmt: skip
CODES = {mark + one.name_th: one.code for one in geothai.provinces() for mark in ("", "จ.")}
KINDS = {name: code for code, name in TYPES.items()}


def main(sheet: Path, url: str) -> None:
    """Read and insert."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    before = _members(engine)
    with Meter() as meter:
        rows = CalamineWorkbook.from_path(sheet).get_sheet_by_index(0).to_python()[HEADING:]
        _insert(engine, rows)
    meter.report(brought=_members(engine) - before)


def _members(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Member)) or 0


def _insert(engine: Engine, rows: Sequence[Sequence[Any]]) -> None:
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        office = connection.scalar(text("select min(id) from office"))
        cursor: Any = connection.connection.cursor()
        columns = ", ".join(NAMES)
        if engine.dialect.name == "sqlite":
            cursor.execute(f"PRAGMA cache_size=-{ROOM_KB}")  # as the product has it
            marks = ", ".join("?" * len(NAMES))
            ready = _members_of(rows, office, str(datetime.now(UTC).replace(tzinfo=None)))
            cursor.executemany(f"insert into member ({columns}) values ({marks})", ready)  # noqa: S608
            return
        with cursor.copy(f"copy member ({columns}) from stdin") as copy:
            for row in _members_of(rows, office, datetime.now(UTC)):
                copy.write_row(row)


def _members_of(rows: Sequence[Sequence[Any]], office: int, now: Any) -> Iterator[tuple[Any, ...]]:
    """Rows of the table, in the order of ``NAMES``."""
    for serial, row in enumerate(rows):
        cell = dict(zip(HEADER, row, strict=True))
        first, last, number = cell["ชื่อ"], cell["นามสกุล"], cell["เลขประจำตัวประชาชน"]
        yield (
            *(secrets.token_hex(16), "person", cell["คำนำหน้า"], first, last, first + last),
            *(last + first, last[:4], number.encode(), f"{number}/{serial}"),
            *(int(cell["ปีเกิด (พ.ศ.)"]), str(cell["โทรศัพท์"]), cell["ไอดีไลน์"]),
            *(cell["บ้านเลขที่"], str(cell["หมู่ที่"]), CODES[cell["จังหวัด"]]),
            *(cell["รหัสไปรษณีย์"], cell["อาชีพ"], KINDS[cell["ประเภทเครือข่าย"]]),
            *(cell["กิจกรรมที่เข้าร่วม"], "active", office, "import", serial, now, now, 1),
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
