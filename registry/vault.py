"""Personal data at rest: encryption, keyed hashes for matching, and pseudonyms.

All three keys are derived from ``SANG_DATA_KEY`` (HKDF-SHA256), so that one secret is kept.
A keyed hash lets two equal national IDs be found without either being readable; a pseudonym
stands for a member in sealed facts and cannot be turned back without the key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator


@lru_cache(maxsize=32)
def derive(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose; nothing tells it from another's but the secret."""
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret.encode())


def _key(purpose: str) -> bytes:
    secret = current_app.extensions["sang_settings"].data_key.get_secret_value()
    return derive(secret, purpose)


def _cipher() -> Fernet:
    return _fernet(_key("encrypt"))


@lru_cache(maxsize=32)
def _fernet(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key))


def encrypt(plain: bytes) -> bytes:
    """Encrypt and authenticate bytes."""
    return _cipher().encrypt(plain)


def decrypt(token: bytes) -> bytes:
    """Decrypt; raises ``cryptography.fernet.InvalidToken`` where the bytes were altered."""
    return _cipher().decrypt(token)


def keyed_hash(value: str) -> str:
    """Hash of a normalised identifier for matching: 64 hex digits, useless without the key."""
    return hmac.new(_key("match"), value.encode(), hashlib.sha256).hexdigest()


def pseudonym(member_uid: str) -> str:
    """The stable stand-in of a member in sealed facts: 32 hex digits."""
    return hmac.new(_key("pseudonym"), member_uid.encode(), hashlib.sha256).hexdigest()[:32]


class EncryptedText(TypeDecorator[str]):
    """Text that is stored encrypted; it cannot be searched, only read."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else encrypt(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else decrypt(bytes(value)).decode()


class EncryptedJson(TypeDecorator[Any]):
    """A JSON value that is stored encrypted."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else encrypt(json.dumps(value, ensure_ascii=False).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(decrypt(bytes(value)))
