"""Facts of a quarter, and one closed month in it: scenes that several files begin with."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from flask import Flask

from registry.audit.services import Actor
from registry.db import unit_of_work
from registry.facts.components import Component
from reports import drafting, figures, tidy
from reports.closing import close
from reports.totals import by_fact
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


def quarter(scene: Scene) -> Flask:
    """An application with facts in a quarter."""
    return scene("a quarter", _quarter)


def closed_month(scene: Scene) -> Flask:
    """The same with a closed month, all its documents made."""
    return scene("a closed month", _closed_month)


def _quarter(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        add_ledger("2569-Q1", each=1)


def _closed_month(app: Flask) -> None:
    _quarter(app)
    with app.app_context():
        close(Actor.system("cli"), CODE)
