"""The report as a PDF in the style of a government report, from sealed numbers only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from registry.documents.pdf import render_pdf
from registry.facts.measures import MEASURES
from registry.i18n import language
from registry.periods.calendar import format_date, format_datetime
from reports import layout
from reports.comparing import differences
from reports.maps import maps_of
from reports.narrative import sentences
from reports.office_section import printed_words
from reports.official_information import Classed
from reports.report import Report
from reports.tables import chart_of, cuts_of, rows_of
from reports.target_section import printed_targets
from reports.wording import (
    change,
    change_heads,
    heading_of,
    shown,
    title_of,
    unit_of,
    verdict,
    with_unit,
)

TEMPLATE = Path(__file__).parent / "typst" / "report.typ"
Data = dict[str, Any]


def pdf_of(report: Report, *, thai_digits: bool = False) -> bytes:
    """The document; the same report makes the same bytes.

    Args:
        thai_digits: whether numerals are Thai, but in the proof, which is copied out.
    """
    drawn = maps_of(report)
    shown = [
        {"file": f"/map-{number}.svg", "title": one.title, "alt": one.alt, "legend": one.legend}
        for number, one in enumerate(drawn)
    ]
    data = data_of(report) | {"thai_digits": thai_digits, "maps": shown}
    files = {f"map-{number}.svg": one.svg for number, one in enumerate(drawn)}
    return render_pdf(TEMPLATE, data, created=report.closed_at, files=files)


def data_of(report: Report) -> Data:
    """Everything that the template shows, ready to print, in the language at hand."""
    return {
        **_head(report),
        "titles": _titles(),
        "notes": _notes(),
        "summary": summary_of(report),
        "told": sentences(report),
        "foreword": _foreword(report),
        "targets": printed_targets(report),
        "cards": [_card(report, name) for name in layout.KEY],
        "funnel": _funnel(report),
        "reach": [_card(report, name) for name in layout.REACH],
        "trends": _trends(report),
        "tables": [_table(report, table) for table in layout.TABLES if cuts_of(report, table)],
        "standards": _standards(report),
        "offices": printed_words(report),
        "changes": _changes(report),
        "method": _method(),
        "definitions": _definitions(),
        "proof": _proof(report),
        "signatures": _signatures(),
    }


def _head(report: Report) -> Data:
    period, lang = report.period, language()
    days = [format_date(day, lang, "long") for day in (period.start, period.end)]
    closed, classed = format_datetime(report.closed_at, lang), report.classed
    return {
        "lang": lang,
        "title": _("Report on the public-relations network"),
        "period": f"{period.label(lang)} ({days[0]} – {days[1]})",
        "office": _("Public Relations Department · Bureau of Public Relations Development"),
        "classification": None if classed is None else classed.title,
        "made": _("Period closed · SHA-256 %(hash)s…", hash=report.proof[:16]),
        "words": {"page": _("Page"), "of": _("of")},
        "facts": [
            _fact(_("Status"), _("Period closed, revision %(number)s", number=report.revision)),
            *(
                [_fact(_("Issued anew because"), report.reason)]
                if report.replaced is not None
                else []
            ),
            _fact(_("Closed at"), closed),
            _fact(_("Coverage"), _coverage(report)),
            _fact(_("Kept until"), format_date(report.keep_until, lang, "long")),
            *([] if classed is None else [_fact(_("Disclosure"), _disclosure(classed))]),
        ],
    }


def _coverage(report: Report) -> str:
    if report.place is None:
        return str(_("The provinces that whoever asked for it may see"))
    if report.place:
        return report.names.of(report.place)
    return str(_("The whole country; zones as they were in the period"))


def _fact(name: str, value: str) -> Data:
    return {"name": name, "value": value}


def _disclosure(classed: Classed) -> str:
    """Whether the report may be disclosed, and why."""
    return " · ".join(filter(None, [classed.title, classed.reason]))


def _foreword(report: Report) -> Data | None:
    """The words of the central office; None where it wrote none."""
    said = report.context
    if not said.text:
        return None
    return {"lines": said.text.splitlines(), "by": _("By %(office)s", office=said.office)}


def _titles() -> Data:
    return {
        "contents": _("Contents"),
        "foreword": _("Introduction"),
        "told": _("Summary made by the system"),
        "key": _("Key figures"),
        "funnel": _("From publication to passing on"),
        "reach": _("Reach"),
        "trend": _("Trend of closed periods"),
        "standards": _("Standard times of the handbook"),
        "maps": _("Maps of the provinces"),
        "changes": _("What differs from the revision before"),
        "method": _("How it is counted"),
        "definitions": _("Definitions"),
        "proof": _("Proof"),
    }


def _notes() -> Data:
    return {
        "told": _("Made by rule from the sealed figures; nobody wrote or changed it."),
        "key": _("Changes are against the closed period just before of the same length."),
        "funnel": _(
            "Of the recipients of the period's publications, each member once per message; what "
            "came in until the period was closed is counted."
        ),
        "reach": _("The three kinds of reach answer different questions and are never added up."),
        "trend": _("Sealed figures of consecutive closed periods."),
        "standards": _(
            "Share of the cases with a known time that were within the standard in force on "
            "that day. Medians are interpolated within fixed classes."
        ),
        "maps": _(
            "Each shade holds about as many provinces as any other; blank ones have no figure. "
            "All figures stand in the table by province."
        ),
    }


def summary_of(report: Report) -> list[str]:
    """How many members, networks and messages there were, and how far these came."""
    said = {
        name: shown(name, report.value(name))
        for name in (*layout.KEY, *layout.FUNNEL, *layout.CHANGES, "publications")
    }
    return [
        _(
            "At the end of the period there were %(members_active)s active members in "
            "%(networks_active)s networks; %(members_new)s members joined in the period.",
            **said,
        ),
        _(
            "%(messages_published)s key messages were published %(publications)s times to "
            "%(recipients)s recipients; %(received_rate)s %% are known to have received them and "
            "%(pass_on_rate)s %% passed them on.",
            **said,
        ),
        _(
            "%(messages_corrected)s of the messages were corrected and %(messages_withdrawn)s "
            "withdrawn; the notice went to %(correction_reached_rate)s %% of those who had the "
            "message. %(questions_resolved_rate)s %% of the members' questions are settled.",
            **said,
        ),
    ]


def _card(report: Report, name: str) -> Data:
    value, before = report.value(name), report.earlier(name)
    return {
        "label": str(MEASURES[name].title),
        "value": shown(name, value),
        "unit": "" if value is None else unit_of(MEASURES[name]),
        "change": change(name, value, before),
        "good": verdict(name, value, before),
    }


def _funnel(report: Report) -> Data:
    values = [report.value(name) for name in layout.FUNNEL]
    whole = values[0]
    rows = []
    for name, value in zip(layout.FUNNEL, values, strict=True):
        share = f" ({value / whole * 100:,.1f} %)" if whole and value is not None else ""
        label = str(MEASURES[name].title) + share
        rows.append({"label": label, "value": value, "text": shown(name, value)})
    alt = ", ".join(f"{row['label']} {row['text']}" for row in rows)
    return {"rows": rows, "alt": alt, "top": whole or None}


def _trends(report: Report) -> list[Data]:
    if len(report.history) < 2:
        return []
    labels = [book.period.label(language(), "short") for book in report.history]
    return [_trend(report, name, labels) for name in layout.TRENDS]


def _trend(report: Report, name: str, labels: list[str]) -> Data:
    values = [report.value(name, book) for book in report.history]
    said = [
        f"{label} {with_unit(name, value)}" for label, value in zip(labels, values, strict=True)
    ]
    return {
        "title": heading_of(name),
        "labels": labels,
        "values": values,
        "percent": MEASURES[name].is_share,
        "alt": ", ".join(said),
    }


def _table(report: Report, table: layout.Table) -> Data:
    long = table.dimension == "province"
    rows = [_printed(table, row) for row in rows_of(report, table)]
    whole = rows[-1] if report.book.has(table.columns[0].measure) else None
    return {
        "title": str(table.title),
        "columns": [str(table.first), *(str(column.title) for column in table.columns)],
        "groups": [
            {"title": str(group.title), "span": len(group.columns)} for group in table.groups
        ],
        "rows": rows[:-1] if whole else rows,
        "total": whole,
        "widths": _widths(rows),
        "chart": chart_of(report, table),
        "size": 7.5,
        "pad": 0.35 if long else 0.5,
        "first": 25 if long else 33,
        "long": long,
    }


def _widths(rows: list[list[str]]) -> list[int]:
    """Widths of the columns of figures, in proportion to their longest figure."""
    columns = list(zip(*rows, strict=True))[1:]
    return [max(8, *(len(text) + 1 for text in column)) for column in columns]


def _printed(table: layout.Table, row: list[Any]) -> list[str]:
    pairs = zip(table.columns, row[1:], strict=True)
    return [row[0], *(shown(column.measure, value) for column, value in pairs)]


def _standards(report: Report) -> Data:
    titles = [_("Standard"), _("Within the standard (%)"), _("Median time")]
    return {
        "columns": [
            {"title": title, "align": "left" if not index else "right", "width": 1 if index else 2}
            for index, title in enumerate(titles)
        ],
        "rows": [
            [
                str(MEASURES[rate].title),
                shown(rate, report.value(rate)),
                with_unit(median, report.value(median)),
            ]
            for rate, median in layout.STANDARDS
        ],
    }


def _changes(report: Report) -> Data | None:
    """What a re-issue says otherwise than the revision before it; None where it is no re-issue."""
    if report.replaced is None:
        return None
    found = list(differences(report.replaced, report.book))
    whole = [one for one in found if one.cut == report.place]
    return {
        "columns": [
            {"title": title, "align": "right" if place else "left", "width": 2 if place else 4}
            for place, title in enumerate(change_heads(report))
        ],
        "rows": [
            [
                title_of(one.measure),
                with_unit(one.measure, one.before),
                with_unit(one.measure, one.after),
                one.said,
            ]
            for one in whole
        ],
        "note": _others(len(found) - len(whole)) if found else _("Every figure is what it was."),
    }


def _others(count: int) -> str:
    if not count:
        return str(_("No figure of a zone, province, channel or type differs."))
    return str(
        _(
            "%(count)s figures of zones, provinces, channels and types differ as well; the "
            "workbook lists each of them.",
            count=f"{count:,}",
        )
    )


def _method() -> list[str]:
    return [
        _("Figures are those sealed when the period was closed; later facts do not change them."),
        _("A dash means that there is no figure; it never means 0."),
        _(
            "A fact counts in the province where the member was on that day; a publication in that "
            "of the office. Zones are those of the period."
        ),
        _("Rates are over the publications of the period, so none passes 100 %."),
        _("Members in several networks are counted once in the whole and in each place."),
        _("Passing on is free: the figures judge networks, never persons."),
    ]


def _definitions() -> Data:
    used = dict.fromkeys((*layout.KEY, *layout.FUNNEL, *layout.REACH, *layout.CHANGES))
    return {
        "columns": [
            {"title": _("Figure"), "align": "left", "width": 3},
            {"title": _("Rule"), "align": "left", "width": 7},
            {"title": _("Version"), "align": "center", "width": 1},
        ],
        "rows": [
            [str(MEASURES[name].title), str(MEASURES[name].rule), str(MEASURES[name].version)]
            for name in used
        ],
    }


def _proof(report: Report) -> Data:
    return {
        "text": _(
            "The facts of this period are sealed in files without personal data. The SHA-256 of "
            "their manifest is printed here; the command below recomputes every figure from them."
        ),
        "facts": [
            _fact(_("Manifest (SHA-256)"), report.proof),
            _fact(_("Command"), f"sang report verify {report.period.code}"),
        ],
    }


def _signatures() -> Data:
    return {
        "direction": _("Directions of the executive"),
        "sign": _("Signed"),
        "post": _("Post"),
        "date": _("Date"),
        "people": [_("Reporter"), _("Reviewer"), _("Executive")],
    }
