"""Linking a LINE account: codes, the roster, unlinking, and whom LINE reaches."""

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
from registry.channels.models import Channel, ChannelKind, ChannelMember
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.members.merge_undo import undo
from registry.members.merging import merge
from registry.members.models import MemberMerge
from registry.outbox import accounts, line_links
from registry.outbox.line_models import LineAccount, LineCode
from registry.portal.services import issue
from tests import cast
from tests import line_events as line
from tests.line_server import Line, line_server, user_id
from tests.meanwhile import meanwhile

ClientOf = Callable[[str], FlaskClient]
ACTOR = Actor(None, "test")


@pytest.fixture
def server(app: Flask) -> Iterator[Line]:
    """LINE; the application listens to it."""
    with line_server() as server, line.listening(app, server):
        yield server


def member_id(app: Flask, name: str = "malee50") -> int:
    with app.app_context():
        return cast.member(name).id


def code_for(app: Flask, client: FlaskClient, name: str = "malee50") -> str:
    """What the officer reads to the member."""
    html = client.post(f"/line/members/{member_id(app, name)}/code").text
    found = re.search(r'id="code" value="([a-z0-9]{4}-[a-z0-9]{4})"', html)
    assert found is not None, html
    return found[1]


def type_code(app: Flask, server: Line, code: str, user: int = 1) -> str:
    """Type a code to the bot; its answer."""
    line.told(app, app.test_client(), line.typed(code, user=user))
    return str(server.replies[-1]["messages"][0]["text"])


def reached(app: Flask) -> dict[str, str]:
    """Who would be sent to by LINE."""
    with app.app_context():
        ids = {cast.member(name).id: name for name in cast.MEMBERS}
        found = accounts.line_ids_of(ids)
        assert set(found) == set(db.session.scalars(accounts.linked_members()))
        return {ids[number]: user for number, user in found.items()}


def roster(app: Flask) -> list[tuple[int, bool]]:
    """Who is and was on the roster of the bot's channel."""
    with app.app_context():
        channel = accounts.bot_channel()
        assert channel is not None
        rows = select(ChannelMember).where(ChannelMember.channel_id == channel.id)
        return [(row.member_id, row.to_on is None) for row in db.session.scalars(rows)]


def test_a_code_links_the_account_and_puts_on_the_roster(
    app: Flask, client_of: ClientOf, server: Line
) -> None:
    code = code_for(app, client_of("officer50"))
    assert "เรียบร้อย" in type_code(app, server, f" {code.upper().replace('-', ' ')} ")
    assert reached(app) == {"malee50": user_id(1)}
    assert roster(app) == [(member_id(app), True)]
    html = client_of("officer50").get(f"/members/{member_id(app)}").text
    assert f"/line/members/{member_id(app)}/unlink" in html
    with app.app_context():
        row = db.session.scalars(select(LineAccount)).one()
        assert user_id(1) not in row.user_hash
        kinds = set(db.session.scalars(select(AuditEvent.action)))
        assert {"line:code", "line:link"} <= kinds


def test_the_bots_own_channel_is_taken_where_there_is_one(app: Flask, server: Line) -> None:
    with app.app_context(), unit_of_work():
        channel = Channel(
            office_id=accounts.bot_office().id,
            kind=ChannelKind.LINE_OA.value,
            name="สังข์ OA",
            opened_on=cast.SINCE,
            created_at=cast.NOON,
        )
        db.session.add(channel)
        db.session.flush()
        own = channel.id
    line.linked(app)
    with app.app_context():
        found = accounts.bot_channel()
        assert found is not None
        assert found.id == own


def test_wrong_expired_used_and_ended_codes_open_nothing(
    app: Flask, client_of: ClientOf, server: Line
) -> None:
    officer = client_of("officer50")
    assert "ใช้ไม่ได้" in type_code(app, server, "abcd-efgh")
    ended = code_for(app, officer)
    code = code_for(app, officer)
    assert "ใช้ไม่ได้" in type_code(app, server, ended)
    assert "เรียบร้อย" in type_code(app, server, code)
    assert "ใช้ไม่ได้" in type_code(app, server, code, user=2)
    expired = code_for(app, officer, "somchai50")
    with app.app_context(), unit_of_work():
        db.session.execute(update(LineCode).values(expires_at=datetime.now(UTC)))
    assert "ใช้ไม่ได้" in type_code(app, server, expired, user=2)
    assert reached(app) == {"malee50": user_id(1)}


