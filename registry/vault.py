"""Personal data at rest: encryption, keyed hashes for matching, and pseudonyms.

All three keys are derived from ``SANG_DATA_KEY`` (HKDF-SHA256), so that one secret is kept.
A keyed hash lets two equal national IDs be found without either being readable; a pseudonym
stands for a member in sealed facts and cannot be turned back without the key.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from pydantic import SecretStr
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

WAY, NONCE = b"\x01", 12
"""The first byte of everything encrypted says how; there is one way so far."""


@lru_cache(maxsize=32)
def derive(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose; nothing tells it from another's but the secret."""
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret.encode())


class Keys:
    """The three keys of an installation, derived once."""

    def __init__(self, secret: str) -> None:
        self.cipher = AESGCM(derive(secret, "encrypt"))
        self.match, self.pseudonym = derive(secret, "match"), derive(secret, "pseudonym")


@lru_cache(maxsize=32)
def _keys_of(secret: SecretStr) -> Keys:
    return Keys(secret.get_secret_value())


def _keys() -> Keys:
    return _keys_of(current_app.extensions["sang_settings"].data_key)


def encrypt(plain: bytes) -> bytes:
    """Encrypt and authenticate bytes: a byte for the way, twelve of a nonce, AES-256-GCM."""
    nonce = os.urandom(NONCE)
    return WAY + nonce + _keys().cipher.encrypt(nonce, plain, WAY)


def decrypt(token: bytes) -> bytes:
    """Decrypt.

    Raises:
        cryptography.exceptions.InvalidTag: the bytes were altered, or the key is another.
    """
    way, nonce, rest = token[:1], token[1 : 1 + NONCE], token[1 + NONCE :]
    return _keys().cipher.decrypt(nonce, rest, way)


def keyed_hash(value: str) -> str:
    """Hash of a normalised identifier for matching: 64 hex digits, useless without the key."""
    return hmac.digest(_keys().match, value.encode(), "sha256").hex()


def pseudonyms(member_uids: Iterable[str]) -> Iterator[str]:
    """The stable stand-ins of members in sealed facts: 32 hex digits each."""
    key = _keys().pseudonym
    return (hmac.digest(key, uid.encode(), "sha256").hex()[:32] for uid in member_uids)


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
        return None if value is None else encrypt(orjson.dumps(value))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(decrypt(bytes(value)))
