"""The columnar files as a source of measures on Spark, from one machine to a cluster.

Needs the extra ``spark`` (PySpark) and Java.  What is asked is the SQL of the same expressions
that the live database and DuckDB answer; members stand in the files under the registry's own
numbers, so a cluster must be as well guarded as the database.
"""

from __future__ import annotations

import ibis
from ibis.backends.pyspark import Backend
from pyspark.sql import SparkSession

from registry.facts.files.manifest import Manifest
from registry.facts.files.reading import columns_of, folder
from registry.facts.query import Rows
from registry.facts.schema import COLUMNS

if ibis.options.pyspark is None:  # its compiler asks for these before any connection is made
    Backend.register_options()
NEEDED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
}
"""Settings without which moments would be read as those of the machine's own time zone."""
LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
}


class Spark:
    """A Spark session whose temporary views have the names and columns of the schema."""

    dialect = "pyspark"
    lacks: frozenset[str] = frozenset()

    def __init__(self, session: SparkSession) -> None:
        self.session = session

    def fetch(self, sql: str) -> Rows:
        """All rows of a query."""
        return [tuple(row) for row in self.session.sql(sql).collect()]


def local(threads: int = 2, **more: str) -> SparkSession:
    """A session of this machine's own, without a cluster and without a page of its own."""
    builder = SparkSession.builder.master(f"local[{threads}]").appName("sang")
    for name, value in {**LOCAL, **NEEDED, **more}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def source(session: SparkSession, root: str = "") -> Spark:
    """The files as Spark sees them.

    Args:
        session: on this machine or on a cluster; its time zone becomes UTC.
        root: where the folder of the files was copied to, as the cluster calls it
            (``s3a://bucket/facts``); the instance's own folder unless given.

    Raises:
        Refused: nothing was written yet, or by another version of Sang.
    """
    for name, value in NEEDED.items():
        session.conf.set(name, value)
    manifest = Manifest.of(folder())
    for name in COLUMNS:
        _view(session, manifest, name, root or f"file://{folder()}")
    return Spark(session)


def _view(session: SparkSession, manifest: Manifest, name: str, root: str) -> None:
    paths = [f"{root}/{part.path}" for part in manifest.of_table(name).values()]
    shape = ", ".join(f"`{column}` {kind}" for column, kind in columns_of(name).items())
    # The schema is told, since finding it out would be a job for each table.
    files = session.read.schema(shape)
    rows = files.parquet(*paths) if paths else session.createDataFrame([], shape)
    rows.createOrReplaceTempView(name)
