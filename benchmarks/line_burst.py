"""A burst of LINE events against a running server: nothing may be lost, nothing done twice.

    python -m benchmarks.line_burst --database sqlite
    python -m benchmarks.line_burst --database postgresql://…/postgres

Members write to the bot, ``--rate`` events a second for ``--seconds``; a part of all requests comes
again, at once or a second later, as LINE redelivers.  In the middle the worker is killed.  At the
end each event must have been handled, and every word must stand in the log exactly once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import PriorityQueue
from statistics import quantiles
from typing import Any

import click
from sqlalchemy import text

from benchmarks.bench.databases import store_of
from benchmarks.bench.processes import settings as environment_of
from registry.db import migration_engine
from registry.errors import Refused

SECRET = "line-burst-secret"  # noqa: S105 - of a server that lives for a minute
SERVE = "from registry.cli import main; main()"
MEMBERS, BATCH, SENDERS = 100, 5, 8
PATIENCE = 900
"""Seconds after the burst in which all must be handled."""


@dataclass
class Sent:
    """What the senders saw.

    Attributes:
        waits: seconds until each answer.
        faults: answers other than 200, and connections that failed; each was sent again.
    """

    waits: list[float] = field(default_factory=list)
    faults: int = 0
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, seconds: float, good: bool) -> None:
        """Note an answer."""
        with self.lock:
            self.requests += 1
            self.waits.append(seconds)
            self.faults += not good


def fill() -> None:
    """An empty registry with members whose LINE accounts are linked."""
    from registry import create_app
    from registry.admin_commands import prepare
    from registry.db import db, unit_of_work

    app = create_app()
    with app.app_context():
        prepare()
        with unit_of_work():
            _add_members()
        db.session.remove()
        db.engine.dispose()


def _add_members() -> None:
    from sqlalchemy import select

    from registry.access.models import Office
    from registry.audit.services import Actor
    from registry.db import db
    from registry.members.services import register
    from registry.members.values import MemberValues
    from registry.outbox.line_links import link

    office = db.session.scalars(select(Office).where(Office.code == "P50")).one()
    actor, day = Actor.system("cli"), date(2025, 10, 1)
    for number in range(MEMBERS):
        values = MemberValues(f"สมาชิก{number}", "50", "village_volunteer", last_name="ทดลอง")
        link(actor, register(actor, office, values, on=day), _user(number))


def _user(number: int) -> str:
    return f"U{number:032x}"


def _event(number: int) -> dict[str, Any]:
    return {
        "type": "message",
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": _user(number % MEMBERS)},
        "webhookEventId": f"01H{number:023d}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"{number:032x}",
        "message": {"id": f"{number:018d}", "type": "text", "text": f"คำที่ {number}"},
    }


def _request(first: int) -> tuple[bytes, dict[str, str]]:
    events = [_event(number) for number in range(first, first + BATCH)]
    body = json.dumps({"destination": "U0", "events": events}).encode()
    digest = hmac.digest(SECRET.encode(), body, hashlib.sha256)
    headers = {"x-line-signature": base64.b64encode(digest).decode()}
    return body, headers | {"Content-Type": "application/json"}


def plan(rate: int, seconds: int, repeats: float, dice: random.Random) -> list[tuple[float, int]]:
    """When which request is sent, by the number of its first event; repeats among them."""
    planned = []
    for first in range(0, rate * seconds, BATCH):
        at = first / rate
        planned.append((at, first))
        if dice.random() < repeats:
            planned.append((at + dice.choice([0.0, 1.0]), first))
    return sorted(planned)


def burst(port: int, planned: list[tuple[float, int]]) -> Sent:
    """Send as planned, by several connections; what fails is sent again, as LINE does."""
    sent, waiting = Sent(), PriorityQueue[tuple[float, int]]()
    for one in planned:
        waiting.put(one)
    requests = {first: _request(first) for _at, first in planned}
    start = time.monotonic()

    def sender() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        while not waiting.empty():
            at, first = waiting.get()
            time.sleep(max(0.0, start + at - time.monotonic()))
            began = time.monotonic()
            good = _post(connection, *requests[first])
            sent.note(time.monotonic() - began, good)
            if not good:
                connection.close()
                waiting.put((at + 1, first))

    threads = [threading.Thread(target=sender) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sent


def _post(connection: HTTPConnection, body: bytes, headers: dict[str, str]) -> bool:
    try:
        connection.request("POST", "/line/webhook", body, headers)
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException):
        return False
    return response.status == 200


@contextmanager
def server(environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """``sang serve`` with its workers."""
    command = [sys.executable, "-c", SERVE, "serve", "--port", str(port)]
    log = Path(environment["SANG_INSTANCE"]) / "serve.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)  # noqa: S603
        try:
            _wait_for(port, process)
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.25)
        if process.poll() is not None:
            break
    raise Refused("the server did not start")


def kill_worker(parent: int) -> bool:
    """Kill the outbox worker of a server that this run started; whether there was one."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for child in map(int, children):
        if b"outbox" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(child, signal.SIGKILL)
            return True
    return False


