"""Facts of a quarter, and one closed month in it: scenes that several files begin with."""

from __future__ import annotations

from flask import Flask

from registry.audit.services import Actor
from registry.db import unit_of_work
from reports import tidy
from reports.closing import close
from tests.ledger import add_ledger
from tests.stage import Scene

CODE = "2568-12"
LIGHT = {"csv": tidy.csv_of}
"""In place of ``reports.drafting.DOCUMENTS`` where nobody opens the PDF and the workbook."""


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
