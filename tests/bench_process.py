"""Work of the benchmarks in processes of :mod:`tests.nursery`: starting Python takes longer."""

from __future__ import annotations

import json
import os
import runpy
import sys
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path

from benchmarks.bench import processes
from registry.errors import Refused
from tests.nursery import Child


def run(
    module: str, *arguments: object, environment: Mapping[str, str] | None = None
) -> processes.Facts:
    """In place of ``benchmarks.bench.processes.run``, for modules that this Python runs.

    Raises:
        Refused: it failed; the sentence ends with its own last words.
    """
    own = {**processes._outside(), **(environment or {})}
    with tempfile.TemporaryDirectory(prefix="sang-bench-said-") as place:
        said = Path(place) / "said"
        child = Child(
            _work, f"benchmarks.bench.{module}", list(map(str, arguments)), own, str(said)
        )
        code, wrong = child.wait(600)
        if code != 0:
            last = (wrong.strip().splitlines() or [f"exit code {code}"])[-1]
            raise Refused(f"the bench's {module} failed: {last}")
        facts: processes.Facts = json.loads(said.read_text().splitlines()[-1])
    return facts


def _work(module: str, words: list[str], environment: dict[str, str], said: str) -> None:
    os.chdir(processes.ROOT)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *words]
    with Path(said).open("w") as file, redirect_stdout(file):
        runpy.run_module(module, run_name="__main__", alter_sys=True)
