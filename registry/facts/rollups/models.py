"""Tables of rollups: one per fact, made from the catalogue; and the marks of what changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from registry.db import Base
from registry.facts.cuts import NUMBERS
from registry.facts.rollups.catalogue import NOWHERE, ROLLED, Rolled
from registry.facts.schema import COLUMNS
from registry.facts.touched import PAIRED, TOUCHES, images_of

OPEN_END = 999_999
"""The last month of a mark that has no end."""


class FactMark(Base):
    """Partitions that changed since they were rolled up.

    Attributes:
        epoch: counts the moments from which a folder read.  On SQLite a mark is
            written once an epoch; on PostgreSQL by each statement, so that no two writers meet.
        month, until: the first and the last month, inclusive.
        province: ``NOWHERE`` stands for all of them.
        at: when the facts changed.
    """

    __tablename__ = "fact_mark"
    __table_args__ = (Index("ix_fact_mark", "mark", "month", "province"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    mark: Mapped[str] = mapped_column(String(16))
    month: Mapped[int]
    until: Mapped[int]
    province: Mapped[str] = mapped_column(String(2), default=NOWHERE)
    at: Mapped[datetime]


class FactState(Base):
    """The one row that tells where folding stands.

    Attributes:
        epoch: the one at hand; see :class:`FactMark`.
        settled: the last epoch of which all touches are in the rollups.
        ready: whether the rollups were ever made whole; until then facts alone are read.
        folder, folding_until: who folds, and until when nobody else may.
        rebuilt_at, proved_at: when all was last made anew, and last compared with the facts.
        differing: how many cells differed at that comparison.
    """

    __tablename__ = "fact_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(default=1)
    settled: Mapped[int] = mapped_column(default=0)
    ready: Mapped[bool] = mapped_column(default=False)
    folder: Mapped[str | None] = mapped_column(String(40))
    folding_until: Mapped[datetime | None]
    rebuilt_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]
    differing: Mapped[int | None]


class FactMonth(Base):
    """A month of a fact that was rolled up at least once, and when last.

    Attributes:
        epoch: the last one of which all touches are in it.
    """

    __tablename__ = "fact_month"

    fact: Mapped[str] = mapped_column(String(16), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    folded_at: Mapped[datetime]
    epoch: Mapped[int] = mapped_column(default=0)


TOUCH = Table(
    TOUCHES,
    Base.metadata,
    Column("epoch", Integer, nullable=False),
    Column("writer", BigInteger, nullable=False),
    Column("with_channel", Boolean, nullable=False),
    Column("message_id", Integer, nullable=False),
    Column("key_id", Integer, nullable=False),
    Index("ix_fact_touch_pair", "message_id", "key_id", "with_channel", "epoch"),
    Index("ix_fact_touch_epoch", "epoch"),
)
"""Pairs that were changed in an epoch; see :mod:`registry.facts.touched`.  Two transactions at once
(on PostgreSQL) may both note one, each under its own number."""


def _image(name: str) -> Table:
    columns = Base.metadata.tables[name].columns
    return Table(
        images_of(name),
        Base.metadata,
        Column("epoch", Integer, nullable=False),
        Column("writer", BigInteger, nullable=False),
        Column("with_channel", Boolean, nullable=False),
        *(Column(key, columns[key].type, nullable=columns[key].nullable) for key in COLUMNS[name]),
        Index(f"ix_{images_of(name)}", "epoch"),
    )


IMAGES = {name: _image(name) for name in PAIRED}
"""Rows of touched pairs as they were when an epoch first touched them."""


def _kind(dimension: str) -> TypeEngine[Any]:
    return Integer() if dimension in NUMBERS else String(32)


def _table(rolled: Rolled, cuboid: str) -> Table:
    name = f"rollup_{rolled.name}_{cuboid}"
    return Table(
        name,
        Base.metadata,
        *(Column(key, _kind(key)) for key in rolled.keys(cuboid)),
        *(
            Column(one.name, LargeBinary() if one.distinct else BigInteger())
            for one in rolled.kept(cuboid)
        ),
        Index(f"ix_{name}", "month", "province"),
    )


TABLES = {
    name: {cuboid: _table(rolled, cuboid) for cuboid in rolled.cuboids}
    for name, rolled in ROLLED.items()
}
"""The tables of each fact by cuboid: a row per cell, a column per component.  What is counted once
each (distinct) is a compressed bitmap of its keys."""

ONCE = Table(
    "rollup_once",
    Base.metadata,
    Column("component", String(32), nullable=False),
    Column("length", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("zone", Integer),
    Column("province", String(2)),
    Column("number", BigInteger, nullable=False),
    Index("ix_rollup_once", "component", "length", "month"),
)
"""Distinct things of standard periods, by the months of their length and their first month; see
:mod:`registry.facts.rollups.once`."""
