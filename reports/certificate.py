"""The certificate of disposal: which sealed reports were destroyed, by whose wish and decision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask_babel import gettext as _

from registry.documents.pdf import render_pdf
from registry.i18n import language
from registry.periods.calendar import Period, format_date, format_datetime
from registry.periods.keeping_models import Disposal, DisposalItem

TEMPLATE = Path(__file__).parent / "typst" / "disposal.typ"


def certificate_of(row: Disposal, people: Mapping[int, str]) -> bytes:
    """The document of a list that was carried out, in the language at hand."""
    lang = language()
    ends = [item.destroyed_at for item in row.items if item.destroyed_at]
    made = max(ends, default=row.decided_at) or row.proposed_at

    def who(number: int | None) -> str:
        return people.get(number or 0) or str(_("Central office"))

    def outcome(item: DisposalItem) -> str:
        if item.destroyed_at is None:
            return str(_("kept: it is held"))
        return str(_("destroyed %(when)s", when=format_datetime(item.destroyed_at, lang)))

    facts = [
        (_("List"), str(row.id)),
        (_("Reason"), row.reason),
        (_("Proposed by"), f"{who(row.proposed_by)}, {format_datetime(row.proposed_at, lang)}"),
        (
            _("Approved by"),
            f"{who(row.decided_by)}, {format_datetime(row.decided_at or made, lang)}",
        ),
        (_("Remark"), row.remark or "–"),
    ]
    data = {
        "lang": lang,
        "title": _("Certificate of disposal of sealed reports"),
        "office": _("Public Relations Department · Bureau of Public Relations Development"),
        "made": format_datetime(made, lang),
        "words": {"page": _("Page"), "of": _("of")},
        "facts": [list(pair) for pair in facts],
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
        "rows": [
            [
                Period.parse(item.row.code).label(lang),
                str(item.row.revision),
                format_date(item.row.keep_until, lang),
                item.row.manifest_sha256,
                outcome(item),
            ]
            for item in row.items
        ],
        "signatures": [_("Proposed by"), _("Approved by")],
    }
    return render_pdf(TEMPLATE, data, created=made)
