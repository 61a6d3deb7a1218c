"""What ibis wrote is kept: in this process, and in a folder for all the others.

ibis takes from 30 to 500 ms for one of our expressions, ten times what a database takes to answer
it.  What it writes depends on the code and on the shape of the question alone, so whoever asks
first after an update waits for it, and nobody else does.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from flask import current_app

import registry
from registry.settings import Settings

Asked = ParamSpec("Asked")
Sql = TypeVar("Sql", str, list[str])
SHAPES = 4_000
STALE_DAYS = 30
"""After so many days without a new shape, what an older version wrote is taken away."""


def written(write: Callable[Asked, Sql]) -> Callable[Asked, Sql]:
    """Keep the SQL that a function writes; its arguments are shapes of questions."""

    @lru_cache(maxsize=SHAPES)
    @wraps(write)
    def found(*args: Any, **kwargs: Any) -> Sql:
        path = _folder() / f"{_name(f'{write.__module__}.{write.__qualname__}', args, kwargs)}.json"
        try:
            known: Sql = json.loads(path.read_bytes())
        except (OSError, ValueError):
            known = write(*args, **kwargs)
            _keep(path, known)
        return known

    return found  # type: ignore[return-value]


def _name(function: str, args: tuple[Hashable, ...], kwargs: dict[str, Hashable]) -> str:
    """A name for what a function is asked; sets are told in a fixed order."""
    asked = json.dumps([function, args, kwargs], default=_plain, sort_keys=True)
    return blake2b(asked.encode(), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return [
            type(value).__name__,
            *(getattr(value, one.name) for one in dataclasses.fields(value)),
        ]
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _folder() -> Path:
    settings: Settings = current_app.extensions["sang_settings"]
    return settings.sql / CODE


def _code() -> str:
    root = Path(registry.__file__).parent
    digest = blake2b(f"{version('ibis-framework')} {version('sqlglot')}".encode(), digest_size=8)
    for path in sorted(root.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


CODE = _code()
"""A name for all that SQL depends on beside the question: our code as it was loaded (an update may
lie in its place since), and who writes for it."""


def _keep(path: Path, sql: str | list[str]) -> None:
    """Write a file whole or not at all; where it cannot be kept, it is written anew next time."""
    try:
        if not path.parent.exists():
            for folder in (
                path.parents[2],
                path.parents[1],
                path.parent,
            ):  # nobody else writes there
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _tidy(path.parents[1])
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        part.write_text(json.dumps(sql))
        part.replace(path)
    except OSError:
        current_app.logger.warning("%s cannot be written", path.parent, exc_info=True)


def _tidy(root: Path) -> None:
    before = time.time() - STALE_DAYS * 24 * 60 * 60
    for folder in root.iterdir():
        if folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)
