"""``sang measure``: the same figures, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from registry.access.scope import Scope
from registry.db import db, unit_of_work
from registry.facts.cuts import DIMENSIONS
from registry.facts.evaluate import evaluate
from registry.facts.measures import MEASURES
from registry.facts.spans import Months
from registry.messages.models import Publication
from registry.messages.numbers import numbers_of
from registry.periods.calendar import Period
from tests.ledger import add_ledger
from tests.test_cli import Sang
from tests.test_cli import sang as sang

DOCS = Path(__file__).parent.parent / "docs" / "measures.md"


def test_json_says_what_was_asked_and_found(sang: Sang, app: Flask) -> None:
    outcome = sang(
        *("measure", "members_active", "--period", "2568-10"),
        *("--by", "zone,province", "--where", "zone=3", "--as-of", "now", "--json"),
    )
    found = json.loads(outcome.out)
    assert outcome.code == 0
    assert (found["measure"], found["period"], found["as_of"]) == (
        "members_active",
        "2568-10",
        "now",
    )
    assert (found["name_th"], found["name_en"]) == ("สมาชิกปัจจุบัน", "Active members")
    assert (found["by"], found["where"]) == (["zone", "province"], {"zone": [3]})
    cells = {(cell["zone"], cell["province"]): cell["value"] for cell in found["figures"]}
    assert cells == {(3, "50"): 3, (3, "51"): 1}


def test_the_command_and_the_pages_give_one_number(sang: Sang, app: Flask) -> None:
    with app.app_context():
        months = Months.of(Period.parse("2568-10"))
        wanted = evaluate(Scope.all(), ["channel_audience"], months)[0].value
    outcome = sang("measure", "channel_audience", "--period", "2568-10", "--json")
    assert json.loads(outcome.out)["figures"][0]["value"] == wanted


def test_short_names_of_dimensions_are_known(sang: Sang) -> None:
    outcome = sang("measure", "channels_active", "--period", "2568-10", "--by", "channel")
    assert outcome.code == 0
    assert outcome.out.strip()


def test_one_message_is_asked_about_over_its_whole_life(sang: Sang, app: Flask) -> None:
    with app.app_context(), unit_of_work():
        add_ledger("2569-Q1", each=1)
    with app.app_context():
        row = db.session.scalars(select(Publication).order_by(Publication.id)).first()
        assert row is not None
        number, wanted = row.message_id, numbers_of(Scope.all(), row.message_id)
    where = ("--where", f"message={number}", "--json")
    for name in ("recipients", "received", "passed_on", "disseminations"):
        outcome = sang("measure", name, *where)
        found = json.loads(outcome.out)
        assert outcome.code == 0, outcome.err
        assert found["where"] == {"message": [number]}
        assert found["figures"][0]["value"] == getattr(wanted, name), name


@pytest.mark.parametrize("value", ["999999", "x", "-1"])
def test_a_message_that_is_not_there_is_refused(sang: Sang, value: str) -> None:
    outcome = sang("measure", "recipients", "--where", f"message={value}")
    assert outcome.code == 2
    assert len(outcome.err.strip().splitlines()) == 1


def test_without_a_message_a_period_is_needed(sang: Sang) -> None:
    assert sang("measure", "recipients").code == 2


def test_every_measure_is_described(app: Flask) -> None:
    text = DOCS.read_text(encoding="utf-8")
    for name, one in MEASURES.items():
        assert f"`{name}`" in text, name
        with app.app_context():
            assert one.title_in("th") != one.title_in("en"), name
    for name in DIMENSIONS:
        assert f"`{name}`" in text
