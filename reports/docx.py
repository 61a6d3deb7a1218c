"""The report as a Word document: our template or an office's own, filled with sealed numbers."""

from __future__ import annotations

from registry.documents.filling import About, fill
from registry.facts.measures import MEASURES
from registry.i18n import language
from registry.periods.calendar import format_date, format_datetime
from registry.periods.office_report_due import STANDING_NAMES
from reports import layout
from reports.charts import CHARTS, charts_of, pictures_of
from reports.docx_template import our_template
from reports.office_templates.models import WordTemplate
from reports.office_words import TEXTS
from reports.pdf import Data, data_of
from reports.report import Report
from reports.tables import WHOLE, cuts_of
from reports.target_section import TARGET_NAMES, target_rows
from reports.wording import change, shown

LISTS = {
    "zones": "zone",
    "network_types": "network_type",
    "channel_kinds": "channel_kind",
    "provinces": "province",
}
"""Fields that hold a row for each zone, type …, and the dimension of each."""
NO_ROWS: Data = {"rows": [], "note": ""}


def docx_of(report: Report, template: WordTemplate | None = None) -> bytes:
    """The document; the same report and template make the same bytes.

    Args:
        template: an office's own; ours without.

    Raises:
        Refused: the template cannot be filled; one sentence.
    """
    fields, pictures = fields_of(report), pictures_of(charts_of(report))
    about = About(f"{fields['title']} {fields['period']}", fields["office"], report.closed_at)
    if template is None:
        return fill(our_template(), fields, about, pictures=pictures)
    return fill(template.content, fields, about, name=template.name, pictures=pictures)


def fields_of(report: Report) -> Data:
    """All fields with their texts, in the language at hand."""
    data, lang, charts = data_of(report), language(), charts_of(report)
    foreword = data["foreword"] or {"lines": [], "by": ""}
    values = {name: report.value(name) for name in MEASURES}
    changes = data["changes"] or NO_ROWS
    return {
        "title": data["title"],
        "period": data["period"],
        "fiscal_year": str(report.period.fiscal_year),
        "office": data["office"],
        "place": report.names.of(report.place) if report.place is not None else "",
        "revision": str(report.revision),
        "reason": report.reason,
        "closed_at": format_datetime(report.closed_at, lang),
        "kept_until": format_date(report.keep_until, lang, "long"),
        "sha256": report.proof,
        "command": f"sang report verify {report.period.code}",
        "facts": data["facts"],
        "classification": data["classification"] or "",
        "introduction": foreword["lines"],
        "introduction_by": foreword["by"],
        "told": data["told"],
        "summary": data["summary"] if report.place is not None else [],
        "figures": {name: shown(name, value) for name, value in values.items()},
        "changes": {
            name: change(name, value, report.earlier(name)) for name, value in values.items()
        },
        "key": data["cards"],
        "targets": [dict(zip(TARGET_NAMES, row, strict=True)) for row in target_rows(report)],
        "funnel": data["funnel"]["rows"],
        "reach": data["reach"],
        "trend": _trend(report),
        **{name: charts[name].alt if name in charts else "" for name in CHARTS},
        **{name: _rows(report, dimension) for name, dimension in LISTS.items()},
        "whole": _row(report, WHOLE) if report.book.has(layout.KEY[0]) else {},
        "offices": _offices(report),
        "standards": _named(data["standards"], "name", "share", "median"),
        "revised": _named(changes, "name", "before", "after", "change"),
        "revised_note": changes["note"],
        "method": data["method"],
        "definitions": _named(data["definitions"], "name", "rule", "version"),
        "proof": data["proof"]["text"],
    }


def _offices(report: Report) -> list[dict[str, str]]:
    """What the offices that reported say of the period."""
    return [
        {
            "name": one.name,
            "state": str(STANDING_NAMES[one.standing]),
            **{part: getattr(one, part) or "" for part in TEXTS},
        }
        for one in report.words
        if one.received
    ]


def _named(table: Data, *names: str) -> list[dict[str, str]]:
    return [dict(zip(names, row, strict=True)) for row in table["rows"]]


def _trend(report: Report) -> list[dict[str, str]]:
    """A row for each closed period, the earliest first."""
    return [
        {
            "period": book.period.label(language(), "short"),
            **{name: shown(name, report.value(name, book)) for name in layout.TRENDS},
        }
        for book in report.history
    ]


def _rows(report: Report, dimension: str) -> list[dict[str, str]]:
    (table,) = (one for one in layout.TABLES if one.dimension == dimension)
    return [_row(report, cut) for cut in cuts_of(report, table)]


def _row(report: Report, cut: str) -> dict[str, str]:
    dimension = cut.partition("=")[0]
    figures = {name: shown(name, report.book.value(name, cut)) for name in known(dimension)}
    return {"name": report.names.of(cut), **figures}


def known(dimension: str) -> list[str]:
    """The measures that are sealed by a dimension; all of them of the whole."""
    return [name for name, one in MEASURES.items() if not dimension or dimension in one.dimensions]
