"""The test server refuses what LINE refuses, and its limits are those of LINE's own library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests
from flask import Flask
from linebot.v3 import messaging
from pydantic.v1 import BaseModel

from registry.outbox.line import client
from registry.outbox.line.client import LineError
from tests import line_server, outbox_world
from tests.line_server import Fault, Line, group_id, user_id

TEXT = {"type": "text", "text": "สวัสดี"}


@pytest.fixture
def line() -> Iterator[Line]:
    with line_server.line_server() as server:
        yield server


def post(line: Line, path: str, body: Any, **headers: str) -> requests.Response:
    sent = {"Authorization": f"Bearer {line.token}", **headers}
    return requests.post(f"{line.url}/v2/bot/message/{path}", json=body, headers=sent, timeout=5)


def multicast(line: Line, count: int = 1, messages: int = 1, key: str = "") -> requests.Response:
    body = {"to": [user_id(one) for one in range(count)], "messages": [TEXT] * messages}
    return post(line, "multicast", body, **({"X-Line-Retry-Key": key} if key else {}))


@pytest.mark.parametrize(("messages", "status"), [(0, 400), (1, 200), (5, 200), (6, 400)])
def test_one_to_five_messages(line: Line, messages: int, status: int) -> None:
    assert multicast(line, messages=messages).status_code == status


@pytest.mark.parametrize(("count", "status"), [(0, 400), (500, 200), (501, 400)])
def test_one_to_five_hundred_ids(line: Line, count: int, status: int) -> None:
    assert multicast(line, count).status_code == status
    assert len(line.effects) == (count if status == 200 else 0)


def test_repeated_retry_key(line: Line) -> None:
    key = str(uuid4())
    first, second = multicast(line, key=key), multicast(line, key=key)
    assert (first.status_code, second.status_code) == (200, 409)
    accepted = second.headers["x-line-accepted-request-id"]
    assert accepted == first.headers["x-line-request-id"]
    assert line.effects == {user_id(0): 1}


def test_retry_key_that_is_no_uuid(line: Line) -> None:
    assert multicast(line, key="one").status_code == 400


def test_bad_token(line: Line) -> None:
    token = {"Authorization": "Bearer another"}
    assert post(line, "push", {"to": user_id(1), "messages": [TEXT]}, **token).status_code == 401


def test_quota_counts_recipients(line: Line) -> None:
    line.quota = 3
    assert multicast(line, 2).status_code == 200
    assert multicast(line, 2).status_code == 429
    assert line.used == 2


@pytest.mark.parametrize("to", ["", "somebody", "U123", [user_id(1)]])
def test_push_to_nobody(line: Line, to: object) -> None:
    assert post(line, "push", {"to": to, "messages": [TEXT]}).status_code == 400


def test_too_long_text_counts_utf16(line: Line) -> None:
    good, bad = "😀" * 2_500, "😀" * 2_501
    for text, status in ((good, 200), (bad, 400)):
        body = {"to": user_id(1), "messages": [{"type": "text", "text": text}]}
        assert post(line, "push", body).status_code == status


def test_reply_token_is_good_once(line: Line) -> None:
    body = {"replyToken": "token", "messages": [TEXT]}
    assert [post(line, "reply", body).status_code for _ in range(2)] == [200, 400]


def limits(model: type[BaseModel], name: str) -> tuple[int | None, int | None]:
    kind = model.__fields__[name].outer_type_
    return kind.min_items, kind.max_items


def test_limits_are_those_of_lines_own_library() -> None:
    ids, texts = (1, line_server.MAX_IDS), (1, line_server.MAX_MESSAGES)
    assert limits(messaging.MulticastRequest, "to") == ids
    assert limits(messaging.MulticastRequest, "messages") == texts
    assert limits(messaging.PushMessageRequest, "messages") == texts
    assert limits(messaging.ReplyMessageRequest, "messages") == texts
    assert limits(messaging.QuickReply, "items")[1] == line_server.MAX_QUICK_REPLIES
    data = messaging.PostbackAction.__fields__["data"]
    assert data.type_.max_length == line_server.MAX_POSTBACK
    assert (ids[1], texts[1]) == (client.MAX_IDS, client.MAX_MESSAGES)


def test_questions_to_line(app: Flask, line: Line) -> None:
    line.groups[group_id(1)] = ("กลุ่ม อป.มช.", 37)
    line.content["77"], line.quota, line.used = b"picture", 200, 12
    with outbox_world.outbox_to(app, line=line), app.app_context():
        assert client.group_summary(group_id(1)) == client.GroupSummary("กลุ่ม อป.มช.", 37)
        assert client.fetch_content("77") == b"picture"
        assert client.allowance() == client.Allowance(200, 12)
        client.reply("token", [TEXT])
        with pytest.raises(LineError) as refused:
            client.group_summary(group_id(2))
    assert group_id(2) not in str(refused.value)
    assert line.replies[0]["replyToken"] == "token"


def test_body_that_line_would_refuse_is_not_even_sent(app: Flask, line: Line) -> None:
    with outbox_world.outbox_to(app, line=line), app.app_context():
        answer = client.multicast(client.line(), [user_id(1)], [TEXT] * 6, str(uuid4()))
    assert answer.outcome == "failed"
    assert line.requests == []


def test_fault_before_has_no_effect_and_fault_after_has_one(line: Line) -> None:
    line.fault = lambda number: Fault.ERROR_BEFORE if number == 1 else Fault.ERROR_AFTER
    assert [multicast(line).status_code for _ in range(2)] == [500, 500]
    assert line.effects == {user_id(0): 1}