def test_a_code_lives_for_fifteen_minutes(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        before = datetime.now(UTC)
        code, until = line_links.issue_code(ACTOR, cast.member("malee50"))
        assert timedelta(minutes=14) < until - before <= timedelta(minutes=15, seconds=5)
        letters = code.replace("-", "")
        assert len(letters) == 8
        assert not set(letters) & set("01oil")
        row = db.session.scalars(select(LineCode)).one()
        assert letters not in row.code_hash


def test_guessing_ends_after_five_tries_and_begins_again_in_an_hour(
    app: Flask, client_of: ClientOf, server: Line
) -> None:
    code = code_for(app, client_of("officer50"))
    for number in range(5):
        assert "ใช้ไม่ได้" in type_code(app, server, f"abcd-efg{number + 2}")
    assert "หลายครั้งเกินไป" in type_code(app, server, code)
    assert reached(app) == {}
    assert "เรียบร้อย" in type_code(app, server, code, user=2)  # others are not held up


def test_a_second_member_with_the_same_account_is_refused(
    app: Flask, client_of: ClientOf, server: Line
) -> None:
    officer = client_of("officer50")
    type_code(app, server, code_for(app, officer))
    with app.app_context(), unit_of_work(), pytest.raises(Refused, match="สมาชิกท่านอื่น"):
        line_links.link(ACTOR, cast.member("somchai50"), user_id(1))
    assert reached(app) == {"malee50": user_id(1)}


def test_two_who_link_the_same_account_at_once(app: Flask) -> None:
    """One goes through; the other waits, then is refused or finds that it is taken."""

    def link(name: str) -> None:
        line_links.link(ACTOR, cast.member(name), user_id(1))

    said = meanwhile(app, lambda: link("malee50"), lambda: link("somchai50"))
    assert said
    assert reached(app) == {"malee50": user_id(1)}


def test_a_new_phone_replaces_the_old_one(app: Flask, client_of: ClientOf, server: Line) -> None:
    officer = client_of("officer50")
    type_code(app, server, code_for(app, officer), user=1)
    type_code(app, server, code_for(app, officer), user=2)
    assert reached(app) == {"malee50": user_id(2)}
    assert roster(app) == [(member_id(app), True)]


@pytest.mark.parametrize("way", ["unfollow", "member", "officer"])
def test_unlinking_ends_the_place_on_the_roster(
    app: Flask, client_of: ClientOf, server: Line, way: str
) -> None:
    line.linked(app)
    client = app.test_client()
    if way == "unfollow":
        line.told(app, client, line.event("unfollow"))
    elif way == "member":
        line.told(app, client, line.typed("ยกเลิกการเชื่อมบัญชี"))
        assert reached(app) != {}
        line.told(app, client, line.pressed("sang:unlink:yes"))
    else:
        path = f"/line/members/{member_id(app)}/unlink"
        assert client_of("officer90").post(path).status_code == 404
        assert client_of("officer50").post(path).status_code == 302
        assert client_of("officer50").post(path).status_code == 302
    assert reached(app) == {}
    assert roster(app) == [(member_id(app), False)]
    with app.app_context():
        assert db.session.scalars(select(LineAccount)).one().unlink_reason == way
    line.linked(app)
    assert roster(app) == [(member_id(app), True)]


def test_whoever_left_is_not_reached_and_gets_no_code(app: Flask, client_of: ClientOf) -> None:
    line.linked(app)
    with app.app_context(), unit_of_work():
        cast.member("malee50").state = "left"
    assert reached(app) == {}
    answer = client_of("officer50").post(f"/line/members/{member_id(app)}/code")
    assert answer.status_code == 302
    with app.app_context():
        assert db.session.scalars(select(LineCode)).all() == []


def test_another_offices_member_gets_no_code(app: Flask, client_of: ClientOf) -> None:
    path = f"/line/members/{member_id(app)}/code"
    assert client_of("officer90").post(path).status_code == 404
    assert client_of("head50").post(path).status_code == 403


@pytest.mark.parametrize("both", [False, True])
def test_a_merge_keeps_one_account_and_an_undo_gives_both_back(app: Flask, both: bool) -> None:
    line.linked(app, "somchai50", 2)
    if both:
        line.linked(app, "malee50", 1)
    before = reached(app)
    with app.app_context(), unit_of_work():
        one, other = cast.member("malee50"), cast.member("somchai50")
        other.national_id = other.national_id_hash = None
        db.session.flush()
        today = datetime.now(UTC).date()
        made = merge(ACTOR, one, other, (), on=today, reason="คนเดียวกัน").id
    assert reached(app) == {"malee50": user_id(1 if both else 2)}
    with app.app_context(), unit_of_work():
        undo(ACTOR, db.session.get_one(MemberMerge, made))
    assert reached(app) == before


def test_the_member_links_and_unlinks_on_the_own_page(app: Flask, server: Line) -> None:
    with app.app_context(), unit_of_work():
        token = issue(ACTOR, cast.member("malee50"))
    phone = app.test_client()
    phone.post(f"/m/{token}/here")
    found = re.search(r'id="code" value="([a-z0-9-]{9})"', phone.post(f"/m/{token}/line/code").text)
    assert found is not None
    assert "เรียบร้อย" in type_code(app, server, found[1])
    assert "เชื่อมแล้ว" in phone.get(f"/m/{token}/record").text
    for _ in range(2):
        assert phone.post(f"/m/{token}/line/unlink").status_code == 302
    assert reached(app) == {}
