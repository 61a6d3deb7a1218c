"""Apache Superset as a peer: installed once, its own database made once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from benchmarks.bench import processes
from benchmarks.bench.ground import Say
from benchmarks.bench.peer_environment import PEERS, peer_python
from benchmarks.bench.processes import Contender
from registry.errors import Refused

FOLDER, HITS = "superset", 40


def superset(folder: Path, url: str, say: Say) -> Contender:
    """One who answers a chart from Superset's cache.

    Args:
        folder: where Superset is installed.
        url: of the database that holds the facts.

    Raises:
        Refused: it could not be installed.
    """
    python = peer_python(folder, say, FOLDER)
    home = folder / FOLDER
    own = {
        "BENCH_SUPERSET": str(home),
        "SUPERSET_CONFIG_PATH": str(PEERS / FOLDER / "config.py"),
        "FLASK_APP": "superset",
    }
    if not (home / "whole").exists():
        home.mkdir(exist_ok=True)
        for words in (["db", "upgrade"], ["init"]):
            _do([str(python.with_name("superset")), *words], own)
        (home / "whole").touch()

    def work() -> processes.Facts:
        return processes.run(f"peers.{FOLDER}.cached", url, HITS, python=python, environment=own)

    return Contender(FOLDER, work)


def _do(words: list[str], own: dict[str, str]) -> None:
    done = subprocess.run(words, env=os.environ | own, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Refused(f"Superset could not be set up ({last}); leave out --superset")
