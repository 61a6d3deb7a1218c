"""The facts as Parquet files beside the database: a folder per table, a file per fiscal month.

``facts/recipient/month=24309/part-0.parquet`` holds October 2025; tables that do not grow by
months are one file each.  ``manifest.json`` tells what each file holds.  The files are as
confidential as the database: members stand in them under the registry's own numbers.
"""

from registry.facts.files.proving import Difference, Verdict, proven, verify
from registry.facts.files.reading import folder, source
from registry.facts.files.writing import Written, write_files

__all__ = [
    "Difference",
    "Verdict",
    "Written",
    "folder",
    "proven",
    "source",
    "verify",
    "write_files",
]
