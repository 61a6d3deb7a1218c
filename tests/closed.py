"""Facts of a quarter, and one closed month in it: scenes that several files begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask

from registry.audit.services import Actor
from registry.db import unit_of_work
from registry.facts.components import Component, by_fact
from registry.periods import catalogue
from registry.periods.calendar import Period
from reports import drafting, figures, tidy
from reports.closing import close
from tests.ledger import add_ledger
from tests.stage import Scene

CODE = "2568-12"
LIGHT = {"csv": tidy.csv_of}
"""In place of ``reports.drafting.DOCUMENTS`` where nobody opens the PDF and the workbook."""
RECKONED = {"publications", "recipients"}


def some_facts(components: Iterable[Component]) -> list[list[Component]]:
    """In place of ``reports.figures.by_fact`` where it is no matter which figures are sealed.

    All facts are sealed, and all measures have their rows; to reckon them takes most of a closing.
    """
    return by_fact(one for one in components if one.fact.name in RECKONED)


def lighten(patch: pytest.MonkeyPatch) -> None:
    """Closings and their proofs reckon some of the figures, and draw no document."""
    patch.setattr(drafting, "DOCUMENTS", LIGHT)
    patch.setattr(figures, "by_fact", some_facts)


def seal(code: str, figures: Sequence[Mapping[str, object]] = ()) -> None:
    """Enter a period in the catalogue as closed five days after its end; it has no files."""
    period = Period.parse(code)
    catalogue.save_sealed(
        period,
        closed_at=datetime.combine(period.end + timedelta(days=5), time(), UTC),
        closed_by=None,
        folder=f"{code}-r1",
        manifest_sha256="0" * 64,
        previous_sha256=None,
        keep_until=period.end + timedelta(days=3652),
        figures=list(figures),
    )


def quarter(scene: Scene) -> Flask:
    """An application with facts in a quarter."""
    return scene("a quarter", _quarter)


def closed_month(scene: Scene) -> Flask:
    """The same with a closed month, all its documents made."""
    return scene("a closed month", close_months)


def _quarter(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        add_ledger("2569-Q1", each=1)


def close_months(app: Flask, *codes: str) -> None:
    """Facts in a quarter, and some of its months closed; one unless they are named."""
    _quarter(app)
    with app.app_context():
        for code in codes or (CODE,):
            close(Actor.system("cli"), code)
