"""The certificate of disposal: which sealed reports were destroyed, by whose wish and decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from flask_babel import gettext as _

from registry.documents.pdf import render_pdf
from registry.i18n import language
from registry.periods.calendar import format_date, format_datetime
from registry.periods.keeping_models import Disposal, DisposalItem
from registry.periods.names import named

TEMPLATE = Path(__file__).parent / "typst" / "disposal.typ"


def certificate_of(row: Disposal, people: Mapping[int, str]) -> bytes:
    """The document of a list that was carried out, in the language at hand."""
    ends = [item.destroyed_at for item in row.items if item.destroyed_at]
    made, lang = max(ends, default=row.proposed_at), language()
    data = {
        "lang": lang,
        "title": _("Certificate of disposal of sealed reports"),
        "office": _("Public Relations Department · Bureau of Public Relations Development"),
        "made": format_datetime(made, lang),
        "words": {"page": _("Page"), "of": _("of")},
        "facts": _facts(row, people),
        "note": _(
            "The facts, documents and words of the reports that are marked so below were "
            "destroyed after their time of keeping. Their sealed figures stay, and so do their "
            "manifests, by whose hashes each report can still be named."
        ),
        "columns": [
            {"title": _("Report"), "width": 1.3},
            {"title": _("Revision"), "align": "right", "width": 0.7},
            {"title": _("Kept until"), "width": 1},
            {"title": _("Manifest (SHA-256)"), "width": 2.6},
            {"title": _("Outcome"), "width": 1.4},
        ],
        "rows": [_row(item) for item in row.items],
        "signatures": [_("Proposed by"), _("Approved by")],
    }
    return render_pdf(TEMPLATE, data, created=made)


def _facts(row: Disposal, people: Mapping[int, str]) -> list[list[str]]:
    def did(who: int | None, when: datetime | None) -> str:
        name = people.get(who or 0) or _("Central office")
        return f"{name}, {format_datetime(when, language())}" if when else name

    return [
        [_("List"), str(row.id)],
        [_("Reason"), row.reason],
        [_("Proposed by"), did(row.proposed_by, row.proposed_at)],
        [_("Approved by"), did(row.decided_by, row.decided_at)],
        [_("Remark"), row.remark or "–"],
    ]


def _row(item: DisposalItem) -> list[str]:
    sealed, outcome = item.row, _("kept: it is held")
    if item.destroyed_at is not None:
        outcome = _("destroyed %(when)s", when=format_datetime(item.destroyed_at, language()))
    return [
        named(sealed.code),
        str(sealed.revision),
        format_date(sealed.keep_until, language()),
        sealed.manifest_sha256,
        outcome,
    ]
