"""Groups: joined and left, counted once a day, claimed by an office with a code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.channels.models import Channel
from registry.db import db, unit_of_work
from registry.outbox import accounts, line_groups, line_links
from registry.outbox.line_models import LineCode, LineGroup
from tests import cast
from tests import line_events as line
from tests.line_server import Line, group_id, line_server

ClientOf = Callable[[str], FlaskClient]
SEVEN = group_id(7)


@pytest.fixture
def server(app: Flask) -> Iterator[Line]:
    """LINE, where group 7 has 42 members; the application listens to it."""
    with line_server(groups={SEVEN: ("เครือข่ายแม่ริม", 42)}) as server, line.listening(app, server):
        yield server


def groups(app: Flask) -> list[LineGroup]:
    with app.app_context():
        return list(db.session.scalars(select(LineGroup).order_by(LineGroup.id)))


def channel_of(app: Flask, row: LineGroup) -> tuple[str, str, bool, list[int]]:
    """Office, name, whether it is in use, and the counts of a group's channel."""
    with app.app_context():
        channel = db.session.get_one(Channel, row.channel_id)
        assert channel.office is not None
        counts = [count.audience for count in channel.counts]
        return channel.office.code, channel.name, channel.retired_on is None, counts


def count_now(app: Flask) -> None:
    with app.app_context():
        line_groups.count_groups()
        db.session.remove()


def test_a_group_joined_is_a_channel_with_a_count(app: Flask, server: Line) -> None:
    line.told(app, app.test_client(), line.event("join", group=7))
    assert "รหัส" in server.replies[-1]["messages"][0]["text"]
    row = groups(app)[0]
    assert channel_of(app, row) == ("C-PRDB", "กลุ่ม LINE", True, [])
    count_now(app)
    assert channel_of(app, row) == ("C-PRDB", "เครือข่ายแม่ริม", True, [42])
    with app.app_context():
        assert accounts.group_of(row.channel_id) == SEVEN


def test_it_is_counted_once_a_day_and_soon_after_people_came(app: Flask, server: Line) -> None:
    client = app.test_client()
    line.told(app, client, line.event("join", group=7))
    count_now(app)
    server.groups[SEVEN] = ("ชื่อใหม่ของกลุ่ม", 43)
    line.told(app, client, line.event("memberJoined", group=7, joined={"members": []}))
    count_now(app)
    row = groups(app)[0]
    assert channel_of(app, row)[3] == [42]
    with app.app_context(), unit_of_work():
        yesterday = datetime.now(UTC) - timedelta(days=1)
        values = {"counted_at": yesterday, "count_due_at": yesterday}
        db.session.execute(update(LineGroup).values(values))
    count_now(app)
    assert channel_of(app, row) == ("C-PRDB", "เครือข่ายแม่ริม", True, [43])


def test_line_that_does_not_answer_is_asked_again_later(app: Flask, server: Line) -> None:
    line.told(app, app.test_client(), line.event("join", group=8))
    count_now(app)
    row = groups(app)[0]
    assert row.counted_at is None
    assert row.count_due_at > datetime.now(UTC) + timedelta(minutes=50)
    assert channel_of(app, row)[3] == []


def test_leaving_retires_and_coming_back_opens_a_new_one(app: Flask, server: Line) -> None:
    client = app.test_client()
    line.told(app, client, line.event("join", group=7))
    count_now(app)
    line.told(app, client, line.event("leave", group=7), line.event("leave", group=7))
    old = groups(app)[0]
    assert channel_of(app, old) == ("C-PRDB", "เครือข่ายแม่ริม", False, [42])
    with app.app_context():
        assert accounts.group_of(old.channel_id) is None
    line.told(app, client, line.event("join", group=7))
    new = groups(app)[1]
    assert new.channel_id != old.channel_id
    assert channel_of(app, new)[2]
    with app.app_context():
        assert accounts.group_of(new.channel_id) == SEVEN


def test_events_of_a_group_never_joined_change_nothing(app: Flask, server: Line) -> None:
    client = app.test_client()
    line.told(app, client, line.event("leave", group=9), line.event("memberLeft", group=9))
    assert groups(app) == []
    assert {state for _, state in line.events_in(app)} == {"done"}


def code_shown(html: str) -> str:
    found = re.search(r'id="code" value="([a-z0-9]{4}-[a-z0-9]{4})"', html)
    assert found is not None, html
    return found[1]


