"""Two processes, two kills, a lost answer, faults in between: everybody has exactly one effect."""

from __future__ import annotations

from flask import Flask

from benchmarks.faults.outbox import run
from tests.stage import Stage


def test_every_recipient_has_one_effect(app: Flask, stage: Stage) -> None:
    outcome = run(app, stage.url, 160)
    assert outcome.kills == 2
    assert outcome.faults["cut after"] >= 1
    assert outcome.wrong == {}
    assert outcome.states == {"sent": 160}
    assert outcome.repeated >= 1
    assert outcome.publications >= 80
