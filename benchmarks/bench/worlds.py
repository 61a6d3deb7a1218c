"""The ground of the benches of figures: one simulated world of people, messages and facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.bench import ground, processes
from benchmarks.bench.figures import Goal, Report, machine, summary, versions_of
from benchmarks.bench.ground import Registry, Say
from benchmarks.bench.processes import Contender, Facts
from registry.periods.calendar import to_bangkok_date, utc_now


@dataclass(frozen=True)
class World:
    """How large it is; ``facts`` are the rows of the ledger, ``months`` those they lie in."""

    members: int
    messages: int
    facts: int
    months: int

    def below(self, other: World) -> bool:
        """Whether it is smaller in anything."""
        return any(mine < theirs for mine, theirs in zip(*map(_sizes, (self, other)), strict=True))


def _sizes(world: World) -> Sequence[int]:
    return tuple(asdict(world).values())


STATED, SMALL = World(1_000_000, 7_500, 50_000_000, 120), World(400, 60, 4_000, 12)


@dataclass(frozen=True)
class Wish:
    """What was asked for.

    Attributes:
        goals: whether the size is the one for which goals are stated.
        database: ``sqlite``, or the address of a PostgreSQL server.
        keep: the folder to keep the world in for the next time.
        say: hears what is being done.
        superset: whether Superset is installed and measured, too.
        busy: on what it runs, and how busy that was before.
    """

    world: World
    runs: int
    goals: bool
    database: str
    keep: Path | None
    say: Say
    superset: bool = False
    busy: Facts = field(default_factory=machine)


@dataclass(frozen=True)
class Place:
    """An instance folder with the address of its database; work in it is a process of its own."""

    instance: Path
    url: str

    def run(self, module: str, *arguments: object) -> Facts:
        """Let a module of the benchmarks work here.

        Raises:
            Refused: it failed.
        """
        own = processes.settings(self.instance, self.url)
        return processes.run(module, *arguments, environment=own)

    def contender(self, name: str, module: str, *arguments: object) -> Contender:
        """One who does that every time."""
        return Contender(name, lambda: self.run(module, *arguments))


@contextmanager
def filled(wish: Wish, folder: Path, world: World | None = None) -> Iterator[Registry]:
    """The wish's world, or another one, made unless it is kept."""
    size = world or wish.world
    more = (size.messages, size.facts, size.months, last_day())
    kept = wish.keep is not None
    with ground.registry(
        folder, size.members, wish.database, wish.say, keep=kept, by="world", more=more
    ) as made:
        yield made


def last_day() -> date:
    """The end of the month before this one: rollups know months up to the present one."""
    return to_bangkok_date(utc_now()).replace(day=1) - timedelta(days=1)


@contextmanager
def itself(wish: Wish) -> Iterator[tuple[Registry, Place]]:
    """The world itself, for those who only read."""
    with ground.folder(wish.keep) as folder, filled(wish, folder) as made:
        yield made, Place(made.instance, made.store.url)


@contextmanager
def changed(wish: Wish) -> Iterator[tuple[Registry, Place]]:
    """A copy of the world, for those who change it."""
    with itself(wish) as (made, _whole), made.copy() as (instance, url):
        yield made, Place(instance, url)


def report(
    name: str,
    wish: Wish,
    contenders: Iterable[Contender],
    versions: Mapping[str, str],
    figures: Mapping[str, Any],
    goals: Iterable[Goal],
) -> Report:
    """What a bench of figures says."""
    ones = list(contenders)
    found = {
        **asdict(wish.world),
        "runs": wish.runs,
        "database": wish.database.partition(":")[0],
        "machine": wish.busy,
        **{one.name: summary(one) for one in ones},
        **figures,
    }
    used = versions_of(ones, "sqlalchemy", "flask", "duckdb") | dict(versions)
    return Report(name, used, found, [one.told() for one in goals] if wish.goals else [])
