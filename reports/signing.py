"""Signing a manifest, so that a copy of the archive can be proven by whoever has the public key.

``manifest.sig`` holds the Ed25519 signature of ``manifest.json``, ``public-key.pem`` the key that
proves it; a key is known by the SHA-256 of its raw 32 bytes.  Any tool can check it::

    openssl pkeyutl -verify -rawin -pubin -inkey public-key.pem \\
        -in manifest.json -sigfile manifest.sig
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from flask import current_app
from flask_babel import gettext as _

from registry.errors import Refused
from reports.manifest import MANIFEST

SIGNATURE, PUBLIC_KEY = "manifest.sig", "public-key.pem"


def new_key(path: Path) -> str:
    """Write a new private key that only its owner can read; returns its fingerprint.

    Raises:
        Refused: there is a file already, or it cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        said = _("%(file)s cannot be written: %(why)s.", file=path, why=error.strerror)
        raise Refused(said) from None
    with os.fdopen(number, "wb") as file:
        file.write(content)
    return fingerprint(key.public_key())


def sign(folder: Path) -> str | None:
    """Sign the manifest of a folder; returns the key's fingerprint, None where none is set.

    Raises:
        Refused: the key that is set cannot be read.
    """
    key = _own_key()
    if key is None:
        return None
    (folder / SIGNATURE).write_bytes(key.sign((folder / MANIFEST).read_bytes()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / PUBLIC_KEY).write_bytes(public)
    return fingerprint(key.public_key())


def signed_by(folder: Path) -> str | None:
    """Whose signature of the manifest holds; None where it does not, or there is none."""
    try:
        key = load_pem_public_key((folder / PUBLIC_KEY).read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            return None
        key.verify((folder / SIGNATURE).read_bytes(), (folder / MANIFEST).read_bytes())
    except (OSError, ValueError, InvalidSignature):
        return None
    return fingerprint(key)


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of a public key: 64 hex digits."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def _own_key() -> Ed25519PrivateKey | None:
    path: Path | None = current_app.extensions["sang_settings"].signing_key
    if path is None:
        return None
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise Refused(
            _(
                "The key %(file)s, with which reports are signed, cannot be read (%(why)s); mend "
                "SANG_SIGNING_KEY.",
                file=path,
                why=str(error)[:200],
            )
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused(
            _("The key %(file)s is no Ed25519 key; make one with “sang report key”.", file=path)
        )
    return key
