"""Rows that changed since they were rolled up: as they are, and as they were before.

Rows of the ledger change together in pairs: all of a message and a member, since the first
dissemination decides when a recipient passed on; all of a message and a channel, since the first
one carries the channel's potential.  Before a pair is changed for the first time in an epoch, its
rows are copied (by triggers, in the same transaction).  What a question has gained since an epoch
is its answer over the pairs as they are, less its answer over the same pairs as they were.
"""

# ruff: noqa: S608 (all parts are names and constants of the code)
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sqlglot
from sqlglot import exp

from registry.facts.schema import COLUMNS, MARK, PRESENCE

Side = Literal["now", "before", "members"]
SIDES: dict[Side, int] = {"now": 1, "before": -1}
"""What is added, and what is taken away."""
MEMBER, CHANNEL = "member_id", "channel_id"
"""What a message is paired with."""
PAIRED = {"recipient": (MEMBER,), "dissemination": (MEMBER, CHANNEL)}
"""Tables whose changes touch pairs, and which; a pair with a member has rows of both."""
TOUCHES = "fact_touch"
SOME_EPOCH = 9_900_000_030
"""Stands for any epoch; see :mod:`registry.facts.blanks`."""


@dataclass(frozen=True)
class Touched:
    """Of the paired tables only the rows of pairs that were touched after an epoch.

    Attributes:
        side: as they are now, or as they were; or every row of the members whom they are about.
        pair: what the message is paired with.
    """

    side: Side
    pair: str
    epoch: int = SOME_EPOCH


def of_pair(pair: str, alias: str) -> str:
    """SQL that holds for pairs of a kind; true or false, of which PostgreSQL expects a half each
    as long as nobody has counted them: of a text it would expect a few, and plan for those.
    """
    return f"{alias}.with_channel" if pair == CHANNEL else f"NOT {alias}.with_channel"


def images_of(name: str) -> str:
    """The table that holds rows of a paired table as they were."""
    return f"fact_before_{name}"


def copied(name: str, row: str) -> str:
    """The columns of a row as an image keeps them."""
    marked = PRESENCE.get(name, ())
    return ", ".join(
        f"CASE WHEN {row}.\"{column}\" IS NOT NULL THEN '{MARK}' END"
        if column in marked
        else f'{row}."{column}"'
        for column in COLUMNS[name]
    )


def only_touched(tree: exp.Expression, touched: Touched, dialect: str) -> None:
    """Have a query read touched rows in place of the paired tables.

    All rows of a pair are there: what narrows them to messages with rows in some months is dropped.
    """
    for narrowed in list(tree.find_all(exp.In)):
        query = narrowed.args.get("query")
        of_messages = narrowed.this.name == "message_id" and not isinstance(
            narrowed.parent, exp.Not
        )
        if query and of_messages and any(one.name in PAIRED for one in query.find_all(exp.Table)):
            narrowed.replace(exp.true())
    for found in list(tree.find_all(exp.Table)):
        if found.name in PAIRED:
            sql = _rows(found.name, touched, fenced=dialect == "postgres")
            rows = sqlglot.parse_one(sql, dialect=dialect, into=exp.Select)
            found.replace(rows.subquery(found.alias_or_name))


def _rows(name: str, touched: Touched, *, fenced: bool) -> str:
    """SQL of a paired table's touched rows.

    ``fenced`` has PostgreSQL look up each pair by the index, however it joins what it has found.
    """
    pair, after = touched.pair, f"epoch > {touched.epoch}"
    columns = ", ".join(f'd."{column}"' for column in COLUMNS[name])
    known = f"FROM {TOUCHES} AS k WHERE {of_pair(pair, 'k')} AND k.{after}"
    if touched.side == "members":
        return f"SELECT {columns} FROM {name} AS d WHERE d.member_id IN (SELECT k.key_id {known})"
    if touched.side == "now":
        pairs = f"(SELECT DISTINCT k.message_id, k.key_id {known})"
        same = f"d.message_id = p.message_id AND d.{pair} = p.key_id"
        if fenced:
            found = f"LATERAL (SELECT * FROM {name} AS r WHERE {same.replace('d.', 'r.')} OFFSET 0)"
            return f"SELECT {columns} FROM {pairs} AS p CROSS JOIN {found} AS d"
        # In this order: SQLite does not know that few pairs are touched.
        return f"SELECT {columns} FROM {pairs} AS p CROSS JOIN {name} AS d WHERE {same}"
    earlier = "k.epoch < d.epoch OR (k.epoch = d.epoch AND k.writer < d.writer)"
    own = f"k.message_id = d.message_id AND k.key_id = d.{pair}"
    return (
        f"SELECT {columns} FROM {images_of(name)} AS d WHERE {of_pair(pair, 'd')} AND d.{after} "
        f"AND NOT EXISTS (SELECT 1 {known} AND {own} AND ({earlier}))"
    )


def changed_months(pair: str, epoch: int) -> str:
    """SQL of months and provinces whose figures the pairs change, and the last epoch of that."""
    name = "recipient" if pair == MEMBER else "dissemination"
    return (
        "SELECT month, province, MAX(epoch) FROM ("
        f"SELECT d.month, d.province_code AS province, k.epoch FROM {TOUCHES} AS k "
        f"CROSS JOIN {name} AS d WHERE {of_pair(pair, 'k')} AND k.epoch > {epoch} "
        f"AND d.message_id = k.message_id AND d.{pair} = k.key_id "
        f"UNION ALL SELECT month, province_code, epoch FROM {images_of(name)} AS i "
        f"WHERE {of_pair(pair, 'i')} AND i.epoch > {epoch}) AS changed GROUP BY month, province"
    )
