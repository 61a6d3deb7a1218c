"""What the processes of :mod:`tests.nursery` find imported when they begin."""

from __future__ import annotations

from pathlib import Path

import importers.child
import importers.reading.annotate
import importers.reading.excel  # noqa: F401
from registry import create_app
from tests.stage import settings_for

create_app(settings_for(Path("/nonexistent"), "sqlite://"))
