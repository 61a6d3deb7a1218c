"""What a bench found: medians with their spread, ratios, goals; as text or as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import median
from typing import Any, Literal

from benchmarks.bench.processes import Contender, Facts

MEASURED = ("seconds", "cpu", "rss_mb")
SPREAD = ("median", "min", "max")


@dataclass(frozen=True)
class Goal:
    """A figure and the bound that it must keep, both inclusive."""

    name: str
    value: float
    bound: float
    side: Literal["≥", "≤"]

    def told(self) -> dict[str, Any]:
        """The goal as JSON tells it."""
        holds = self.value >= self.bound if self.side == "≥" else self.value <= self.bound
        goal = f"{self.side} {self.bound:g}"
        return {"name": self.name, "value": round(self.value, 2), "goal": goal, "holds": holds}


@dataclass(frozen=True)
class Report:
    """All that a bench says."""

    bench: str
    versions: dict[str, str]
    figures: dict[str, Any]
    goals: list[dict[str, Any]]

    def json(self) -> dict[str, Any]:
        """The report as JSON tells it."""
        return asdict(self)

    def lines(self) -> Iterable[str]:
        """The report as people read it."""
        yield f"{self.bench} · " + ", ".join(f"{k} {v}" for k, v in self.versions.items())
        for name, value in self.figures.items():
            if isinstance(value, Mapping):
                yield from (f"  {name} {key}: {_text(one)}" for key, one in value.items())
            else:
                yield f"{name}: {_text(value)}"
        for goal in self.goals:
            verdict = "holds" if goal["holds"] else "MISSED"
            yield f"{verdict}: {goal['name']} {goal['value']} (goal {goal['goal']})"


def _text(value: Any) -> str:
    if isinstance(value, Mapping) and set(value) == set(SPREAD):
        return f"{value['median']:g} ({value['min']:g} to {value['max']:g})"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    return str(value)


def summary(contender: Contender) -> dict[str, Any]:
    """Median, least and most of what was measured; all else as the last run reported it."""
    last = contender.outcomes[-1]
    measured = {name for name in last if name in MEASURED or name.endswith("_seconds")}
    spreads = {name: _spread(contender.outcomes, name) for name in last if name in measured}
    kept = {name: last[name] for name in last if name not in measured | {"versions"}}
    return spreads | kept


def _spread(outcomes: Sequence[Facts], name: str) -> dict[str, float]:
    values = [one[name] for one in outcomes]
    numbers = (median(values), min(values), max(values))
    return dict(zip(SPREAD, (round(number, 3) for number in numbers), strict=True))


def ratio(slow: Contender, fast: Contender, what: str = "seconds") -> float:
    """How many times the median of one is that of the other.

    Args:
        what: ``seconds`` of the clock, or ``cpu``, which a busy machine distorts less.
    """
    return _median(slow, what) / _median(fast, what)


def _median(contender: Contender, what: str) -> float:
    return float(median(one[what] for one in contender.outcomes))


def ratios(slow: Contender, fast: Contender) -> dict[str, float]:
    """The ratio of two contenders, by the clock and by the processors."""
    return {what: round(ratio(slow, fast, what), 2) for what in ("seconds", "cpu")}


def most_memory(contender: Contender) -> float:
    """The most that a run's process ever held, in MB."""
    return float(max(one["rss_mb"] for one in contender.outcomes))


def versions_of(contenders: Iterable[Contender], *packages: str) -> dict[str, str]:
    """Versions of Python, of packages here and of what the contenders say they used."""
    found = {"python": platform.python_version()} | {name: version(name) for name in packages}
    for one in contenders:
        found |= one.outcomes[-1].get("versions", {})
    return found


def machine() -> dict[str, Any]:
    """On what it ran, and how busy that was before the first run."""
    return {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 2)}
