"""A quarter that is closed, proven and rendered: ``report.py NUMBER``, the quarter before the last
so many times.
"""

from __future__ import annotations

import re
import sys
import time
from collections import defaultdict

from benchmarks.bench.meter import Meter
from registry import create_app
from registry.audit.services import Actor
from registry.db import db
from registry.periods import catalogue
from registry.periods.calendar import Period, PeriodKind, to_bangkok_date, utc_now
from reports import pdf, xlsx
from reports.books import report_of
from reports.closing import close
from reports.verify import verify

PAGE = re.compile(rb"/Type ?/Page\b")


def main(number: int) -> None:
    """Report the seconds of each step, of the proof, and of the documents alone."""
    app = create_app()
    with app.app_context():
        period = Period.containing(to_bangkok_date(utc_now()), PeriodKind.QUARTER).previous()
        for _ in range(number):
            period = period.previous()
        steps = _Steps()
        with Meter() as closing:
            done = close(Actor.system("bench"), period.code, tell=steps)
        db.session.rollback()
        row = catalogue.sealed(period.code)
        if row is None:
            raise RuntimeError(f"{period.code} is not closed")
        with Meter() as proving:
            verdict = verify(row)
        if not verdict.holds:
            raise RuntimeError(f"{period.code} is not proven: {verdict.problems[0].sentence}")
        report = report_of(row)
        with app.test_request_context():
            with Meter() as printing:
                printed = pdf.pdf_of(report)
            with Meter() as filling:
                filled = xlsx.workbook_of(report)
    closing.report(
        period=period.code,
        figures=done.figures,
        verify_seconds=proving.seconds,
        pdf_seconds=printing.seconds,
        pdf_pages=len(PAGE.findall(printed)),
        xlsx_seconds=filling.seconds,
        kilobytes=round((len(printed) + len(filled)) / 1024),
        **{f"{step}_seconds": seconds for step, seconds in steps.ended().items()},
    )


class _Steps:
    """How long each step of a closing takes."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._now, self._since = "", time.perf_counter()

    def __call__(self, step: str, _done: int = 0, _total: int = 0) -> None:
        self._seconds[self._now] += time.perf_counter() - self._since
        self._now, self._since = step, time.perf_counter()

    def ended(self) -> dict[str, float]:
        """Seconds by step; what follows the last one is its own."""
        self("")
        del self._seconds[""]
        return dict(self._seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]))
