"""Deliveries by LINE with faults, kills and a lost answer: each must have exactly one effect.

    python -m benchmarks.faults.outbox
    python -m benchmarks.faults.outbox --database postgresql://…/postgres

It makes a database of its own, and removes it.  Half of the deliveries are pushes to groups, one
request each; half are members by multicast.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

import click
from flask import Flask
from sqlalchemy import func, select

from benchmarks.bench.databases import store_of
from registry import create_app
from registry.bulk import insert_rows, reserve_ids
from registry.channels.models import Channel, ChannelKind
from registry.db import db, unit_of_work
from registry.messages.models import Publication
from registry.outbox.deliveries import Target, make_deliveries
from registry.outbox.line_models import LineGroup
from registry.outbox.models import SendingRequest, Way
from registry.vault import keyed_hash
from tests import cast as players
from tests import outbox_world
from tests.line_server import AFTER, Fault, Line, group_id, line_server, user_id
from tests.stage import build, settings_for

ROOT = Path(__file__).parents[2]
SHARE = 0.05
PATIENCE = 3_600.0
"""Seconds until a run counts as stuck."""


@dataclass
class Outcome:
    """What a run came to; ``wrong`` are recipients with another number of effects than one."""

    deliveries: int
    seconds: float = 0.0
    kills: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    states: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)
    repeated: int = 0
    publications: int = 0

    @property
    def holds(self) -> bool:
        """Whether everybody got everything once, and nothing is left under way."""
        return not self.wrong and self.states == {"sent": self.deliveries}


class Plan:
    """Which sending meets which fault; the tenth loses its answer whatever chance says."""

    def __init__(self, seed: int, outcome: Outcome) -> None:
        self.chance, self.outcome = random.Random(seed), outcome  # noqa: S311 - faults, no secrets

    def __call__(self, number: int) -> Fault | None:
        faults = [fault for fault in Fault if fault not in {Fault.REDIRECT, Fault.GARBLED}]
        fault = self.chance.choice(faults) if self.chance.random() < SHARE else None
        fault = Fault.CUT_AFTER if number == 10 else fault
        if fault:
            self.outcome.faults[fault.value] += 1
        return fault


def run(
    app: Flask, url: str, deliveries: int, *, seed: int = 7, kills: int = 2, workers: int = 2
) -> Outcome:
    """Send so many deliveries by several processes at once, of which the first is killed.

    The database is the app's, and is empty but for the cast of the tests.
    """
    outcome = Outcome(deliveries)
    with line_server(slow_seconds=3.0) as line:
        line.fault = Plan(seed, outcome)
        with app.app_context():
            expected = _world(deliveries)
        started = time.monotonic()
        with app.app_context(), _outboxes(app, url, line, workers) as outboxes:
            _watch(line, outboxes.kill, outcome, kills)
        outcome.seconds = time.monotonic() - started
        _judge(app, line, expected, outcome)
    return outcome


def _world(deliveries: int) -> set[str]:
    """Make everything that is to be sent; returns the ids at LINE that must have one effect."""
    groups = deliveries // 2
    with unit_of_work():
        channels = _groups(groups)
        for some in (channels[start : start + 50] for start in range(0, groups, 50)):
            release = outbox_world.release(channels=some)
            make_deliveries(release, [Target(Way.LINE, f"c:{one}", one) for one in some])
        bot = outbox_world.bot_channel()
        people = outbox_world.people(deliveries - groups, bot)
        each = max(len(people) // 20, 25)
        for start in range(0, len(people), each):
            outbox_world.to_members(outbox_world.release(), bot, people[start : start + each])
    return {user_id(one) for one in people} | {group_id(one) for one in channels}


def _groups(count: int) -> list[int]:
    """LINE groups of an office with the bot in them."""
    twin, now = players.channel("P50"), datetime.now(UTC)
    ids = list(reserve_ids(Channel, count))
    names = ("id", "office_id", "kind", "name", "opened_on", "created_at", "version")
    kind, since = ChannelKind.LINE_GROUP.value, outbox_world.SINCE
    insert_rows(
        Channel, names, ((one, twin.office_id, kind, f"กลุ่ม {one}", since, now, 1) for one in ids)
    )
    columns = ("channel_id", "group_id", "group_hash", "room", "joined_at", "count_due_at")
    far = datetime(2199, 1, 1, tzinfo=UTC)
    insert_rows(
        LineGroup,
        columns,
        ((one, group_id(one), keyed_hash(group_id(one)), False, now, far) for one in ids),
    )
    return ids


class Outboxes:
    """The outbox processes, and the one that makes them."""

    def __init__(self, app: Flask, url: str, line: Line, count: int) -> None:
        instance = str(app.extensions["sang_settings"].instance)
        words = ["-m", "benchmarks.faults.worker", url, instance, line.url, line.token]
        self.nursery = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.numbers = [self._start() for _ in range(count)]

    def _start(self) -> int:
        asked, told = cast(IO[str], self.nursery.stdin), cast(IO[str], self.nursery.stdout)
        asked.write("start\n")
        asked.flush()
        return int(told.readline())

    def kill(self) -> None:
        """kill -9 of the first, and a new one in its place."""
        os.kill(self.numbers[0], signal.SIGKILL)
        self.numbers[0] = self._start()

    def end(self) -> None:
        """Tell all of them to stop."""
        for number in self.numbers:
            os.kill(number, signal.SIGTERM)
        self.nursery.communicate(timeout=60)


@contextmanager
def _outboxes(app: Flask, url: str, line: Line, count: int) -> Iterator[Outboxes]:
    outboxes = Outboxes(app, url, line, count)
    try:
        yield outboxes
    finally:
        outboxes.end()


def _watch(line: Line, kill: Callable[[], None], outcome: Outcome, kills: int) -> None:
    """Kill while requests are under way, then wait until nothing is."""
    requests = outcome.deliveries // 2
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if outcome.kills < kills and line.number > requests * (outcome.kills + 1) // (kills + 1):
            outcome.kills += 1
            kill()
        elif not _open():
            return
        time.sleep(0.05)


def _open() -> int:
    """Deliveries that wait or are under way."""
    states = outbox_world.states()
    return states.get("queued", 0) + states.get("sending", 0)


def _judge(app: Flask, line: Line, expected: set[str], outcome: Outcome) -> None:
    outcome.answers.update(status for _path, _key, status in line.requests)
    found = {**dict.fromkeys(expected, 0), **line.effects}
    outcome.wrong = {one: count for one, count in found.items() if count != 1}
    with app.app_context():
        outcome.states = outbox_world.states()
        again = select(func.count()).where(SendingRequest.attempts > 1)
        outcome.repeated = int(db.session.scalar(again) or 0)
        outcome.publications = int(db.session.scalar(select(func.count(Publication.id))) or 0)
        db.session.rollback()


def report(outcome: Outcome) -> list[str]:
    """The run in words."""
    effects = sum(outcome.faults[fault.value] for fault in AFTER)
    return [
        f"deliveries          {outcome.deliveries:>8,}",
        f"seconds             {outcome.seconds:>8,.0f}",
        f"kill -9             {outcome.kills:>8}",
        f"faults              {sum(outcome.faults.values()):>8,}  {dict(outcome.faults)}",
        f"  after the effect  {effects:>8,}",
        f"answers of LINE               {dict(sorted(outcome.answers.items()))}  (0: cut)",
        f"requests repeated   {outcome.repeated:>8,}",
        f"publications        {outcome.publications:>8,}",
        f"deliveries by state           {outcome.states}",
        f"not exactly one     {len(outcome.wrong):>8,}",
    ]


@click.command()
@click.option("--database", default="sqlite", help="sqlite, or the address of a server.")
@click.option("--deliveries", default=10_000, help="How many.")
def main(database: str, deliveries: int) -> None:
    """Send under faults and print the figures; exits 1 if not everybody got everything once."""
    with tempfile.TemporaryDirectory(prefix="sang-faults-") as folder:
        instance = Path(folder)
        store = store_of(database, instance)
        store.create()
        try:
            build(store.url, instance)
            app = create_app(settings_for(instance, store.url))
            outcome = run(app, store.url, deliveries)
            with app.app_context():
                db.engine.dispose()
        finally:
            store.remove()
    for name, version in store.version().items():
        click.echo(f"{name:<19} {version:>8}")
    for line in report(outcome):
        click.echo(line)
    sys.exit(0 if outcome.holds else 1)


if __name__ == "__main__":
    main()
