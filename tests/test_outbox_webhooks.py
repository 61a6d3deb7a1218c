"""Webhooks: signed, to allowed hosts only, and repeated only where that does no harm."""

from __future__ import annotations

import hmac
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import select

from registry.db import db, unit_of_work
from registry.outbox import webhooks
from registry.outbox.backoff import Outcome, Trouble
from registry.outbox.deliveries import Target, make_deliveries
from registry.outbox.models import Delivery, Way
from registry.outbox.webhook_models import Webhook
from registry.outbox.webhooks import Post
from tests import cast, outbox_world

NAME, SECRET = "SANG_WEBHOOK_SECRET_TEST", "made-up-key"


@dataclass
class Site:
    """A system of others: what it was told, and what it answers (0: cuts the connection)."""

    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@contextmanager
def site(secure: ssl.SSLContext | None = None) -> Iterator[Site]:
    state = Site()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None: ...

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.got.append((dict(self.headers), body))
            status = state.statuses.pop(0) if state.statuses else 204
            if not status:
                return
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if secure:
        server.socket = secure.wrap_socket(server.socket, server_side=True)
    state.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv(NAME, SECRET)
    allowed = outbox_world.outbox_to(app, webhook_hosts="127.0.0.1")
    with site() as state, allowed, app.app_context():
        yield state


def to_hook(url: str, *, idempotent: bool = False) -> None:
    with unit_of_work():
        channel, release = cast.channel("P50"), outbox_world.release()
        hook = Webhook(
            channel_id=channel.id,
            name="เว็บไซต์จังหวัด",
            url=url,
            secret_name=NAME,
            idempotent=idempotent,
            created_at=outbox_world.NOON,
        )
        db.session.add(hook)
        db.session.flush()
        make_deliveries(release, [Target(Way.WEBHOOK, f"w:{hook.id}", channel.id)])


def test_body_is_signed(other: Site) -> None:
    to_hook(other.url)
    outbox_world.run()
    headers, body = other.got[0]
    digest = hmac.digest(SECRET.encode(), body, "sha256").hex()
    assert headers["X-Sang-Signature"] == f"sha256={digest}"
    told = orjson.loads(body)
    assert told["id"] == headers["Idempotency-Key"]
    assert told["code"] == db.session.scalars(select(Delivery)).one().release.message.code
    assert outbox_world.states() == {"sent": 1}


@pytest.mark.parametrize("status", [0, 500])
def test_lost_answer_is_unknown_unless_a_repeated_call_does_no_harm(
    other: Site, status: int
) -> None:
    other.statuses = [status]
    to_hook(other.url)
    outbox_world.run()
    assert outbox_world.states() == {"unknown": 1}
    assert len(other.got) == 1


@pytest.mark.parametrize("status", [0, 500, 429])
def test_idempotent_target_is_called_again_with_the_same_id(other: Site, status: int) -> None:
    other.statuses = [status]
    to_hook(other.url, idempotent=True)
    outbox_world.run()
    assert outbox_world.states() == {"sent": 1}
    assert len({headers["Idempotency-Key"] for headers, _ in other.got}) == 1
    assert len(other.got) == 2


def test_redirect_is_refused(other: Site) -> None:
    other.statuses = [302]
    to_hook(other.url)
    outbox_world.run()
    assert outbox_world.states() == {"failed": 1}
    assert db.session.scalars(select(Delivery)).one().error == Trouble.REDIRECT


def test_nobody_listens_is_tried_again(other: Site) -> None:
    to_hook("http://127.0.0.1:1/hook")
    outbox_world.run(2)
    assert outbox_world.states() == {"queued": 1}


def test_host_outside_the_list_is_refused(app: Flask, other: Site) -> None:
    to_hook(other.url)
    with outbox_world.outbox_to(app, webhook_hosts="www.example.org"):
        outbox_world.run()
    assert other.got == []
    assert db.session.scalars(select(Delivery)).one().error == Trouble.HOST


def test_private_address_behind_a_listed_name_is_refused() -> None:
    post = Post("https://localhost/hook", b"{}", b"key", "1")
    answer = webhooks.send(post, frozenset({"localhost"}), idempotent=True)
    assert (answer.outcome, answer.trouble) == (Outcome.FAILED, Trouble.HOST)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.example.org/",
        "https://www.example.org.evil.example/",
        "https://www.example.org@evil.example/",
        "ftp://www.example.org/",
        "file:///etc/passwd",
        "https://[::1/",
        "https://www.example.org:99999/",
        "",
    ],
)
def test_address_that_is_not_allowed(url: str) -> None:
    assert not webhooks.is_allowed(url, frozenset({"www.example.org"}))


def test_key_of_the_server_itself_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANG_SECRET_KEY", "x" * 40)
    assert webhooks.secret_of("SANG_SECRET_KEY") is None


def test_without_its_key_nothing_is_posted(other: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME)
    to_hook(other.url)
    outbox_world.run()
    assert other.got == []
    assert outbox_world.states() == {"failed": 1}


def _own_certificate(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(key.private_bytes(*plain) + made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("idempotent", [False, True])
def test_certificate_that_nobody_vouches_for_fails(
    other: Site, tmp_path: Path, idempotent: bool
) -> None:
    with site(_own_certificate(tmp_path)) as secure:
        to_hook(secure.url.replace("http:", "https:"), idempotent=idempotent)
        outbox_world.run(2)
    assert secure.got == []
    assert outbox_world.states() == {"failed": 1}
    assert db.session.scalars(select(Delivery)).one().error == Trouble.CERTIFICATE
