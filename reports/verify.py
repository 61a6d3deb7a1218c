"""Proving a closed period: its files, its chain, and every figure computed anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from flask_babel import gettext as _

from registry.errors import Refused
from registry.facts.measures import MEASURES
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.periods.models import SealedPeriod
from reports import figures
from reports.alone.verify import computed, tables_of
from reports.archive import STAYS
from reports.books import book_of, replaced_by
from reports.chain import closed_before, home, link_to
from reports.comparing import same
from reports.context import CONTEXT, read_context
from reports.figures import Sealed
from reports.manifest import MANIFEST, RENDERINGS, Manifest, Part, sha256_of
from reports.recipe import RECIPE
from reports.sealing import Tell, opened, silent
from reports.signing import SIGNATURE, signed_by


@dataclass(frozen=True)
class Problem:
    """Something that differs from what was sealed; ``sentence`` says it for people."""

    kind: str
    sentence: str
    file: str | None = None
    measure: str | None = None
    cut: str | None = None
    sealed: Any = None
    found: Any = None


@dataclass
class Verdict:
    """What the proof of one revision of a period found."""

    code: str
    revision: int
    files: int = 0
    figures: int = 0
    unproven: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return not self.problems

    @property
    def data(self) -> dict[str, Any]:
        """For JSON."""
        problems = [problem.__dict__ for problem in self.problems]
        return {**self.__dict__, "holds": self.holds, "problems": problems}


def closed_periods(code: str | None) -> list[SealedPeriod]:
    """All revisions of a closed period, or of all of them.

    Raises:
        Refused: the period is unknown or not closed.
    """
    if code is None:
        return [row for one in catalogue.list_periods() for row in catalogue.revisions(one.code)]
    rows = catalogue.revisions(Period.parse(code).code)
    if not rows:
        raise Refused(_("%(period)s is not closed, so there is nothing to verify.", period=code))
    return rows


def verify(row: SealedPeriod, tell: Tell = silent) -> Verdict:
    """Prove one revision of a closed period; never raises for what it finds."""
    verdict, folder = Verdict(row.code, row.revision), home(row)
    tell("files", 0, 2)
    try:
        manifest = _manifest(verdict, row, folder)
    except (OSError, ValueError, TypeError, KeyError) as error:
        said = _("%(file)s is missing or unreadable (%(why)s).", file=MANIFEST, why=str(error))
        verdict.problems.append(Problem("file", said, MANIFEST))
        return verdict
    verdict.problems += _kept(row, manifest)
    verdict.problems += _classed(row, folder)
    verdict.problems += _chain(row, manifest)
    verdict.problems += _signature(row, folder)
    verdict.problems += _files(verdict, row, folder, manifest)
    tell("figures", 1, 2)
    verdict.problems += _figures(verdict, row, folder, manifest)
    return verdict


def _manifest(verdict: Verdict, row: SealedPeriod, folder: Path) -> Manifest:
    manifest, found = Manifest.load(folder / MANIFEST), sha256_of(folder / MANIFEST)
    if found != row.manifest_sha256:
        verdict.problems.append(_altered(MANIFEST, row.manifest_sha256, found))
    return manifest


def _altered(file: str, sealed: object, found: object) -> Problem:
    said = _(
        "%(file)s was altered: sealed as %(sealed)s, found %(found)s.",
        file=file,
        sealed=sealed,
        found=found,
    )
    return Problem("file", said, file, sealed=sealed, found=found)


def _classed(row: SealedPeriod, folder: Path) -> Iterator[Problem]:
    """Whether it may be disclosed is what was sealed; the file itself is proven with the others."""
    found = row.facts.get("section")
    try:
        sealed = read_context(folder).section
    except (OSError, ValueError, TypeError, KeyError):
        return
    if row.destroyed_at is None and sealed is not None and sealed != found:
        yield Problem("catalogue", _altered(CONTEXT, sealed, found).sentence, CONTEXT)


def _kept(row: SealedPeriod, manifest: Manifest) -> Iterator[Problem]:
    """The day to which it is kept is the one that was sealed; older seals name none."""
    sealed, found = manifest.keep_until, row.keep_until.isoformat()
    if sealed not in {None, found}:
        said = _(
            "It is sealed to be kept until %(sealed)s, and the catalogue says %(found)s.",
            sealed=sealed,
            found=found,
        )
        yield Problem("catalogue", said, MANIFEST, sealed=sealed, found=found)


def _chain(row: SealedPeriod, manifest: Manifest) -> Iterator[Problem]:
    """The seal names the one before it, whose files still have those hashes."""
    try:
        before = link_to(closed_before(row.kind, row.id))
    except OSError as error:
        before = None
        yield Problem("chain", _("The seal before cannot be read (%(why)s).", why=str(error)))
    named = manifest.previous
    in_row = named.manifest_sha256 if named else None
    if named != before or row.previous_sha256 != in_row:
        said = _(
            "The chain is broken: the seal names %(named)s as the one before, and there is "
            "%(found)s.",
            named=f"{named.code} {named.manifest_sha256[:16]}" if named else "–",
            found=f"{before.code} {before.manifest_sha256[:16]}" if before else "–",
        )
        yield Problem("chain", said, MANIFEST, sealed=in_row, found=row.previous_sha256)
    earlier = replaced_by(row)
    sealed = manifest.replaces.manifest_sha256 if manifest.replaces else None
    found = earlier.manifest_sha256 if earlier else None
    if sealed != found:
        said = _("The seal does not name the revision that it replaces.")
        yield Problem("chain", said, MANIFEST, sealed=sealed, found=found)


def _signature(row: SealedPeriod, folder: Path) -> Iterator[Problem]:
    """A signed seal is still signed, by the key that the catalogue knows."""
    sealed = row.facts.get("signed_by")
    found = signed_by(folder)
    if sealed != found:
        yield _altered(SIGNATURE, sealed, found)


def _files(
    verdict: Verdict, row: SealedPeriod, folder: Path, manifest: Manifest
) -> Iterator[Problem]:
    known = {MANIFEST, RENDERINGS}
    parts = [*manifest.parts]
    found = sha256_of(folder / RENDERINGS) if (folder / RENDERINGS).exists() else None
    sealed = row.facts.get("renderings_sha256")
    if found != sealed:
        yield _altered(RENDERINGS, sealed, found)
    else:
        values = json.loads((folder / RENDERINGS).read_text("utf-8"))
        parts += [Part(**part) for part in values["parts"]]
    for part in parts:
        verdict.files += 1
        known.add(part.path)
        if row.destroyed_at is None or part.path in STAYS:
            yield from _part(folder, part)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if found == sealed:
        for name in sorted(there - known):
            yield Problem("file", _("%(file)s was added after sealing.", file=name), name)


def _part(folder: Path, part: Part) -> Iterator[Problem]:
    path = folder / part.path
    if not path.is_file():
        yield Problem("file", _("%(file)s is missing.", file=part.path), part.path)
        return
    found = sha256_of(path)
    if found != part.sha256:
        yield _altered(part.path, part.sha256, found)
    elif part.rows is not None and (rows := pq.read_metadata(path).num_rows) != part.rows:
        yield _altered(part.path, part.rows, rows)


def _figures(
    verdict: Verdict, row: SealedPeriod, folder: Path, manifest: Manifest
) -> Iterator[Problem]:
    """The catalogue, the sealed file and a new computation must say the same."""
    period = Period.parse(row.code)
    listed = book_of(row).figures
    verdict.figures = len(listed)
    try:
        filed = figures.read(folder / figures.FIGURES)
        if row.destroyed_at is not None:
            verdict.unproven = len(filed)
            yield from _compared("catalogue", filed, listed)
            return
        with opened(folder) as source:
            anew = figures.compute(source, period, manifest.sealed_on)
    except (OSError, pa.ArrowException, duckdb.Error) as error:
        said = _("The figures cannot be computed anew (%(why)s).", why=str(error)[:200])
        yield Problem("figure", said, figures.FIGURES)
        return
    yield from _compared("catalogue", filed, listed)
    today = {name for name, number in manifest.measures.items() if _version(name) == number}
    proven = [figure for figure in filed if figure.measure in today]
    yield from _compared("recomputed", proven, (f for f in anew if f.measure in today))
    older = [figure for figure in filed if figure.measure not in today]
    recipe = _recipe(row, folder, manifest)
    if recipe is None:
        verdict.unproven = len(older)
    elif older:
        try:
            by_recipe = list(_by_recipe(folder, recipe, manifest, today))
        except (OSError, ValueError, KeyError, TypeError, duckdb.Error) as error:
            said = _("The figures cannot be computed anew (%(why)s).", why=str(error)[:200])
            yield Problem("figure", said, RECIPE)
            return
        yield from _compared("recomputed", older, by_recipe)


def _recipe(row: SealedPeriod, folder: Path, manifest: Manifest) -> bytes | None:
    """The recipe that the catalogue's manifest names; what it says is run, so no other is taken."""
    named = next((part for part in manifest.parts if part.path == RECIPE), None)
    if named is None or sha256_of(folder / MANIFEST) != row.manifest_sha256:
        return None
    content = (folder / RECIPE).read_bytes() if (folder / RECIPE).is_file() else b""
    return content if hashlib.sha256(content).hexdigest() == named.sha256 else None


