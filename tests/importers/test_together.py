"""Two people correct the same sheet at the same moment: what both typed is in the plan."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from importers import runs
from importers.models import BatchState, ImportBatch
from importers.results import Status
from registry.db import db, unit_of_work
from registry.jobs import run_pending
from tests.importers import signup
from tests.importers.test_pages import batch, planned
from tests.importers.test_proposals import (
    BAD_CARD,
    BAD_DAY,
    RIGHT_CARD,
    inputs,
    people,
    row,
    worked,
)

ClientOf = Callable[[str], FlaskClient]


def typed(page: str, number: int, **cells: str) -> dict[str, str]:
    """What a browser sends that shows this page and in which somebody typed."""
    return inputs(page) | {f"cell-{at}": text for at, text in cells.items()} | {"row": str(number)}


def test_both_corrections_are_read(app: Flask, client_of: ClientOf) -> None:
    one, other = client_of("officer50"), client_of("regional3")
    page = planned(app, one, people())
    seen = other.get(page).text
    one.post(f"{page}/cells", data=typed(one.get(page).text, BAD_DAY, E3="30/4/2569"))
    assert batch(app).as_state is BatchState.READING
    told = other.post(
        f"{page}/cells", data=typed(seen, BAD_CARD, F4=RIGHT_CARD), follow_redirects=True
    ).text
    assert "2 ช่อง" in told
    worked(app)
    assert batch(app).mended == {"E3": "30/4/2569", "F4": RIGHT_CARD}
    assert row(app, BAD_DAY).as_status is Status.NEW
    assert row(app, BAD_CARD).as_status is Status.NEW


def test_a_correction_in_the_middle_of_the_reading_has_it_read_once_more(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = client_of("officer50"), client_of("regional3")
    page = planned(app, one, people())
    seen = other.get(page).text
    one.post(f"{page}/cells", data=typed(one.get(page).text, BAD_DAY, E3="30/4/2569"))
    write, late = runs.write, [typed(seen, BAD_CARD, F4=RIGHT_CARD)]

    def meanwhile(found: ImportBatch, plan: object) -> None:
        db.session.rollback()
        while late:
            other.post(f"{page}/cells", data=late.pop())
        with unit_of_work() as session:
            write(session.get_one(ImportBatch, found.id), plan)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "write", meanwhile)
    with app.app_context():
        assert run_pending() == 2
    assert row(app, BAD_CARD).as_status is Status.NEW
    assert row(app, BAD_DAY).as_status is Status.NEW
    assert not batch(app).unread


def test_of_the_same_cell_the_later_word_counts_and_says_so(
    app: Flask, client_of: ClientOf
) -> None:
    one, other = client_of("officer50"), client_of("regional3")
    page = planned(app, one, people())
    seen = other.get(page).text
    one.post(f"{page}/cells", data=typed(one.get(page).text, BAD_DAY, E3="30/4/2569"))
    told = other.post(
        f"{page}/cells", data=typed(seen, BAD_DAY, E3="29/4/2569"), follow_redirects=True
    ).text
    assert "มีผู้อื่นแก้ไขช่อง E3" in told
    worked(app)
    assert (batch(app).mended or {})["E3"] == "29/4/2569"
    assert row(app, BAD_DAY).values["joined_on"] == "2026-04-29"


def test_a_plan_is_not_applied_while_a_correction_waits(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    with app.app_context(), unit_of_work() as session:
        session.get_one(ImportBatch, int(page.rpartition("/")[2])).unread = True
    plan = {"plan": signup.plan_of(client, page)}
    assert "ยังไม่ได้อ่าน" in client.post(f"{page}/commit", data=plan, follow_redirects=True).text
    assert batch(app).as_state is BatchState.PLANNED
