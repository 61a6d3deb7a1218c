"""A server that answers like LINE's Messaging API, with faults on demand.

Its limits are written by hand after LINE's published description, never after our own code:

* ``messaging-api.yml`` of github.com/line/line-openapi: paths, ``PushMessageRequest`` and
  ``MulticastRequest`` (1 to 5 messages, 1 to 500 user ids), ``QuickReply`` (13 items),
  ``PostbackAction.data`` (300), the statuses 400, 403, 409 and 429 of push and multicast;
* developers.line.biz/en/reference/messaging-api: 401 without a valid token, text of 5,000 UTF-16
  units, quick-reply labels of 20, image addresses by https, ``x-line-request-id``;
* developers.line.biz/en/docs/messaging-api/retrying-api-request: a retry key is a UUID in
  hexadecimal; a repeated one is answered by 409 with ``x-line-accepted-request-id``.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import orjson

MAX_MESSAGES, MAX_IDS = 5, 500
MAX_TEXT, MAX_QUICK_REPLIES, MAX_POSTBACK, MAX_LABEL = 5_000, 13, 300, 20
UUID = re.compile("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
USER, GROUP = re.compile("^U[0-9a-f]{32}$"), re.compile("^[CR][0-9a-f]{32}$")
TOKEN = "line-test-token"


class Fault(StrEnum):
    """What goes wrong with a sending; before or after it had its effect."""

    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    CUT_BEFORE = "cut before"
    CUT_AFTER = "cut after"
    SLOW = "slow"
    RATE = "429"
    GARBLED = "garbled answer after"
    REDIRECT = "redirect"


AFTER = frozenset({Fault.ERROR_AFTER, Fault.CUT_AFTER, Fault.SLOW, Fault.GARBLED})
Body = dict[str, Any]


@dataclass
class Line:
    """What the server knows, and what it was made to do.

    Attributes:
        fault: asked once per sending that is in order, with its number; None: no fault.
        effects: how many messages each user or group has received.
        requests: every sending that was tried: path, retry key, status.
    """

    token: str = TOKEN
    quota: int | None = None
    used: int = 0
    slow_seconds: float = 0.0
    fault: Callable[[int], Fault | None] = lambda number: None
    effects: Counter[str] = field(default_factory=Counter)
    accepted: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)
    replies: list[Body] = field(default_factory=list)
    content: dict[str, bytes] = field(default_factory=dict)
    groups: dict[str, tuple[str, int]] = field(default_factory=dict)
    number: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""


@dataclass(frozen=True)
class Reply:
    """What is answered; ``cut`` closes the connection instead."""

    status: int
    body: Body | bytes = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


def refused(status: int, message: str, **headers: str) -> Reply:
    """An ErrorResponse."""
    return Reply(status, {"message": message}, {k.replace("_", "-"): v for k, v in headers.items()})


def problem_of(messages: Any) -> str:
    """What is wrong with message objects; empty where nothing is."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= MAX_MESSAGES:
        return "The property, 'messages', must have 1 to 5 items"
    return next(filter(None, map(_message_problem, messages)), "")


def _message_problem(message: Body) -> str:
    if message.get("type") == "text":
        text = message.get("text", "")
        if not text or len(text.encode("utf-16-le")) // 2 > MAX_TEXT:
            return "Length must be between 0 and 5000"
    elif message.get("type") == "image":
        names = ("originalContentUrl", "previewImageUrl")
        if not all(str(message.get(name, "")).startswith("https://") for name in names):
            return "Invalid uri scheme"
    else:
        return "A message (messages[0]) in the request body is invalid"
    return _quick_reply_problem(message.get("quickReply") or {})


def _quick_reply_problem(quick: Body) -> str:
    items = quick.get("items", [])
    if len(items) > MAX_QUICK_REPLIES:
        return "Size must be between 1 and 13"
    actions = [item["action"] for item in items]
    too_long = any(
        len(one.get("data", "")) > MAX_POSTBACK or len(one.get("label", "")) > MAX_LABEL
        for one in actions
    )
    return "Length must be between 0 and 300" if too_long else ""


def send(line: Line, body: Body, to: list[str], key: str) -> Reply:
    """Push or multicast, after the token was found good."""
    if key and not UUID.match(key):
        return refused(400, "The retry key is invalid")
    if problem := problem_of(body.get("messages")):
        return refused(400, problem)
    with line.lock:
        if key and key in line.accepted:
            return refused(
                409,
                "The retry key is already accepted",
                x_line_accepted_request_id=line.accepted[key],
            )
        line.number += 1
        fault = line.fault(line.number)
        if fault is None or fault in AFTER:
            if line.quota is not None and line.used + len(to) > line.quota:
                return refused(429, "You have reached your monthly limit.")
            _take_effect(line, body, to, key)
    return _answer(line, fault, key, push=isinstance(body["to"], str))


