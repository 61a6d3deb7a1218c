"""Triggers that copy the rows of a pair before they are changed for the first time in an epoch.

They run for each row on both databases, in the transaction of the change.  On PostgreSQL a writer
holds a shared lock from its first touch to its end, so that an epoch can be ended at a moment at
which nobody is in the midst of one; see :func:`registry.facts.rollups.turn.Turn.moment`.
"""

# ruff: noqa: S608 (all parts are names and constants of the code)
from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from registry.facts.schema import COLUMNS
from registry.facts.touched import CHANNEL, MEMBER, PAIRED, TOUCHES, copied, images_of, of_pair

VERBS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
"""Changes, and the rows whose pairs they touch."""
LOCK = 5_346_101
"""The advisory lock of writers who touch, on PostgreSQL."""


def install(connection: Connection) -> None:
    """Make the triggers."""
    make = _make_sqlite if connection.dialect.name == "sqlite" else _make_postgresql
    for table in PAIRED:
        for verb in VERBS:
            for statement in make(table, verb):
                connection.execute(text(statement))


def remove(connection: Connection) -> None:
    """Take the triggers away; changes are then not seen, so a rebuild must follow."""
    for table in PAIRED:
        for verb in VERBS:
            drop(connection, _name(table, verb))


def drop(connection: Connection, name: str) -> None:
    """Take a trigger away, on PostgreSQL with its function, which has the same name."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
    else:
        connection.execute(text(f"DROP FUNCTION IF EXISTS {name}() CASCADE"))


def _name(table: str, verb: str) -> str:
    return f"fact_touch_{table}_{verb.lower()}"


def _epoch(side: str, pair: str) -> str:
    """SQL of the epoch at hand, if it has not touched the pair of a changed row yet."""
    own = f"k.message_id = {side}.message_id AND k.key_id = {side}.{pair}"
    return (  # + 0: by the index of pairs, since all touches may be of one epoch
        f"SELECT e.epoch FROM fact_state AS e WHERE NOT EXISTS (SELECT 1 FROM {TOUCHES} AS k "
        f"WHERE {of_pair(pair, 'k')} AND k.epoch + 0 = e.epoch AND {own})"
    )


def _inserts(side: str, pair: str, source: str, writer: str) -> Iterator[str]:
    """A pair's rows are copied, then it is noted, if ``source`` gives an epoch ``e`` for it."""
    begun = f"{writer}, {str(pair == CHANNEL).upper()}"
    for name in PAIRED if pair == MEMBER else ("dissemination",):
        columns = ", ".join(f'"{column}"' for column in COLUMNS[name])
        yield (
            f"INSERT INTO {images_of(name)} (epoch, writer, with_channel, {columns}) "
            f"SELECT e.epoch, {begun}, {copied(name, 'd')} FROM {source} "
            f"CROSS JOIN {name} AS d "
            f"WHERE d.message_id = {side}.message_id AND d.{pair} = {side}.{pair}"
        )
    yield (
        f"INSERT INTO {TOUCHES} (epoch, writer, with_channel, message_id, key_id) "
        f"SELECT e.epoch, {begun}, {side}.message_id, {side}.{pair} FROM {source}"
    )


def _pairs(table: str, verb: str) -> Iterator[tuple[str, str]]:
    for side in VERBS[verb]:
        yield from ((side, pair) for pair in PAIRED[table])


def _differs(table: str, unlike: str) -> str:
    return " OR ".join(f'OLD."{name}" {unlike} NEW."{name}"' for name in COLUMNS[table])


def _make_sqlite(table: str, verb: str) -> Iterator[str]:
    when = f"WHEN {_differs(table, 'IS NOT')} " if verb == "UPDATE" else ""
    statements = [
        statement
        for side, pair in _pairs(table, verb)
        for statement in _inserts(side, pair, f"({_epoch(side, pair)}) AS e", "0")
    ]
    body = "; ".join(statements)
    yield f"CREATE TRIGGER {_name(table, verb)} BEFORE {verb} ON {table} {when}BEGIN {body}; END"


def _at_once(side: str, pair: str) -> str:
    """One statement, so that copies and note rest on one moment: others touch pairs meanwhile."""
    *copies, note = _inserts(side, pair, "e", "txid_current()")
    parts = ", ".join(f"c{number} AS ({copy})" for number, copy in enumerate(copies))
    return f"WITH e AS MATERIALIZED ({_epoch(side, pair)}), {parts} {note}"


def _make_postgresql(table: str, verb: str) -> Iterator[str]:
    name, when = _name(table, verb), ""
    if verb == "UPDATE":
        when = f"WHEN ({_differs(table, 'IS DISTINCT FROM')}) "
    body = "; ".join(_at_once(side, pair) for side, pair in _pairs(table, verb))
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
        f"PERFORM pg_advisory_xact_lock_shared({LOCK}); {body}; "
        f"RETURN {VERBS[verb][-1]}; END $body$"
    )
    yield (
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
        f"FOR EACH ROW {when}EXECUTE FUNCTION {name}()"
    )
