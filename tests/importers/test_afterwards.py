"""Plans wait on the start page, and the page of an import leads to what is left to do."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from tests.importers import signup
from tests.importers.test_pages import batch, person, planned, sheet

ClientOf = Callable[[str], FlaskClient]


def test_a_plan_waits_on_the_start_page_of_its_office(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    assert "รายชื่อ.xlsx" not in client.get("/").text
    data = sheet(person("นายก ข", "0819990321"), person("นายค ง", "0819990322"))
    page = planned(app, client, data, "รายชื่อ.xlsx")
    (card,) = re.findall(rf'<a class="figure-card" href="{page}">.*?</a>', client.get("/").text)
    assert "<strong>2</strong>" in card
    assert "รายชื่อ.xlsx" in card
    for other in ("officer90", "regional3"):
        assert "รายชื่อ.xlsx" not in client_of(other).get("/").text
    client.post(f"{page}/discard")
    assert "รายชื่อ.xlsx" not in client.get("/").text


def test_the_start_page_says_how_many_rows_wait_for_an_answer(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of("officer50")
    data = sheet(person("นางมาลี ดวงแกัว", "0810000501"), person("นายค ง", "0819990322"))
    page = planned(app, client, data, "ซ้ำ.xlsx")
    (card,) = re.findall(rf'<a class="figure-card" href="{page}">.*?</a>', client.get("/").text)
    assert "<strong>2</strong>" in card
    assert "รอคำตอบ 1 แถว" in card


def test_the_page_leads_to_members_without_consent_or_network(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of("officer50")
    page = planned(app, client, sheet(person("นายก ข", "0819990321")), "รายชื่อ.xlsx")
    signup.apply(client, page)
    number = batch(app).id
    done = client.get(page).text
    for what in ("consent", "network"):
        (link,) = re.findall(rf'href="(/members/\?[^"]*lacks={what}[^"]*)"', done)
        assert f"batch={number}" in link
        assert "ก ข" in client.get(link.replace("&amp;", "&")).text
    assert "ก ข" not in client_of("officer90").get(f"/members/?batch={number}").text
