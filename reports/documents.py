"""The documents of closed periods: the sealed ones, and those made of the same figures on demand.

Sealed are the PDF, the workbook and the table.  Slides and Word documents are made to be worked
on, so they are made anew each time; so is whatever shows a part of the country.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.documents.filling import DOCX
from registry.documents.workbook import XLSX
from registry.errors import NotFound, Refused
from registry.i18n import language
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.periods.models import SealedPeriod
from reports.books import report_of
from reports.chain import home
from reports.docx import docx_of
from reports.drafting import DOCUMENTS, document_name
from reports.office_templates.services import template_of
from reports.pdf import pdf_of
from reports.pptx import pptx_of
from reports.report import Report
from reports.services import refuse_destroyed

FORMATS = (*DOCUMENTS, "docx", "pptx")
TYPES = {
    "xlsx": XLSX,
    "pdf": "application/pdf",
    "csv": "text/csv",
    "docx": DOCX,
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
CUT = ("xlsx", "csv", "docx", "pptx")
"""Formats that are also made for those who see a part of the country."""


@dataclass(frozen=True)
class Document:
    """A document ready to be handed over."""

    row: SealedPeriod
    name: str
    content: bytes


def closed(code: str, revision: int | None = None) -> SealedPeriod:
    """A closed period by its code.

    Args:
        revision: the one in force unless told otherwise.

    Raises:
        Refused: the code is no period's, the period is not closed, or has no such revision.
    """
    period = Period.parse(code)
    known = {row.revision: row for row in catalogue.revisions(period.code)}
    label = period.label(language())
    if not known:
        raise Refused(_("%(period)s is not closed yet, so it has no report.", period=label))
    if revision is not None and revision not in known:
        raise Refused(
            _(
                "%(period)s has no revision %(number)s; the latest one is %(latest)s.",
                period=label,
                number=revision,
                latest=max(known),
            )
        )
    return known[revision or max(known)]


def sealed_document(code: str, form: str, revision: int | None = None) -> Document:
    """A document as it was sealed.

    Raises:
        Refused: the period is not closed, has no such revision, or the file is missing.
    """
    row = closed(code, revision)
    refuse_destroyed(row)
    name = document_name(row.code, row.revision, form)
    try:
        return Document(row, name, (home(row) / name).read_bytes())
    except FileNotFoundError:
        raise Refused(
            _("%(name)s is missing from the archive; verify the period.", name=name)
        ) from None


def formats_for(scope: Scope) -> tuple[str, ...]:
    """The formats that someone can get: all, those made for a part of the country, or none."""
    return FORMATS if scope.everything else CUT if scope.provinces else ()


def document_for(
    scope: Scope,
    actor: Actor,
    code: str,
    form: str,
    revision: int | None = None,
    *,
    thai_digits: bool = False,
) -> Document:
    """The document for those who see everything; for others their provinces' figures.

    The national documents hold every province, so nobody else gets them.  What is not sealed is
    made from the same sealed figures when it is asked for.

    Args:
        actor: whose office's Word template is used.
        thai_digits: whether numerals are Thai; such a PDF is not the sealed one.

    Raises:
        NotFound: no such format for this scope, or nothing of the period lies inside it.
        Refused: the period is not closed, or the office's template can no longer be filled.
    """
    if form not in formats_for(scope):
        raise NotFound
    if thai_digits and form != "pdf":
        raise Refused(_("Thai numerals are for the PDF; choose that format."))
    if scope.everything and form in DOCUMENTS and not thai_digits:
        return sealed_document(code, form, revision)
    row = closed(code, revision)
    refuse_destroyed(row)
    report = report_of(row, scope)
    if not report.book.figures:
        raise NotFound
    name = document_name(row.code, row.revision, form)
    if thai_digits:
        return Document(row, f"thai-{name}", pdf_of(report, thai_digits=True))
    made = _renderer(actor, form)(report)
    return Document(row, name if scope.everything else f"part-{name}", made)


def _renderer(actor: Actor, form: str) -> Callable[[Report], bytes]:
    match form:
        case "docx":
            own = template_of(actor)
            return lambda report: docx_of(report, own)
        case "pptx":
            return pptx_of
    return DOCUMENTS[form]


def export(actor: Actor, document: Document, form: str) -> None:
    """Write down that a document was taken out."""
    row = document.row
    record(actor, Action.REPORT_EXPORT, "period", row.code, revision=row.revision, format=form)
