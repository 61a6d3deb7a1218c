"""What the importer makes of a file, in the form of ``thirty.json``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from importers.analysis import Analysis, analyse
from importers.options import Options
from importers.reading.parent import read_workbook
from importers.thai.text import key
from tests.importers.golden import cases

TYPES = {
    key(name): code
    for name, code in {
        "อป.มช.": "village_volunteer",
        "หอกระจายข่าว": "loudspeaker",
        "วิทยุชุมชน": "community_radio",
        "สื่อมวลชนท้องถิ่น": "local_press",
    }.items()
}
OPTIONS = Options(cases.TODAY.date(), types=TYPES)


def analysis_of(path: Path) -> Analysis:
    """Read and analyse a file as the golden result was."""
    return analyse(read_workbook(path), OPTIONS)


NOT_OF_THE_SHEET = {"shape", "recalled", "confidence"}
"""What the summary says for the sake of the next sheet with this header."""


def stated(analysis: Analysis) -> dict[str, Any]:
    """The result in plain values."""
    return {
        **{k: v for k, v in analysis.summary().items() if k not in NOT_OF_THE_SHEET},
        "left_out": [[item.row, item.why.value] for item in analysis.skipped],
        "rows": [
            {
                "row": row.row,
                "also": row.also,
                "status": row.status.value,
                "values": plain(row.values),
                "problems": [[p.code.value, p.cell, p.proposal] for p in row.problems],
            }
            for row in analysis.rows
        ],
    }


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON takes them: days in ISO form (C.E.)."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}
