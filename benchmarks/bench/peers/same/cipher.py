"""AES-256-GCM as the registry has it, so that either reads what the other wrote."""

from __future__ import annotations

import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = "BENCH_ENCRYPT_KEY"
"""The variable with the key, in hexadecimal."""
WAY, NONCE = b"\x01", 12


@lru_cache(maxsize=1)
def _cipher() -> AESGCM:
    return AESGCM(bytes.fromhex(os.environ[KEY]))


def encrypt(plain: str) -> bytes:
    """Encrypt and authenticate text: a byte for the way, a nonce, the rest."""
    nonce = os.urandom(NONCE)
    return WAY + nonce + _cipher().encrypt(nonce, plain.encode(), WAY)


def decrypt(token: bytes) -> str:
    """Decrypt.

    Raises:
        cryptography.exceptions.InvalidTag: the bytes were altered, or the key is another.
    """
    nonce, rest = token[1 : 1 + NONCE], token[1 + NONCE :]
    return _cipher().decrypt(nonce, rest, WAY).decode()
