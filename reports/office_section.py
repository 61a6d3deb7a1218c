"""The offices' own words in the report and the workbook: how many came in, and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registry.documents.workbook import Column, Sheet, Style
from registry.periods.office_report_due import STANDING_NAMES
from registry.periods.office_report_models import FREQUENCY_NAMES, Frequency
from reports.office_words import TEXTS, OfficeWords
from reports.report import Report

TITLE = _l("Reports of the offices")
TEXT_NAMES = {
    "results": _l("Results"),
    "obstacles": _l("Problems and obstacles"),
    "suggestions": _l("Suggestions"),
}


def printed_words(report: Report) -> dict[str, Any] | None:
    """What the PDF shows of it, ready to print; None where no office owed a report."""
    if not report.words:
        return None
    heads = [_("Zone"), _("Expected"), _("Handed in"), _("On time"), _("Handed in late")]
    zones = list(_by_zone(report))
    return {
        "title": str(TITLE),
        "columns": [
            {"title": str(title), "align": "right" if place else "left", "width": 2 - (place > 0)}
            for place, title in enumerate([*heads, _("Confirmed by the head")])
        ],
        "rows": [[zone, *_counts(rows)] for zone, rows in zones],
        "total": [_("Whole country"), *_counts(list(report.words))],
        "zones": [_zone(zone, rows) for zone, rows in zones],
    }


def _by_zone(report: Report) -> Iterator[tuple[str, list[OfficeWords]]]:
    for zone, rows in groupby(report.words, key=lambda one: one.zone):
        name = report.names.of(f"zone={zone}") if zone is not None else "–"
        yield name, list(rows)


def _counts(rows: list[OfficeWords]) -> list[str]:
    received = [one for one in rows if one.received]
    late = sum(one.on_time is False for one in received)
    confirmed = sum(one.confirmed for one in rows)
    counts = (len(rows), len(received), len(received) - late, late, confirmed)
    return [f"{count:,}" for count in counts]


def _zone(name: str, rows: list[OfficeWords]) -> dict[str, Any]:
    missing = [one.name for one in rows if not one.received]
    return {
        "name": name,
        "offices": [
            {
                "name": one.name,
                "state": str(STANDING_NAMES[one.standing]),
                "texts": [
                    {"title": str(TEXT_NAMES[part]), "lines": text.splitlines()}
                    for part in TEXTS
                    if (text := getattr(one, part))
                ],
            }
            for one in rows
            if one.received
        ],
        "missing": _("Not handed in: %(names)s", names=", ".join(missing)) if missing else "",
    }


def sheet_of_words(report: Report, heading: list[str]) -> Iterator[Sheet]:
    """The sheet of the workbook: an office in each row."""
    if not report.words:
        return
    short = [_("Office"), _("Zone"), _("Province"), _("Reports"), _("State"), _("Submitted on")]
    texts = [Column(str(title), Style.TEXT, 60) for title in TEXT_NAMES.values()]
    yield Sheet(
        str(TITLE),
        [*map(str, short), _("On time"), _("Confirmed by the head"), *texts],
        [
            [
                one.name,
                report.names.of(f"zone={one.zone}") if one.zone is not None else None,
                report.names.of(f"province={one.province_code}") if one.province_code else None,
                str(FREQUENCY_NAMES[Frequency(one.frequency)]),
                str(STANDING_NAMES[one.standing]),
                one.submitted_on,
                _yes(one.on_time),
                _yes(one.confirmed),
                *(getattr(one, part) for part in TEXTS),
            ]
            for one in report.words
        ],
        title=str(TITLE),
        subtitle=heading,
    )


def _yes(value: bool | None) -> str | None:
    return None if value is None else str(_("yes") if value else _("no"))
