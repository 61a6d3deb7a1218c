"""Forgetting, every night, what signing in has left behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete

from registry.access import throttle
from registry.access.models import SignIn
from registry.db import db, unit_of_work
from registry.jobs import Progress, handles

KEPT = timedelta(days=90)
"""Access logs are kept for 90 days (Computer Crime Act, section 26)."""


@handles("access-sweep", daily_at=3)
def sweep(args: dict[str, Any], progress: Progress) -> None:
    """Forget failures that no longer count, and signed-in browsers of long ago."""
    with unit_of_work():
        throttle.sweep()
        old = datetime.now(UTC) - KEPT
        db.session.execute(delete(SignIn).where(SignIn.started_at < old))