def left_over(environment: dict[str, str]) -> Counter[str]:
    """Events by state, and words by how often they stand in the log (``word ×1``)."""
    code = "from benchmarks.line_burst import count; count()"
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return Counter(json.loads(done.stdout.splitlines()[-1]))


def count() -> None:
    """Print what :func:`left_over` reads, in a process that has the registry's settings."""
    from sqlalchemy import func, select

    from registry import create_app
    from registry.db import db
    from registry.outbox.line_models import Inbound, LineEvent

    with create_app().app_context():
        states = select(LineEvent.state, func.count()).group_by(LineEvent.state)
        found = {str(state): number for state, number in db.session.execute(states)}
        often = Counter(Counter(db.session.scalars(select(Inbound.text))).values())
    click.echo(json.dumps(found | {f"word ×{times}": number for times, number in often.items()}))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(url: str, instance: Path, rate: int, seconds: int, repeats: float) -> dict[str, Any]:
    """One burst; what came of it.

    Raises:
        Refused: something was lost or done twice.
    """
    named = environment_of(instance, url) | {"SANG_LINE_CHANNEL_SECRET": SECRET}
    environment = {**os.environ, **named}
    filling = [sys.executable, "-c", "from benchmarks.line_burst import fill; fill()"]
    subprocess.run(filling, env=environment, check=True, capture_output=True)  # noqa: S603
    planned = plan(rate, seconds, repeats, random.Random(4))  # noqa: S311 - a plan, no secret
    port, expected = _free_port(), rate * seconds
    with server(environment, port) as process:
        killer = threading.Timer(seconds / 2, kill_worker, [process.pid])
        killer.start()
        began = time.monotonic()
        sent = burst(port, planned)
        burst_seconds = time.monotonic() - began
        _until_handled(environment, expected)
        handled_after = time.monotonic() - began
        found = left_over(environment)
    waits = quantiles(sent.waits, n=100)
    facts = {
        "events": expected,
        "requests": sent.requests,
        "repeated": sent.requests - expected // BATCH,
        "faults": sent.faults,
        "burst_seconds": round(burst_seconds, 1),
        "handled_after_seconds": round(handled_after, 1),
        "answer_ms": {"p50": round(waits[49] * 1000, 1), "p95": round(waits[94] * 1000, 1),
                      "max": round(max(sent.waits) * 1000, 1)},
        "found": dict(found),
    }  # fmt: skip
    if found != Counter({"done": expected, "word ×1": expected}):
        raise Refused(f"something was lost or done twice: {facts}")
    return facts


def _until_handled(environment: dict[str, str], expected: int) -> None:
    """Wait until no event waits, asking the database as cheaply as can be."""
    engine = migration_engine(environment["SANG_DATABASE_URL"])
    handled = text("select count(*) from line_event where state <> 'waiting'")
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with engine.connect() as connection:
            if int(connection.scalar(handled) or 0) >= expected:
                break
        time.sleep(1)
    engine.dispose()


@click.command()
@click.option("--database", default="sqlite", help="sqlite, or the address of a server.")
@click.option("--rate", default=100, help="Events a second.")
@click.option("--seconds", default=60, help="How long.")
@click.option("--repeats", default=0.2, help="Which part of the requests comes again.")
def main(database: str, rate: int, seconds: int, repeats: float) -> None:
    """A burst of LINE events against a running server."""
    with tempfile.TemporaryDirectory(prefix="sang-line-") as folder:
        store = store_of(database, Path(folder))
        store.create()
        try:
            facts = run(store.url, Path(folder), rate, seconds, repeats)
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from None
        finally:
            store.remove()
        click.echo(json.dumps({**store.version(), **facts}, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
