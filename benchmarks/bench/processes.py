"""Timed work in processes of their own, so that each has its own memory and a cold start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry.errors import Refused

ROOT = Path(__file__).resolve().parents[2]
LIMITS = {"SANG_PARSER_SECONDS": "600"}
"""A busy machine must not fail a run; all other settings are those of every installation."""
Facts = dict[str, Any]


def run(
    module: str,
    *arguments: object,
    python: Path | str = sys.executable,
    environment: Mapping[str, str] | None = None,
) -> Facts:
    """Run a module of the benchmarks and take what its :class:`Meter` reports.

    Raises:
        Refused: it failed; the sentence ends with its own last words.
    """
    words = [str(python), "-X", "utf8", "-m", f"benchmarks.bench.{module}", *map(str, arguments)]
    own = {**_outside(), **(environment or {})}
    done = subprocess.run(words, cwd=ROOT, env=own, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise Refused(f"the bench's {module} failed: {last}")
    facts: Facts = json.loads(done.stdout.splitlines()[-1])
    return facts


def _outside() -> dict[str, str]:
    """The environment without Sang's own settings: a bench never touches an instance."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SANG_")}


def settings(instance: Path, url: str) -> dict[str, str]:
    """The environment of Sang on a registry of the bench."""
    named = {"SANG_ENV": "demo", "SANG_INSTANCE": str(instance), "SANG_DATABASE_URL": url}
    return named | LIMITS


@dataclass
class Contender:
    """One who does the work of a bench: ``product``, ``peer`` or ``floor``.

    Attributes:
        work: does it once, and gives what its process reported.
        outcomes: what was reported, by run.
    """

    name: str
    work: Callable[[], Facts]
    outcomes: list[Facts] = field(default_factory=list)


def interleave(contenders: list[Contender], runs: int, say: Callable[[str], None]) -> None:
    """Let all of them work in turn, so that a noisy minute strikes all alike."""
    for number in range(1, runs + 1):
        for one in contenders:
            facts = one.work()
            one.outcomes.append(facts)
            say(f"run {number} of {runs}: {one.name} {facts['seconds']:.2f} s")
