"""The virtual environment of the peers, apart from Sang's own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from registry.errors import Refused

PEERS = Path(__file__).parent / "peers"


def peer_python(place: Path, say: Callable[[str], None], folder: str = "") -> Path:
    """The interpreter with the pinned peers; installed unless it is there.

    Args:
        folder: below ``peers``, of a peer that has an environment of its own.

    Raises:
        Refused: they could not be installed.
    """
    pins = PEERS / folder / "requirements.txt"
    home, pinned = place / f"peers{folder and '-'}{folder}", pins.read_text()
    python, whole = home / "bin" / "python", home / "whole"
    if whole.exists() and whole.read_text() == pinned:
        return python
    say("installing the peers into an environment of their own")
    _do(sys.executable, "-m", "venv", "--clear", str(home))
    _do(str(python), "-m", "pip", "install", "--quiet", "--requirement", str(pins))
    whole.write_text(pinned)
    return python


def _do(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Refused(f"the peers could not be installed ({last}); --without-peer leaves them out")
