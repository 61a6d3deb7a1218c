"""Personal data at rest: unreadable, unalterable, and never the same twice."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask

from registry.vault import decrypt, encrypt, keyed_hash

PLAIN = "1509900454549 นางสาวกานดา".encode()


def test_what_was_encrypted_comes_back(app: Flask) -> None:
    with app.app_context():
        assert decrypt(encrypt(PLAIN)) == PLAIN
        assert decrypt(encrypt(b"")) == b""


def test_nothing_of_it_can_be_read_or_compared(app: Flask) -> None:
    with app.app_context():
        one, other = encrypt(PLAIN), encrypt(PLAIN)
    assert PLAIN not in one
    assert one != other


def test_an_altered_byte_anywhere_is_refused(app: Flask) -> None:
    with app.app_context():
        token = encrypt(PLAIN)
        for place in range(len(token)):
            altered = bytearray(token)
            altered[place] ^= 1
            with pytest.raises(InvalidTag):
                decrypt(bytes(altered))


def test_equal_numbers_have_equal_hashes_and_no_other(app: Flask) -> None:
    with app.app_context():
        assert keyed_hash("1509900454549") == keyed_hash("1509900454549")
        assert keyed_hash("1509900454549") != keyed_hash("1509900454557")
