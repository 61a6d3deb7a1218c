"""The child that reads the database by columns; the parent is :mod:`registry.arrow`.

On its input come requests, a line of JSON each: an ``address`` first, then a ``statement`` to be
carried out or the ``sql`` of rows, which leave as a stream of Arrow.  A line with the number of
rows ends each answer: a stream that was cut off looks like one that ended.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import BinaryIO

import pyarrow as pa

BATCH = 100_000
"""Rows that SQLite's driver holds at once."""


def main(driver: str, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there is no further request."""
    address = json.loads(requests.readline())["address"]
    with importlib.import_module(f"adbc_driver_{driver}.dbapi").connect(address) as reader:
        _end(answers, 0)
        for line in requests:
            asked = json.loads(line)
            with reader.cursor() as cursor:
                if "sql" in asked:
                    if driver == "sqlite":
                        options = {"adbc.sqlite.query.batch_rows": str(BATCH)}
                        cursor.adbc_statement.set_options(**options)
                    cursor.execute(asked["sql"])
                    _end(answers, _sent(cursor.fetch_record_batch(), asked["skipped"], answers))
                else:
                    cursor.execute(asked["statement"])
                    cursor.fetchall()
                    _end(answers, 0)


def _sent(found: pa.RecordBatchReader, skipped: int, answers: BinaryIO) -> int:
    """Send the rows but the first few; how many they were."""
    rows = 0
    with pa.ipc.new_stream(answers, found.schema) as stream:
        for batch in found:
            rest = batch.slice(skipped)
            skipped = 0
            stream.write_batch(rest)
            rows += rest.num_rows
    return rows


def _end(answers: BinaryIO, rows: int) -> None:
    answers.write(b"%d\n" % rows)
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