def _take_effect(line: Line, body: Body, to: list[str], key: str) -> None:
    line.used += len(to)
    line.effects.update(to)
    line.bodies.append(body)
    if key:
        line.accepted[key] = str(uuid4())


def _answer(line: Line, fault: Fault | None, key: str, *, push: bool) -> Reply:
    if fault in {Fault.CUT_BEFORE, Fault.CUT_AFTER}:
        return Reply(0, cut=True)
    if fault in {Fault.ERROR_BEFORE, Fault.ERROR_AFTER}:
        return refused(500, "The server had an error")
    if fault is Fault.RATE:
        return refused(429, "The API rate limit has been exceeded. Try again later.")
    if fault is Fault.GARBLED:
        return Reply(200, b"<html>proxy</html>")
    if fault is Fault.REDIRECT:
        return Reply(307, headers={"Location": f"{line.url}/v2/bot/message/elsewhere"})
    if fault is Fault.SLOW:
        time.sleep(line.slow_seconds)
    said = {"sentMessages": [{"id": "461230966842064897"}]} if push else {}
    return Reply(200, said, {"x-line-request-id": line.accepted.get(key, str(uuid4()))})


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    line: Line

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def do_POST(self) -> None:
        body = orjson.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        key = self.headers.get("X-Line-Retry-Key", "")
        reply = self._guarded(lambda: self._post(body, key))
        self.line.requests.append((self.path, key, reply.status))
        self._send(reply)

    def do_GET(self) -> None:
        self._send(self._guarded(self._get))

    def _guarded(self, answer: Callable[[], Reply]) -> Reply:
        if self.headers.get("Authorization") != f"Bearer {self.line.token}":
            return refused(401, "Authentication failed. Confirm that the access token is valid.")
        return answer()

    def _post(self, body: Body, key: str) -> Reply:
        to = body.get("to")
        match self.path:
            case "/v2/bot/message/push":
                if not isinstance(to, str) or not (USER.match(to) or GROUP.match(to)):
                    return refused(400, "The property, 'to', in the request body is invalid")
                return send(self.line, body, [to], key)
            case "/v2/bot/message/multicast":
                return self._multicast(body, to, key)
            case "/v2/bot/message/reply":
                return self._reply(body)
        return refused(404, "Not found")

    def _multicast(self, body: Body, to: Any, key: str) -> Reply:
        if not isinstance(to, list) or not 1 <= len(to) <= MAX_IDS:
            return refused(400, "The property, 'to', must have 1 to 500 items")
        if not all(isinstance(one, str) and USER.match(one) for one in to):
            return refused(400, "The property, 'to', in the request body is invalid")
        return send(self.line, body, to, key)

    def _reply(self, body: Body) -> Reply:
        if problem := problem_of(body.get("messages")):
            return refused(400, problem)
        token = body.get("replyToken")
        if not token or any(one["replyToken"] == token for one in self.line.replies):
            return refused(400, "Invalid reply token")
        self.line.replies.append(body)
        return Reply(200, {"sentMessages": [{"id": "461230966842064898"}]})

    def _get(self) -> Reply:
        if self.path == "/v2/bot/message/quota":
            limit = self.line.quota
            return Reply(200, {"type": "none"} if limit is None else _limited(limit))
        if self.path == "/v2/bot/message/quota/consumption":
            return Reply(200, {"totalUsage": self.line.used})
        if found := re.match("^/v2/bot/message/([^/]+)/content$", self.path):
            data = self.line.content.get(found[1])
            return refused(404, "Not found") if data is None else Reply(200, data)
        return self._group()

    def _group(self) -> Reply:
        found = re.match("^/v2/bot/group/([^/]+)/(summary|members/count)$", self.path)
        if not found or found[1] not in self.line.groups:
            return refused(404, "Not found")
        name, count = self.line.groups[found[1]]
        if found[2] == "summary":
            return Reply(200, {"groupId": found[1], "groupName": name})
        return Reply(200, {"count": count})

    def _send(self, reply: Reply) -> None:
        if reply.cut:
            self.close_connection = True
            return
        data = reply.body if isinstance(reply.body, bytes) else orjson.dumps(reply.body)
        self.send_response(reply.status)
        kind = "application/octet-stream" if isinstance(reply.body, bytes) else "application/json"
        headers = {"Content-Type": kind, "Content-Length": str(len(data)), **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _limited(limit: int) -> Body:
    return {"type": "limited", "value": limit}


class Server(ThreadingHTTPServer):
    """Clients that are killed break their connections; that is what the tests are about."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def line_server(**given: Any) -> Iterator[Line]:
    """A running server; its address is ``line.url``."""
    line = Line(**given)
    handler = type("Bound", (Handler,), {"line": line})
    server = Server(("127.0.0.1", 0), handler)
    line.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def user_id(number: int) -> str:
    """A user id as LINE makes them."""
    return f"U{number:032x}"


def group_id(number: int) -> str:
    """A group id as LINE makes them."""
    return f"C{number:032x}"
