"""Posting to systems of others: signed, to allowed hosts only, never led anywhere else."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import orjson
from flask import current_app

from registry.outbox import backoff
from registry.outbox.backoff import Answer, Outcome, Trouble

SECRET_PREFIX = "SANG_WEBHOOK_SECRET_"  # noqa: S105 - how such variables are named
CONNECT, READ = 5, 10
"""Seconds."""


class HostRefused(Exception):  # noqa: N818 - an answer to a caller, not a fault
    """The address leads to a host that is not allowed."""


@dataclass(frozen=True)
class Post:
    """One call: the address, the body, the key that signs it, the id that it is known by."""

    url: str
    body: bytes
    secret: bytes
    key: str


def allowed_hosts() -> frozenset[str]:
    """Hosts to which webhooks may go; a private address must itself be in the list."""
    conf = current_app.extensions["sang_settings"]
    return frozenset(name.strip().lower() for name in conf.webhook_hosts.split(",") if name.strip())


def is_allowed(url: str, hosts: frozenset[str]) -> bool:
    """Whether an address is one of the web, without a name or password in it, on a listed host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    listed = {parts.hostname or "", f"{parts.hostname}:{port}"} & hosts
    plain = parts.scheme == "https" or _is_literal(parts.hostname or "")
    return bool(parts.hostname and listed and plain and not parts.username)


def _is_literal(host: str) -> bool:
    """Whether a host is an address: without a name there is no certificate, so http will do."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def secret_of(name: str) -> bytes | None:
    """The signing key in an environment variable; only those named for webhooks are read."""
    value = os.environ.get(name, "") if name.startswith(SECRET_PREFIX) else ""
    return value.encode() or None


def signature(secret: bytes, body: bytes) -> str:
    """``sha256=`` and the hexadecimal HMAC of the body as it is sent."""
    return f"sha256={hmac.digest(secret, body, hashlib.sha256).hex()}"


def send(post: Post, hosts: frozenset[str], *, idempotent: bool) -> Answer:
    """Post a signed body.

    Args:
        idempotent: whether a repeated call has no second effect, so that a lost answer is no harm.
    """
    from urllib3.exceptions import (
        ConnectTimeoutError,
        HTTPError,
        NameResolutionError,
        NewConnectionError,
        SSLError,
    )

    lost = backoff.again(Trouble.NO_ANSWER, doubtful=True) if idempotent else backoff.unknown()
    try:
        status = _call(post, hosts)
    except HostRefused:
        return backoff.failed(Trouble.HOST)
    except (NewConnectionError, ConnectTimeoutError, NameResolutionError, socket.gaierror):
        return backoff.again(Trouble.BUSY)
    except SSLError as error:
        return backoff.failed(Trouble.CERTIFICATE) if _is_mistrust(error) else lost
    except (HTTPError, OSError):
        return lost
    return _verdict(status, lost)


def _is_mistrust(error: Exception) -> bool:
    """Whether the certificate was refused, which is before anything is said."""
    return isinstance(error.args[0] if error.args else error, ssl.CertificateError)


def _verdict(status: int, lost: Answer) -> Answer:
    if 200 <= status < 300:
        return backoff.sent(status)
    if 300 <= status < 400:
        return backoff.failed(Trouble.REDIRECT, status)
    if 400 <= status < 500 and not (status == 429 and lost.outcome is Outcome.AGAIN):
        return backoff.failed(Trouble.REFUSED, status)
    return Answer(lost.outcome, lost.trouble, status, doubtful=True)


def _call(post: Post, hosts: frozenset[str]) -> int:
    """The status of the answer.

    The connection goes to the very address that was looked at: a second look-up might give
    another one.

    Raises:
        HostRefused: the host is not in the list, or its name leads to a private address.
    """
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout

    if not is_allowed(post.url, hosts):
        raise HostRefused(post.url)
    parts = urlsplit(post.url)
    address, port = _address(parts, hosts)
    timeout = Timeout(connect=CONNECT, read=READ)
    if parts.scheme == "https":
        pool: HTTPConnectionPool = HTTPSConnectionPool(
            address, port, timeout=timeout, server_hostname=parts.hostname,
            assert_hostname=parts.hostname, cert_reqs="CERT_REQUIRED",
        )  # fmt: skip
    else:
        pool = HTTPConnectionPool(address, port, timeout=timeout)
    with pool:
        answer = pool.request(
            "POST", _path(parts), body=post.body, headers=_headers(post, parts),
            retries=False, redirect=False, preload_content=False,
        )  # fmt: skip
        answer.close()
    return int(answer.status)


def _address(parts: SplitResult, hosts: frozenset[str]) -> tuple[str, int]:
    """The address that a host's name leads to, and the port.

    Raises:
        HostRefused: it is not one of the public internet, and not listed itself.
    """
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    address = str(found[0][4][0])
    listed = {address, f"{address}:{port}"} & hosts
    if not ipaddress.ip_address(address).is_global and not listed:
        raise HostRefused(parts.hostname)
    return address, port


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _headers(post: Post, parts: SplitResult) -> dict[str, str]:
    return {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": "Sang",
        "Idempotency-Key": post.key,
        "X-Sang-Signature": signature(post.secret, post.body),
    }


def body_of(content: dict[str, object], key: str) -> bytes:
    """The body of a call: the message and the id by which a repeated call is known."""
    return orjson.dumps({"id": key, **content}, option=orjson.OPT_SORT_KEYS)
