"""Standard times: every step of the manual has one, with a stated start and stop."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.periods.calendar import to_bangkok_date, utc_now
from registry.periods.standards import CLOCKS, STEP_NAMES, Step, standards

ClientOf = Callable[[str], FlaskClient]
MINUTES = {
    Step.NETWORK: 5 * 24 * 60,
    Step.CHANNEL: 60,
    Step.MESSAGE: 60,
    Step.PUBLISH: 30,
    Step.PASS_ON: 60,
    Step.ANSWER: 2 * 24 * 60,
    Step.REPORT: 24 * 60,
}


def test_the_manuals_times_hold_from_the_beginning(app: Flask) -> None:
    with app.app_context():
        found = standards()
        assert {step: rows[0].minutes for step, rows in found.items()} == MINUTES
        assert all(len(rows) == 1 and rows[0].source for rows in found.values())


@pytest.mark.parametrize("step", list(Step))
def test_every_step_states_when_its_clock_starts_and_stops(
    app: Flask, client_of: ClientOf, step: Step
) -> None:
    page = client_of("admin").get("/settings/standards/").text
    with app.test_request_context():
        for text in (STEP_NAMES[step], CLOCKS[step].start, CLOCKS[step].stop):
            assert str(text) in page
    assert CLOCKS[step].counted is (step in {Step.PUBLISH, Step.PASS_ON, Step.ANSWER})


def test_a_standard_of_a_step_without_a_measure_is_set_too(app: Flask, client_of: ClientOf) -> None:
    day = to_bangkok_date(utc_now())
    typed = f"{day.day}/{day.month}/{day.year + 543}"
    form = {"step": "report", "minutes": "2880", "valid_from": typed, "source": "คำสั่ง"}
    assert client_of("admin").post("/settings/standards/", data=form).status_code == 302
    with app.app_context():
        assert [row.minutes for row in standards()[Step.REPORT]] == [2880, 1440]
