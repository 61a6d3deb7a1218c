"""The database: one declarative base, and a session that must say when it means to write.

SQLite takes its write lock at the first statement of a writing transaction (``BEGIN
IMMEDIATE``); with the default a read-then-write transaction can lose an update in silence.
Readers use a plain ``BEGIN``, so they never wait for a writer.  The same rule on PostgreSQL
makes readers ``READ ONLY``.  A session is a reader until :func:`begin_write` says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Select,
    create_engine,
    event,
    func,
    literal,
    select,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.orm import registry as orm_registry
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")
WRITE, KNOWN = "sang_write", "sang_known"
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime]):
    """A moment in UTC; naive values are refused, SQLite gives aware ones back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone was about to be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all models."""

    registry = orm_registry(
        metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: Utc}
    )


class ReadOnlyTransaction(RuntimeError):
    """A write was tried without :func:`begin_write`; a programmer's mistake, never a user's."""


_writers: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()


def _writer(engine: Engine) -> Engine:
    """The engine's one writing twin: an uncached one would wait for itself."""
    if engine not in _writers:
        _writers[engine] = engine.execution_options(**{WRITE: True})
    return _writers[engine]


class SangSession(FlaskSession):
    """A session that binds to the writing engine only after its intent was declared."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind = super().get_bind(*args, **kwargs)
        if isinstance(bind, Engine) and self.info.get(WRITE):
            return _writer(bind)
        return bind


db = SQLAlchemy(
    model_class=Base,
    session_options={"class_": SangSession, "autoflush": True},
    disable_autonaming=True,
)


SOME, MANY = 99, 10_000
"""How far things are counted for a sign that stands on every page, and above a long list."""


def count_up_to(most: int, query: Select[Any]) -> int:
    """How many rows a query finds, or one more than ``most``: that many were not counted."""
    rows = query.with_only_columns(literal(1), maintain_column_froms=True).order_by(None)
    some = select(func.count()).select_from(rows.limit(most + 1).subquery())
    return db.session.scalar(some) or 0


def once(what: Hashable, ask: Callable[[], T]) -> T:
    """What ``ask`` finds, asked once in a transaction that reads; always anew while writing."""
    info = db.session().info
    if info.get(WRITE):
        return ask()
    known: dict[Hashable, Any] = info.setdefault(KNOWN, {})
    if what not in known:
        known[what] = ask()
    found: T = known[what]
    return found


def begin_write() -> None:
    """Declare that the next transaction writes; ends the read that may be open.

    Raises:
        ReadOnlyTransaction: unflushed changes are pending in a reading session.
    """
    session = db.session()
    if session.info.get(WRITE):
        return
    if session.new or session.dirty or session.deleted:
        raise ReadOnlyTransaction("begin_write() came after the first change")
    session.rollback()
    session.info[WRITE] = True
    session.begin()


def commit() -> None:
    """Commit; only views, commands and jobs do. The audit link is taken by a hook just before."""
    db.session.commit()


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A writing transaction for commands and jobs: committed at the end, undone on any error."""
    begin_write()
    try:
        yield db.session()
        commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A reading connection of its own, all of whose queries see the same moment."""
    options: dict[str, Any] = {}
    if db.engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with db.engine.connect().execution_options(**options) as connection:
        yield connection


@event.listens_for(SangSession, "after_transaction_end")
def _forget_intent(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(WRITE, None)
        session.info.pop(KNOWN, None)


@event.listens_for(SangSession, "before_flush")
def _flush_needs_intent(session: Session, *_: Any) -> None:
    if not session.info.get(WRITE) and (session.new or session.dirty or session.deleted):
        raise ReadOnlyTransaction("a flush came without begin_write()")


@event.listens_for(SangSession, "do_orm_execute")
def _dml_needs_intent(state: ORMExecuteState) -> None:
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and not state.session.info.get(WRITE):
        raise ReadOnlyTransaction("a write came without begin_write()")


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=30000",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    write = bool(connection.get_execution_options().get(WRITE))
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if write else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _on_begin_postgresql(connection: Connection) -> None:
    """Psycopg sends the attributes with its ``BEGIN``, so they cost no round trip.

    Readers see one moment, as on SQLite: a page asks many questions, and while it does so others
    write, and what they wrote is rolled up.
    """
    from psycopg import IsolationLevel  # noqa: PLC0415 (SQLite does without it)

    write = bool(connection.get_execution_options().get(WRITE))
    raw: Any = connection.connection.dbapi_connection
    raw.read_only = not write
    raw.isolation_level = None if write else IsolationLevel.REPEATABLE_READ


def prepare_engine(engine: Engine) -> None:
    """Give an engine its explicit ``BEGIN``, and SQLite its pragmas."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    else:
        event.listen(engine, "begin", _on_begin_postgresql)


def engine_options(url: str) -> dict[str, Any]:
    """Options of the engine: waiting for SQLite's lock, noticing PostgreSQL's dead connections.

    Parameters stay out of messages of errors, which are logged: they hold names and numbers.
    """
    if url.startswith("sqlite"):
        recycled = 6 * 60 * 60  # what is known of the tables' sizes is read by a new connection
        return {
            "hide_parameters": True,
            "pool_recycle": recycled,
            "connect_args": {"timeout": 30},
        }
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_size": 8,
        "connect_args": {"options": "-c timezone=UTC -c jit=off"},
    }


def migration_engine(url: str) -> Engine:
    """An engine for migrations: always writing, foreign keys left to the migration.

    Its explicit ``BEGIN`` makes SQLite's changes of tables part of the transaction, too.
    """
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA busy_timeout=30000")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def init_app(app: Flask) -> None:
    """Bind the database to the application."""
    settings = app.extensions["sang_settings"]
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.url)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
