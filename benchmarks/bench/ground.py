"""Where a bench works: a folder with a filled registry and a sheet, kept between runs or not."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import processes
from benchmarks.bench.databases import Store, store_of
from benchmarks.bench.signup import write_sheet

Say = Callable[[str], None]
MAKERS = ("benchmarks/bench/people.py", "benchmarks/bench/crowd.py", "benchmarks/bench/signup.py",
          "registry/migrations/versions/*.py")  # fmt: skip
SIMULATED = ("benchmarks/simulate/*.py", "benchmarks/bench/work/simulated.py")
FURTHER = {
    "simulated": SIMULATED,
    "world": (*SIMULATED, "benchmarks/bench/work/world.py", "registry/facts/components.py",
              "registry/facts/schema.py", "registry/facts/rollups/catalogue.py"),
}  # fmt: skip
KEYS = ("data_key.txt", "secret_key.txt")
FILES = "facts"


@dataclass(frozen=True)
class Size:
    """How large the work is: rows of the sheet, members registered before."""

    rows: int
    members: int


@contextmanager
def folder(keep: Path | None) -> Iterator[Path]:
    """The folder to work in: the one to keep, or one that is gone afterwards."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="sang-bench-") as made:
        yield Path(made)


def sheet(place: Path, size: Size, say: Say) -> Path:
    """The sheet; written unless a whole one is there."""
    stem = f"sheet-{size.rows}-{size.members}"
    path = place / f"{stem}-{_fingerprint()}.xlsx"
    if not path.exists():
        say(f"writing a sheet of {size.rows:,} rows")
        for old in place.glob(f"{stem}-*"):
            old.unlink()
        half = path.with_suffix(".part")
        write_sheet(half, size.rows, size.members)
        half.rename(path)
    return path


@contextmanager
def registry(
    place: Path, members: int, database: str, say: Say, *, keep: bool, by: str = "fill",
    more: Sequence[object] = (),
) -> Iterator[Registry]:  # fmt: skip
    """The filled registry; filled unless a whole one of the same making is there.

    Args:
        by: the module of ``work`` that fills it: ``fill`` by the services, as the importer does;
            ``simulated`` by the loader, with accounts; ``world`` with facts, too.
        more: what that module is told after the number of members.
    """
    name, told = {"fill": "registry"}.get(by, by), (members, *more)
    instance = place / "-".join([name, *map(str, told), database.partition(":")[0]])
    store = store_of(database, instance)
    whole, made = instance / "whole", _fingerprint(by)
    try:
        if not (whole.exists() and whole.read_text() == made and store.exists()):
            say(f"registering {members:,} made-up members")
            shutil.rmtree(instance, ignore_errors=True)
            instance.mkdir()
            store.create()
            processes.run(f"work.{by}", *told, environment=processes.settings(instance, store.url))
            whole.write_text(made)
        yield Registry(store, instance, place)
    finally:
        if not keep:
            store.remove()


def _fingerprint(by: str = "fill") -> str:
    """What the data are made by; with other makers the kept ones are made anew."""
    makers = (*MAKERS, *FURTHER.get(by, ()))
    paths = sorted(path for pattern in makers for path in processes.ROOT.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:12]


@dataclass(frozen=True)
class Registry:
    """The filled registry of which every run has a copy of its own."""

    store: Store
    instance: Path
    place: Path

    @contextmanager
    def copy(self) -> Iterator[tuple[Path, str]]:
        """Instance folder and address of a fresh copy; both gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="run-", dir=self.place) as made:
            run = Path(made)
            for name in KEYS:
                shutil.copyfile(self.instance / name, run / name)
            if (self.instance / FILES).exists():  # none is ever changed, only replaced
                shutil.copytree(self.instance / FILES, run / FILES, copy_function=os.link)
            with self.store.copy(run) as url:
                yield run, url