def _by_recipe(
    folder: Path, recipe: bytes, manifest: Manifest, today: set[str]
) -> Iterator[Sealed]:
    """Figures whose rules have changed since, by the rules that were sealed with them."""
    with tables_of(folder) as connection:
        found = computed(connection, json.loads(recipe))
    for (name, number, cut), values in found.items():
        if name in manifest.measures and name not in today:
            yield Sealed.of(name, number, cut.partition("=")[0], cut, *values)


def _version(name: str) -> int | None:
    return MEASURES[name].version if name in MEASURES else None


def _compared(kind: str, sealed: Iterable[Sealed], found: Iterable[Sealed]) -> Iterator[Problem]:
    there = {figure.key: figure for figure in found}
    for figure in sealed:
        other = there.pop(figure.key, None)
        if other is None or not _same(figure, other):
            yield _differs(kind, figure.key, figure, other)
    for key, other in there.items():
        yield _differs(kind, key, None, other)


def _differs(
    kind: str, key: tuple[str, str], sealed: Sealed | None, found: Sealed | None
) -> Problem:
    said = {
        "catalogue": _("sealed as %(sealed)s, the catalogue has %(found)s"),
        "recomputed": _("sealed as %(sealed)s, computed anew it is %(found)s"),
    }[kind] % {"sealed": _said(sealed), "found": _said(found)}
    return Problem(
        kind,
        f"{key[0]} [{key[1] or '*'}]: {said}.",
        measure=key[0],
        cut=key[1],
        sealed=sealed and sealed.value,
        found=found and found.value,
    )


def _said(figure: Sealed | None) -> str:
    if figure is None:
        return str(_("nothing"))
    parts = (figure.value, figure.numerator, figure.denominator)
    return " / ".join("–" if part is None else f"{part:.12g}" for part in parts)


def _same(one: Sealed, other: Sealed) -> bool:
    pairs = [
        (one.value, other.value),
        (one.numerator, other.numerator),
        (one.denominator, other.denominator),
        (one.version, other.version),
    ]
    return all(same(left, right) for left, right in pairs)
