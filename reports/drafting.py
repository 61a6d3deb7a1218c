"""Making a sealed period as a draft: facts, figures, manifest, documents. Only reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from flask import current_app
from flask_babel import force_locale

from registry.facts.measures import MEASURES
from registry.periods.calendar import Period, month_start, to_bangkok_date
from registry.periods.models import SealedPeriod
from reports import figures, manifest, pdf, recipe, tidy, xlsx
from reports.archive import finish, folder_name, new_draft
from reports.books import LANGUAGE, book_of, history_of, year_ago_of
from reports.chain import archive_root, closed_before, home, link_to
from reports.context import Context, context_of, read_context, seal_context
from reports.figures import Sealed
from reports.manifest import MANIFEST, RENDERINGS, Manifest, Part, part_of, sha256_of
from reports.names import read_names
from reports.office_words import OfficeWords, read_words, seal_words
from reports.package import PACKAGE, package_of
from reports.report import Book, Report
from reports.sealing import Tell, opened, seal_facts
from reports.signing import PUBLIC_KEY, SIGNATURE, sign

DOCUMENTS = {"xlsx": xlsx.workbook_of, "pdf": pdf.pdf_of, "csv": tidy.csv_of}
"""Formats of the sealed documents, each with its renderer."""


@dataclass(frozen=True)
class Draft:
    """A period ready to be entered in the catalogue; its folder is complete and on the disk."""

    folder: str
    statement: Manifest
    manifest_sha256: str
    renderings_sha256: str
    figures: list[Sealed]
    words: tuple[OfficeWords, ...]
    context: Context
    keep_until: date
    signed_by: str | None

    @property
    def facts(self) -> dict[str, object]:
        """What the catalogue keeps about the files."""
        parts = {part.path: part.rows for part in self.statement.parts}
        return {
            "parts": parts,
            "renderings_sha256": self.renderings_sha256,
            "signed_by": self.signed_by,
            "section": self.context.section or "",
        }


def document_name(code: str, revision: int, form: str) -> str:
    """The file name of a document: ``sang-2569-Q1-r1.pdf``."""
    return f"sang-{folder_name(code, revision)}.{form}"


def make_draft(
    period: Period, tell: Tell, replaced: SealedPeriod | None = None, reason: str = ""
) -> Draft:
    """Seal the facts, compute the figures from what was sealed, and render them.

    Args:
        replaced: of a re-issue, the revision in force; ``reason`` says why it is replaced.
    """
    folder, revision = new_draft(archive_root()), replaced.revision + 1 if replaced else 1
    parts = seal_facts(folder, period, tell)
    now = datetime.now(UTC)
    with opened(folder) as source:
        found = figures.compute(source, period, to_bangkok_date(now), tell)
        parts += recipe.write(folder, period, to_bangkok_date(now), source)
    path = folder / figures.FIGURES
    parts.append(part_of(folder, path, figures.write(path, found)))
    parts.append(seal_words(folder, period, to_bangkok_date(now)))
    first = read_context(home(replaced)) if replaced else None
    context = context_of(period, first if first and first.known else None)
    parts.append(seal_context(folder, context))
    statement = replace(
        _statement(period, revision, now, parts),
        previous=link_to(closed_before(period.kind.value)),
        replaces=link_to(replaced),
        reason=reason or None,
        keep_until=kept_until(period).isoformat(),
    )
    proof = manifest.write(folder / MANIFEST, statement)
    signer = sign(folder)
    until = kept_until(period)
    words = read_words(folder)
    tell("documents", 0, len(DOCUMENTS))
    earlier = book_of(replaced) if replaced else None
    _render(folder, Book(period, tuple(found)), statement, proof, until, earlier)
    name = folder_name(period.code, revision)
    renderings = sha256_of(folder / RENDERINGS)
    finish(folder, name, proof)
    return Draft(name, statement, proof, renderings, found, words, context, until, signer)


def _statement(period: Period, revision: int, now: datetime, parts: list[Part]) -> Manifest:
    return Manifest(
        code=period.code,
        kind=period.kind.value,
        start=period.start.isoformat(),
        end=period.end.isoformat(),
        revision=revision,
        sealed_at=now.isoformat(),
        sang_version=version("sang"),
        measures={one.name: one.version for one in MEASURES.values()},
        previous=None,
        parts=tuple(parts),
    )


def _render(
    folder: Path, book: Book, said: Manifest, proof: str, until: date, replaced: Book | None
) -> None:
    """Write the documents, what describes the tables, and the list of all their hashes."""
    signature = [folder / name for name in (SIGNATURE, PUBLIC_KEY)]
    parts = [part_of(folder, path) for path in signature if path.exists()]
    with force_locale(LANGUAGE):
        report = Report(
            book=book,
            revision=said.revision,
            closed_at=datetime.fromisoformat(said.sealed_at),
            keep_until=until,
            proof=proof,
            names=read_names(folder, book.period.end, LANGUAGE),
            history=history_of(book),
            replaced=replaced,
            reason=said.reason or "",
            words=read_words(folder),
            context=read_context(folder),
            year_ago=year_ago_of(book),
        )
        for form, render in DOCUMENTS.items():
            path = folder / document_name(said.code, said.revision, form)
            path.write_bytes(render(report))
            parts.append(part_of(folder, path))
    manifest.write(folder / PACKAGE, package_of(folder, said, parts))
    parts.append(part_of(folder, folder / PACKAGE))
    told = [part.__dict__ for part in parts]
    manifest.write(folder / RENDERINGS, {"manifest_sha256": proof, "parts": told})


def kept_until(period: Period) -> date:
    """The last day on which the report must be kept: so many years after the period's end."""
    years: int = current_app.extensions["sang_settings"].report_years_kept
    return month_start(period.last_month + 1 + 12 * years) - timedelta(days=1)