def claim_code(app: Flask, client_of: ClientOf, name: str = "officer50") -> str:
    with app.app_context():
        network = cast.network("P50").id
    answer = client_of(name).post("/line/groups/claim", data={"network_id": str(network)})
    return code_shown(answer.text)


def test_a_code_typed_in_the_group_moves_it_to_the_office(
    app: Flask, client_of: ClientOf, server: Line
) -> None:
    client = app.test_client()
    line.told(app, client, line.event("join", group=7))
    before = f"/channels/{groups(app)[0].channel_id}"
    assert before not in client_of("officer50").get("/line/groups/").text
    code = claim_code(app, client_of)
    line.told(app, client, line.typed(code.upper(), group=7))
    assert "เชียงใหม่" in server.replies[-1]["messages"][0]["text"]
    row = groups(app)[0]
    assert channel_of(app, row)[0] == "P50"
    with app.app_context():
        channel = db.session.get_one(Channel, row.channel_id)
        assert channel.network_id == cast.network("P50").id
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "channel:claim"))
        assert event.one().actor_id == cast.user("officer50").id
    address = f"/channels/{row.channel_id}"
    assert address in client_of("officer50").get("/line/groups/").text
    assert address not in client_of("officer90").get("/line/groups/").text


def test_a_code_works_once_for_a_day_and_in_groups_only(
    app: Flask, client_of: ClientOf, server: Line
) -> None:
    client = app.test_client()
    line.told(app, client, line.event("join", group=7), line.event("join", group=8))
    code = claim_code(app, client_of)
    line.told(app, client, line.typed(code))  # alone it is no code of a member
    line.told(app, client, line.typed(code, group=7))
    line.told(app, client, line.typed(code, group=8))
    assert [channel_of(app, row)[0] for row in groups(app)] == ["P50", "C-PRDB"]
    late = claim_code(app, client_of)
    with app.app_context(), unit_of_work():
        db.session.execute(update(LineCode).values(expires_at=datetime.now(UTC)))
    line.told(app, client, line.typed(late, group=8))
    assert channel_of(app, groups(app)[1])[0] == "C-PRDB"
    assert "ใช้ไม่ได้" in server.replies[-1]["messages"][0]["text"]


def test_another_office_does_not_take_a_group(
    app: Flask, client_of: ClientOf, server: Line
) -> None:
    client = app.test_client()
    line.told(app, client, line.event("join", group=7), line.event("join", group=8))
    line.told(app, client, line.typed(claim_code(app, client_of), group=7))
    with app.app_context(), unit_of_work():
        office = cast.network("P90").office
        code, _until = line_links.issue_claim(Actor.system(), office, None)
    line.told(app, client, line.typed(code, group=7))
    assert "เชียงใหม่" in server.replies[-1]["messages"][0]["text"]
    assert "อยู่แล้ว" in server.replies[-1]["messages"][0]["text"]
    assert channel_of(app, groups(app)[0])[0] == "P50"
    line.told(app, client, line.typed(code, group=9))  # the bot was never in it
    line.told(app, client, line.typed(code, group=8))
    assert channel_of(app, groups(app)[1])[0] == "P90"
    line.told(app, client, line.typed(claim_code(app, client_of), group=7))
    assert "ขอบคุณ" in server.replies[-1]["messages"][0]["text"]


def test_guessing_codes_in_a_group_ends_soon(app: Flask, client_of: ClientOf, server: Line) -> None:
    client = app.test_client()
    line.told(app, client, line.event("join", group=7))
    code = claim_code(app, client_of)
    for number in range(5):
        line.told(app, client, line.typed(f"abcd-efg{number + 2}", group=7))
    line.told(app, client, line.typed(code, group=7))
    assert "หลายครั้งเกินไป" in server.replies[-1]["messages"][0]["text"]
    assert channel_of(app, groups(app)[0])[0] == "C-PRDB"


def test_a_foreign_network_cannot_be_claimed_for(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        foreign = str(cast.network("P90").id)
    answer = client_of("officer50").post("/line/groups/claim", data={"network_id": foreign})
    assert answer.status_code == 422
    assert client_of("head50").post("/line/groups/claim").status_code == 403
    with app.app_context():
        assert db.session.scalars(select(LineCode)).all() == []
