"""Many rows at once, past the ORM: one statement's cost per row, whatever the database.

SQLite takes them by ``executemany``, PostgreSQL by ``COPY``.  Values are those that the model
takes (moments, days, lists, texts to encrypt); defaults are not filled in, so every column that
needs a value is named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Any, cast

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    LargeBinary,
    SQLColumnExpression,
    Table,
    Text,
    any_,
    bindparam,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

from registry.db import WRITE, ReadOnlyTransaction, Utc, db

CHUNK = 2_000
TOGETHER = 200
"""Rows of one statement on SQLite, whose index of names is written out after each statement."""
ROOM_KB = 40 * 1024
DAYS = 4_096
"""Days and moments come again and again; others, encrypted ones above all, must not."""
Row = Sequence[Any]
Convert = Callable[[Any], Any]
Model = type[DeclarativeBase] | Table


def among(
    column: SQLColumnExpression[Any], values: Collection[int] | Collection[str]
) -> ColumnElement[bool]:
    """Whether a column has one of any number of values, which go to the database as one."""
    ordered = sorted(values)
    if db.engine.dialect.name == "postgresql":
        kind = Integer if isinstance(cast("ColumnElement[Any]", column).type, Integer) else Text
        return column == any_(literal(ordered, ARRAY(kind)))
    listed = func.json_each(orjson.dumps(ordered).decode()).table_valued("value")
    return column.in_(select(listed.c.value))


def insert_once(model: type[DeclarativeBase]) -> Any:
    """An INSERT that can say ``on_conflict_do_nothing``: each database has a word of its own."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(model)


def insert_rows(model: Model, names: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows whose values come in the order of ``names``.

    Raises:
        sqlalchemy.exc.IntegrityError: a constraint of the table refuses a row.
    """
    insert_ready(model, names, ready_rows(model, names, rows))


def insert_ready(model: Model, names: Sequence[str], ready: Iterable[Row]) -> None:
    """Insert rows that :func:`ready_rows` made, perhaps before the transaction began.

    Raises:
        sqlalchemy.exc.IntegrityError: a constraint of the table refuses a row.
    """
    table = _table(model)
    put = _copy if db.engine.dialect.name == "postgresql" else _execute_many
    for some in _chunks(ready):
        put(table, names, some)


def update_rows(model: Model, names: Sequence[str], rows: Iterable[Row]) -> None:
    """Set columns of rows, each told by its id: values in the order of ``id`` and ``names``."""
    table = _table(model)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    statement = update(table).where(table.c.id == bindparam("row_id")).values(values)
    keys = ["row_id", *(f"new_{name}" for name in names)]
    for some in _chunks(dict(zip(keys, row, strict=True)) for row in rows):
        db.session.connection().execute(statement, some)


def make_room() -> None:
    """Let SQLite keep more of its indexes in memory on this connection, for many writes."""
    if db.engine.dialect.name == "sqlite":
        db.session.connection().exec_driver_sql(f"PRAGMA cache_size=-{ROOM_KB}")


def keep_in_memory() -> None:
    """Let PostgreSQL hash a list of a million ids until the transaction ends.

    What it thinks too big for its memory it reads once more for every row.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL work_mem = '64MB'"))


def reserve_ids(model: Model, count: int) -> Iterator[int]:
    """Ids that nobody else gets while this transaction writes, the lowest first."""
    table = _table(model)
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        wanted = text(
            "SELECT nextval(pg_get_serial_sequence(:t, 'id')) FROM generate_series(1, :n)"
        )
        return iter(list(connection.scalars(wanted, {"t": table.name, "n": count})))
    last = connection.scalar(select(func.max(table.c.id))) or 0
    return iter(range(last + 1, last + 1 + count))


def ready_rows(model: Model, names: Sequence[str], rows: Iterable[Row]) -> Iterator[Row]:
    """The rows as the driver takes them: encrypted, with the columns' own conversions applied.

    None is NULL in every column, one of JSON too.
    """
    steps = _conversions(_its_table(model), names)
    for row in rows:
        ready = list(row)
        for place, convert in steps:
            if ready[place] is not None:
                ready[place] = convert(ready[place])
        yield tuple(ready)


def _conversions(table: Table, names: Sequence[str]) -> list[tuple[int, Convert]]:
    found = ((place, _conversion(table.c[name].type)) for place, name in enumerate(names))
    return [(place, convert) for place, convert in found if convert is not None]


def _conversion(kind: TypeEngine[Any]) -> Convert | None:
    dialect = db.engine.dialect
    if isinstance(kind, TypeDecorator) and isinstance(kind.impl_instance, LargeBinary):
        return partial(kind.process_bind_param, dialect=dialect)
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(DAYS)(convert) if convert and isinstance(kind, (Date, Utc)) else convert


def _table(model: Model) -> Table:
    if not db.session().info.get(WRITE):
        raise ReadOnlyTransaction("a write came without begin_write()")
    db.session.flush()
    return _its_table(model)


def _its_table(model: Model) -> Table:
    return model if isinstance(model, Table) else cast(Table, model.__table__)


def _execute_many(table: Table, names: Sequence[str], rows: list[Any]) -> None:
    columns = ", ".join(f'"{name}"' for name in names)
    row = f"({', '.join('?' * len(names))})"
    for start in range(0, len(rows), TOGETHER):
        some = rows[start : start + TOGETHER]
        places = ", ".join([row] * len(some))
        statement = f'INSERT INTO "{table.name}" ({columns}) VALUES {places}'  # noqa: S608 - our own names
        db.session.connection().exec_driver_sql(statement, tuple(chain.from_iterable(some)))


def _copy(table: Table, names: Sequence[str], rows: list[Any]) -> None:
    from psycopg import errors, sql

    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    cursor: Any = db.session.connection().connection.cursor()
    try:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except errors.IntegrityError as error:
        raise IntegrityError("COPY", None, error, hide_parameters=True) from None


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    some: list[Any] = []
    for row in rows:
        some.append(row)
        if len(some) == CHUNK:
            yield some
            some = []
    if some:
        yield some
