"""Running a module in a process of its own, with limits and without secrets.

A file made to harm can ask its parser for more memory and time than there is; here that ends the
child alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def run_child(module: str, arguments: list[str], memory_mb: int, seconds: int) -> dict[str, Any]:
    """What the child answers in JSON; nothing where it came to its limits.

    Args:
        arguments: come first on its command line; memory in MB and CPU seconds follow.
    """
    command = [sys.executable, "-X", "utf8", "-m", module, *arguments, str(memory_mb), str(seconds)]
    keep = {key: os.environ[key] for key in ("PYTHONPATH",) if key in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            cwd=ROOT,
            env={"PYTHONDONTWRITEBYTECODE": "1", **keep},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds + 5,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
    except (subprocess.TimeoutExpired, ValueError):
        return {}
