"""The memorandum as a PDF: what is reported, its key figures in sentences, and its proof."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flask_babel import gettext as _

from registry.access.models import Office
from registry.documents.pdf import render_pdf
from registry.i18n import language, name_of
from registry.periods.calendar import format_date, to_bangkok_date
from reports.memorandum.services import Head
from reports.narrative import sentences
from reports.pdf import Data, summary_of
from reports.report import Report

TEMPLATE = Path(__file__).parent.parent / "typst" / "memorandum.typ"
FIRST, TOLD = 2, 3
"""Sentences of the summary, and of those made by rule, that the memorandum has room for."""


def memorandum_of(report: Report, office: Office, head: Head, now: datetime) -> bytes:
    """The document, in the language at hand."""
    return render_pdf(TEMPLATE, data_of(report, office, head, now), created=now)


def data_of(report: Report, office: Office, head: Head, now: datetime) -> Data:
    """Everything that the template shows, ready to print."""
    lang = language()
    period = report.period.label(lang)
    subject = _("Report on the public-relations network, %(period)s", period=period)
    place = report.names.of(report.place or "")
    return {
        "lang": lang,
        "title": _("Memorandum"),
        "classification": report.classed.title if report.classed else "",
        "agency": {"label": _("Agency"), "text": f"{name_of(office)} {office.phone or ''}".strip()},
        "number": {"label": _("Ref."), "text": head.number},
        "date": {"label": _("Date"), "text": format_date(to_bangkok_date(now), lang, "long")},
        "subject": {"label": _("Subject"), "text": subject},
        "addressee": {"label": _("Addressed to"), "text": head.addressee},
        "opening": _(
            "%(office)s reports the results of the public-relations network in %(period)s "
            "(%(place)s), revision %(revision)s, closed on %(day)s. In short:",
            office=name_of(office),
            period=period,
            place=place,
            revision=report.revision,
            day=format_date(to_bangkok_date(report.closed_at), lang, "long"),
        ),
        "sentences": [*summary_of(report)[:FIRST], *sentences(report)[:TOLD]],
        "proof": {"label": _("Proof of the report (SHA-256):"), "text": report.proof},
        "closing": _("Submitted for your information and direction."),
        "signer": head.signer,
        "post": head.post,
    }
