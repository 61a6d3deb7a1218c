"""The pages on which two records become one, and who may open them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.db import begin_write, db, unit_of_work
from registry.members import queries, states, transfers
from registry.members.merge_queries import likely_same
from registry.members.models import MemberMerge, MemberState
from registry.members.transfer_models import RequestKind
from tests import cast
from tests.merging import (
    REASON,
    SYSTEM,
    TODAY,
    TWIN,
    busy_twin,
    everything,
    merge,
    twin,
)

ClientOf = Callable[[str], FlaskClient]


def third(state: MemberState) -> None:
    twin()
    states.change_state(SYSTEM, cast.member("malee50"), state, on=TODAY)


def organisation() -> None:
    twin(kind="organisation", title=None)


def asked_for() -> None:
    wish = transfers.Wish(RequestKind.TRANSFER, "ย้ายบ้าน", province="90")
    office = db.session.scalars(select(Office).where(Office.code == "P90")).one()
    transfers.ask(SYSTEM, office, twin(), wish)


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda: twin(national_id="1101700230708"), "เลขประจำตัวประชาชนต่างกัน"),
        (lambda: third(MemberState.INACTIVE), "อีกระเบียน"),
        (lambda: third(MemberState.LEFT), "อีกระเบียน"),
        (organisation, "องค์กร"),
        (asked_for, "คำขอ"),
    ],
)
def test_two_that_cannot_be_one(
    app: Flask, client_of: ClientOf, prepare: Callable[[], object], said: str
) -> None:
    with app.app_context():
        with unit_of_work():
            prepare()
            numbers = [cast.member(name).id for name in ("malee50", TWIN)]
        before = everything()
    client = client_of("officer50")
    page = client.get(path(*numbers)).text
    assert said in page
    assert 'name="reason"' not in page
    assert said in send(client, *numbers).text
    with app.app_context():
        assert everything() == before


def path(member: int, other: int) -> str:
    return f"/members/{member}/merge/{other}"


def send(client: FlaskClient, member: int, other: int, **changes: str) -> Any:
    """Fill in the page of two records and send it."""
    html = client.get(path(member, other)).text
    hidden = dict(re.findall(r'name="(version|other_version)" type="hidden" value="(\d+)"', html))
    ticked = dict(re.findall(r'name="(take_\w+)" value="(\w+)" checked', html))
    return client.post(path(member, other), data={**hidden, **ticked, "reason": REASON, **changes})


def made(app: Flask) -> tuple[int, int]:
    with app.app_context():
        with unit_of_work():
            busy_twin()
        return cast.member("malee50").id, cast.member(TWIN).id


def test_the_pages_from_picking_to_undoing(app: Flask, client_of: ClientOf) -> None:
    malee, other = made(app)
    client = client_of("officer50")
    assert f"/members/{malee}/merge" in client.get(f"/members/{malee}").text
    picked = client.get(f"/members/{malee}/merge").text
    assert path(malee, other) in picked
    assert path(malee, other) in client.get(f"/members/{malee}/merge?q=มาลี").text
    page = client.get(path(malee, other)).text
    assert "0810000501" not in page
    assert "1500012345676" not in page
    assert re.search(r'value="there" checked.*malee@example.org', page, re.S)
    assert path(other, malee) in page
    answer = send(client, malee, other, take_name="there")
    assert answer.headers["Location"] == f"/members/{malee}"
    with app.app_context():
        kept = cast.member("malee50")
        assert (kept.title, kept.email) == ("น.ส.", "malee@example.org")
        number = db.session.scalars(select(MemberMerge.id)).one()
    assert client.get(f"/members/{other}").headers["Location"] == f"/members/{malee}"
    shown = client.get(f"/members/{malee}").text
    assert REASON in shown
    assert f"/members/merges/{number}/undo" in shown
    assert client.get(path(malee, other)).headers["Location"] == f"/members/{malee}"
    assert client.post(f"/members/merges/{number}/undo").status_code == 302
    assert "คืนทั้งสองระเบียน" in client.get(f"/members/{malee}").text
    assert client.get(f"/members/{other}").status_code == 200


def test_a_double_click_merges_once(app: Flask, client_of: ClientOf) -> None:
    malee, other = made(app)
    client = client_of("officer50")
    assert send(client, malee, other).status_code == 302
    data = {"version": "1", "other_version": "1", "reason": REASON}
    for address in (path(malee, other), path(other, malee)):
        again = client.post(address, data=data)
        assert again.headers["Location"] == f"/members/{malee}"
    with app.app_context():
        assert db.session.scalar(select(func.count(MemberMerge.id))) == 1


def test_a_record_changed_meanwhile_is_shown_again(app: Flask, client_of: ClientOf) -> None:
    malee, other = made(app)
    client = client_of("officer50")
    answer = send(client, malee, other, other_version="77")
    assert answer.status_code == 200
    assert REASON in answer.text
    assert 'name="other_version" type="hidden" value="77"' not in answer.text
    assert "โปรดกรอก" in send(client, malee, other, reason="").text
    with app.app_context():
        assert cast.member(TWIN).merged_into_id is None


def test_others_find_nothing(app: Flask, client_of: ClientOf) -> None:
    malee, other = made(app)
    with app.app_context(), unit_of_work():
        aree, number = cast.member("aree90").id, merge().id
    stranger = client_of("officer90")
    for address in (
        path(malee, other),
        path(aree, malee),
        path(aree, other),
        f"/members/{other}",
        f"/members/{malee}/merge",
    ):
        assert stranger.get(address).status_code == 404, address
    assert stranger.post(f"/members/merges/{number}/undo").status_code == 404
    assert client_of("head50").get(f"/members/{malee}/merge").status_code == 403
    with app.app_context():
        begin_write()
        mine = likely_same(Scope.of_provinces("90"), cast.member("aree90"))
        assert mine == []
        assert queries.survivor_of(Scope.of_provinces("90"), other) is None
