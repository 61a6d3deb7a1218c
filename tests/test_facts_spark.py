"""Spark over the columnar files says what the database and DuckDB say."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from registry.facts import files
from tests.facts_answers import PARTS, Answers, make_files
from tests.stage import Scene

QUICK = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.memory": "1g",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
}
"""Nothing is compiled or sent about for questions over some rows that are asked once."""
MISSING = "install PySpark (the extra spark) and Java (apt-get install default-jre-headless)"


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """One Spark for all tests; where CI lacks it, that is a failure."""
    there = importlib.util.find_spec("pyspark") and shutil.which("java")
    if not there and "CI" in os.environ:
        pytest.fail(MISSING)
    if not there:
        pytest.skip(MISSING)
    from registry.facts import spark

    session = spark.local(**QUICK)
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.mark.by_turns
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # PySpark's sockets
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_measure_is_the_same_on_spark(
    scene: Scene, session: Any, part: Callable[..., Answers]
) -> None:
    from registry.facts import spark

    with scene("columnar facts", make_files).app_context():
        live = part(None)
        with files.source() as duck:
            assert part(duck) == live
        assert part(spark.source(session)) == live
