"""Who enters something for a closed period hears at once that what was sealed stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.db import unit_of_work
from registry.messages import ledger
from registry.periods import catalogue
from tests import cast, story
from tests.closed import seal

ClientOf = Callable[[str], FlaskClient]
CLOSED = "ปิดงวดแล้ว ตัวเลขที่ปิดไว้จะไม่เปลี่ยน"


def test_the_shortest_closed_period_around_some_days_is_found(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        for code in ("2569-FY", "2569-06", "2569-06", "2569-Q2"):
            seal(code)
        june, march = date(2026, 6, 11), date(2026, 3, 1)
        found = {
            days: (row := catalogue.closed_around(days)) and row.code
            for days in ((june,), (march,), (march, june), (date(2026, 10, 1),), ())
        }
        assert list(found.values()) == ["2569-06", "2569-Q2", "2569-06", None, None]


@pytest.mark.parametrize("closed", [True, False])
def test_recording_and_reviewing_say_so(app: Flask, client_of: ClientOf, closed: bool) -> None:
    with app.app_context(), unit_of_work():
        if closed:
            seal("2569-06")
        message, actor = story.published(), story.acting("officer50")
        member, channel = cast.member("malee50").id, cast.channel("malee50").id
        entry = story.entry(message, "dao50", link="https://example.org/p")
        row = ledger.record_dissemination(actor, story.ALL, entry).id
        address = f"/dissemination/new?message={message.id}&member={member}"
    client = client_of("officer50")
    data = {"form_token": "d" * 32, "channel": channel, "on": "11/6/2569", "audience": "12"}
    steps = (
        (address, data),
        ("/evidence/", {"ids": [row], "decision": "accept"}),
        (f"/channels/{channel}/counts", {"audience": "40", "on": "30/6/2569", "source": "x"}),
    )
    for place, sent in steps:
        answer = client.post(place, data=sent, follow_redirects=True)
        assert answer.status_code == 200
        assert (f"มิถุนายน 2569 {CLOSED}" in answer.text) is closed, place


def test_who_mends_a_record_that_was_confirmed_in_a_closed_period_hears_nothing(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context(), unit_of_work():
        seal("2569-06")
        member = cast.member("malee50")
        member.confirmed_on = date(2026, 6, 11)
        path, version = f"/members/{member.id}/confirm", str(member.version)
    answer = client_of("officer50").post(path, data={"version": version}, follow_redirects=True)
    assert answer.status_code == 200
    assert CLOSED not in answer.text
