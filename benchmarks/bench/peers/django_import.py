"""django-import-export in its bulk mode: ``django_import.py SHEET URL same|checked|fast``.

Set up as its documentation advises for large files: bulk operations in batches of 1,000.  As in
its admin pages, one request reads the sheet by tablib and openpyxl for the preview (a dry run,
rolled back), a second one reads it again and imports.

``same``: the work of Sang's import, as an able Django developer would write it with the hooks of
django-import-export.  Every row is validated, and the preview shows what differs.  Members are
found by national ID, telephone, LINE ID, e-mail and name with a few queries for the whole sheet,
and where nobody is surely the same, by similar names (rapidfuzz, all of a province and block of
first letters at once), with Sang's scores.  A possible duplicate is left out with its reasons;
doubles within the file are refused; of a registered member only blanks are filled.  A new member
comes with channel, audience count, two consents where the sheet agrees, state change and span; the
national ID is encrypted; each new or changed member has its entry in the log of Django's admin.
What could be left out is: the national IDs are known to be unique from the matching, so no row
asks for that; the import that was confirmed computes no differences; the preview writes (and
rolls back) members alone; an update writes only columns that some row fills.

``checked``: less.  Members are known by their telephone (the library's cached loader); each row is
validated, national IDs for being unique too, and both runs show what differs.  Members and their
channels are written.  ``fast``: the same without validation and differences.

Asked of none: finding header and columns by itself, proposals and mending of cells, a plan and the
originals kept for each row, a person's decisions, rows marked in a workbook that comes back, who
was told apart before, another office's members masked, a chain of audit digests, an undo.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.bench.meter import Meter
from benchmarks.bench.peers.django_settings import set_up

MODE = sys.argv[3]
set_up(sys.argv[2], admin=MODE == "same")

import tablib  # noqa: E402 - models need the settings

from benchmarks.bench.peers.django_models import Member  # noqa: E402
from benchmarks.bench.peers.django_resource import (  # noqa: E402
    HEADING,
    CheckedResource,
    FastResource,
)

PACKAGES = ("Django", "django-import-export", "tablib", "openpyxl", "rapidfuzz", "cryptography")
Import = Callable[[str, Meter], Any]


def _work() -> Import:
    if MODE == "same":
        return _same()
    return _plain(CheckedResource if MODE == "checked" else FastResource)


def _plain(resource: type[CheckedResource]) -> Import:
    def run(path: str, preview: Meter) -> Any:
        with preview:
            resource().import_data(_read(path), dry_run=True)
        return resource().import_data(_read(path), dry_run=False)

    return run


def _same() -> Import:
    from benchmarks.bench.peers.same import resource, writing

    user = writing.prepare()

    def run(path: str, preview: Meter) -> Any:
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        source = {"file_name": Path(path).name, "file_sha256": digest}
        with preview:
            resource.SameResource().import_data(_read(path), dry_run=True, **source)
        result = resource.ConfirmedResource().import_data(
            _read(path), retain_instance_in_row_result=True, **source
        )
        writing.log(result, user)
        return result

    return run


def _read(path: str) -> Any:
    with open(path, "rb") as file:
        return tablib.Dataset().load(file, format="xlsx", skip_lines=HEADING)


def _why(result: Any) -> str:
    rows = (error for row in result.error_rows for error in row.errors)
    return str(next((one.error for one in [*result.base_errors, *rows]), ""))


def _counts(result: Any) -> dict[str, int]:
    """Rows by what became of them; those left to a person are none of ``skip``."""
    doubtful = sum(1 for row in result.rows if getattr(row, "doubt", ""))
    totals = dict(result.totals)
    return totals | {"skip": totals["skip"] - doubtful, "possible_duplicate": doubtful}


def main(path: str) -> None:
    """Preview and import."""
    work = _work()
    before, preview = Member.objects.count(), Meter()
    with Meter() as meter:
        result = work(path, preview)
    if result.has_errors():
        raise SystemExit(f"{len(result.error_rows)} rows failed; {_why(result)}")
    meter.report(
        brought=Member.objects.count() - before,
        counts=_counts(result),
        preview_seconds=preview.seconds,
        versions={name.lower(): version(name) for name in PACKAGES},
    )


if __name__ == "__main__":
    main(sys.argv[1])
