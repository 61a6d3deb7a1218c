"""A process that closes a period, or issues it anew, and is killed at a named step."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

STEPS = {
    "facts": ("reports.drafting", "seal_facts"),
    "figures": ("reports.figures", "compute"),
    "manifest": ("reports.manifest", "write"),
    "documents": ("reports.drafting", "_render"),
    "finish": ("reports.drafting", "finish"),
    "enter": ("reports.closing", "enter"),
    "rename": ("reports.closing", "settle"),
}
"""Functions of a closing, in its order; ``settle`` is called before and, for the rename, after."""


LARGEST = 10_000
"""Bytes that a file may have on a disk that is ``full``."""


def die(*_args: object, **_more: object) -> None:
    """Stop at once, without any tidying."""
    os.kill(os.getpid(), signal.SIGKILL)


def after(calls: int, function: Callable[..., Any], stop: Callable[..., Any]) -> Callable[..., Any]:
    """The function for its first calls, then the end; the work of the last call is done first."""
    made = 0

    def counted(*args: Any, **more: Any) -> Any:
        nonlocal made
        made += 1
        if made > calls:
            return stop(*args, **more)
        return function(*args, **more)

    return counted


def main(url: str, instance: str, code: str, step: str = "", reason: str = "") -> None:
    """Close a period, or issue it anew for a reason; be killed at a step, where one is named."""
    import importlib

    import pytest

    from registry import create_app
    from registry.audit.services import Actor
    from tests.closed import lighten
    from tests.stage import settings_for

    app = create_app(settings_for(Path(instance), url))
    if step == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    elif step:
        module, name = STEPS[step]
        place = importlib.import_module(module)
        calls = 1 if step == "rename" else 0
        setattr(place, name, after(calls, getattr(place, name), die))
    lighten(pytest.MonkeyPatch())
    with app.app_context():
        from reports.closing import close, reissue

        if reason:
            reissue(Actor.system("cli"), code, reason)
        else:
            close(Actor.system("cli"), code)
