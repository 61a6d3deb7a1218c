"""Whether a reading is right: every value is the truth or asked about, and no row is lost."""

from __future__ import annotations

from typing import Any

from importers.analysis import Analysis
from importers.codes import Severity
from importers.reading.grid import column_letter
from importers.results import RowResult
from tests.importers.fuzz.made import Expected, Made


def faults(made: Made, analysis: Analysis) -> list[str]:
    """What is wrong with a reading; empty when nothing is."""
    read = {result.row: result for result in analysis.rows}
    found = []
    for expected in made.expected:
        result = read.pop(expected.row, None)
        if result is None:
            found.append(f"row {expected.row} lost")
        else:
            found += _row_faults(expected, result)
    found += [f"row {row} invented: {result.values}" for row, result in read.items()]
    return found + _unaccounted(made, analysis)


def _unaccounted(made: Made, analysis: Analysis) -> list[str]:
    skipped = {item.row for item in analysis.skipped}
    return [f"row {row} not told" for row in sorted(made.noise - skipped)]


def _row_faults(expected: Expected, result: RowResult) -> list[str]:
    found = [] if result.also == expected.also else [f"row {expected.row}: also {result.also}"]
    for name, truth in expected.values.items():
        value = result.values.get(name)
        asked = _asked(expected, result, name)
        needless = asked and name in expected.where and name not in expected.doubtful
        if _same(name, value, truth) and not needless:
            continue
        if value in (None, truth) and asked and name in expected.doubtful | _about(expected):
            continue
        original = [result.originals.get(p.column) for p in result.problems if p.code in asked]
        found.append(f"row {expected.row} {name}: {value!r} for {truth!r} {asked} {original}")
    return found


def _about(expected: Expected) -> set[str]:
    """Values that hang on a doubtful one: nothing is known of a tambon whose amphoe is unread."""
    levels = ["province_code", "district_code", "subdistrict_code"]
    for place, name in enumerate(levels):
        if name in expected.doubtful:
            return set(levels[place:])
    return set()


def _asked(expected: Expected, result: RowResult, name: str) -> list[str]:
    letters = {column_letter(index) for index in expected.where.get(name, ())}
    if name in _about(expected):
        letters |= {column_letter(i) for f in _about(expected) for i in expected.where.get(f, ())}
    whole_row = not {name, *(_about(expected) if name in _about(expected) else ())} <= set(
        expected.where
    )
    return [
        problem.code
        for problem in result.problems
        if problem.severity >= Severity.QUESTION
        and problem.cell.rstrip("0123456789") in letters | ({""} if whole_row else set())
    ]


def _same(name: str, value: Any, truth: Any) -> bool:
    if name == "activity" and truth:
        return bool(str(value).removeprefix("โครงการ").strip() == truth)
    if name == "channels" and value and truth:
        return bool(_channels(value) == _channels(truth))
    return bool(value == truth)


def _channels(channels: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((one["kind"], one["name"], one["url"] or "", one["audience"]) for one in channels)
