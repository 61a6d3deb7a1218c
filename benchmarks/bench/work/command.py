"""A command of ``sang`` in a process of its own: ``command.py facts rebuild --json``."""

from __future__ import annotations

import io
import json
import resource
import sys
from contextlib import redirect_stdout

from benchmarks.bench.meter import Meter
from registry.cli import main as sang


def main(words: list[str]) -> None:
    """Report what it took, and what it said as JSON; starting Python is not in it.

    Raises:
        SystemExit: it failed.
    """
    said = io.StringIO()
    with Meter() as meter, redirect_stdout(said):
        try:
            sang(words)
        except SystemExit as ended:
            if ended.code:
                raise
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    meter.report(largest_child_mb=round(children, 1), said=json.loads(said.getvalue()))


if __name__ == "__main__":
    main(sys.argv[1:])
