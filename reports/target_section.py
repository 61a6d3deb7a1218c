"""Targets in the report, on its page and in the workbook: as they were when it was closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from registry.documents.workbook import Sheet
from registry.i18n import day
from reports.narrative import is_met, share_of
from reports.report import Report
from reports.wording import ABSENT, title_of, with_unit

TARGET_NAMES = ("name", "place", "target", "value", "share", "met", "source")
"""What a row of the table says, in the order of its columns."""


def target_said(report: Report, measure: str) -> str:
    """The target of a card and how much of it was reached; empty where there is none."""
    aim, value = report.context.target(measure, report.place), report.value(measure)
    if aim is None:
        return ""
    target = with_unit(measure, aim.value)
    if value is None:
        return str(_("Target %(target)s", target=target))
    share = share_of(aim, value)
    return str(_("Target %(target)s, %(share)s %% of it reached", target=target, share=share))


def printed_targets(report: Report) -> dict[str, Any] | None:
    """The table of the PDF, with the sources below it; None where no target was set."""
    if not report.context.targets:
        return None
    *heads, source = target_heads()
    sides = ("left", "left", "right", "right", "right", "left")
    shapes = zip(heads, sides, (4, 2.8, 2.6, 2.6, 2, 2), strict=True)
    rows = list(target_rows(report))
    sources = "; ".join(dict.fromkeys(row[-1] for row in rows))
    return {
        "title": _title(report),
        "columns": [
            {"title": title, "align": side, "width": width} for title, side, width in shapes
        ],
        "rows": [row[:-1] for row in rows],
        "note": f"{target_note()} {source}: {sources}",
    }


def sheet_of_targets(report: Report, heading: list[str]) -> Iterator[Sheet]:
    """The sheet of the workbook: a target in each row."""
    if report.context.targets:
        title = _title(report)
        yield Sheet(
            _("Targets"),
            target_heads(),
            target_rows(report),
            title=title,
            subtitle=heading,
            notes=[target_note()],
        )


def _title(report: Report) -> str:
    return str(_("Targets of fiscal year %(year)s", year=report.period.fiscal_year))


def target_note() -> str:
    """What the table compares."""
    return str(_("The figures are those of this period; the targets are for the whole year."))


def target_heads() -> list[str]:
    """Titles of the columns."""
    titles = (_("Figure"), _("Place"), _("Target"), _("Value"), _("Per cent of the target"))
    return [*titles, _("Target met"), _("Source")]


def target_rows(report: Report) -> Iterator[list[str]]:
    """What is said of each target; see ``TARGET_NAMES``."""
    for aim in report.context.targets:
        value = report.book.value(aim.measure, aim.cut)
        yield [
            title_of(aim.measure),
            report.names.of(aim.cut),
            with_unit(aim.measure, aim.value),
            with_unit(aim.measure, value),
            ABSENT if value is None else share_of(aim, value),
            ABSENT if value is None else str(_("met") if is_met(aim, value) else _("not yet")),
            f"{aim.source} ({day(aim.day)})",
        ]
