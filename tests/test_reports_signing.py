"""A manifest that is signed, so that a copy can be proven by whoever has the public key."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from registry.audit.services import Actor
from registry.db import db
from registry.errors import Refused
from registry.periods import catalogue
from registry.periods.models import SealedPeriod
from reports.chain import archive_root, home
from reports.closing import close
from reports.commands import report_group
from reports.manifest import MANIFEST
from reports.signing import PUBLIC_KEY, SIGNATURE, new_key
from reports.verify import verify
from tests.closed import CODE, lighten, quarter
from tests.stage import Scene

ACTOR = Actor.system("cli")


@pytest.fixture
def ledger(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An application with facts; closings are light."""
    lighten(monkeypatch)
    return quarter(scene)


@pytest.fixture
def key(ledger: Flask, tmp_path: Path) -> str:
    """The fingerprint of the key that is set."""
    path = tmp_path / "signing.pem"
    known = new_key(path)
    _set(ledger, path)
    return known


def _set(app: Flask, path: Path) -> None:
    settings = app.extensions["sang_settings"]
    app.extensions["sang_settings"] = settings.model_copy(update={"signing_key": path})


def _closed() -> tuple[SealedPeriod, Path]:
    close(ACTOR, CODE)
    db.session.rollback()
    row = catalogue.sealed(CODE)
    assert row is not None
    return row, home(row)


def test_anybody_can_prove_it_with_the_public_key(ledger: Flask, key: str) -> None:
    with ledger.app_context():
        row, folder = _closed()
        assert row.facts["signed_by"] == key
        assert verify(row).problems == []
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", PUBLIC_KEY]
    command += ["-in", MANIFEST, "-sigfile", SIGNATURE]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    assert said.returncode == 0, said.stdout


def test_a_seal_that_somebody_else_signed_is_found(ledger: Flask, key: str) -> None:
    with ledger.app_context():
        row, folder = _closed()
        other = Ed25519PrivateKey.generate()
        for name, content in (
            (SIGNATURE, other.sign((folder / MANIFEST).read_bytes())),
            (
                PUBLIC_KEY,
                other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            ),
        ):
            (folder / name).chmod(0o644)
            (folder / name).write_bytes(content)
        problems = verify(row).problems
        assert any(one.file == SIGNATURE and one.sealed == key for one in problems)


def test_without_a_key_nothing_is_signed(
    ledger: Flask, client_of: Callable[[str], FlaskClient]
) -> None:
    with ledger.app_context():
        row, folder = _closed()
        assert not (folder / SIGNATURE).exists()
        assert verify(row).problems == []
    assert "ไม่ได้ลงนาม" in client_of("central").get(f"/reports/{CODE}").text


@pytest.mark.parametrize("content", [None, "no key", "rsa"])
def test_a_key_that_cannot_be_read_keeps_the_period_open(
    ledger: Flask, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "broken.pem"
    if content == "rsa":
        subprocess.run(  # noqa: S603
            ["openssl", "genrsa", "-out", str(path), "1024"], check=True, capture_output=True
        )
    elif content:
        path.write_text(content)
    _set(ledger, path)
    with ledger.app_context(), force_locale("th"):
        with pytest.raises(Refused, match="กุญแจ"):
            close(ACTOR, CODE)
        assert catalogue.sealed(CODE) is None
        assert [one for one in archive_root().iterdir() if one.is_dir()] == []


def test_the_command_makes_a_key_that_only_its_owner_reads(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    runner = app.test_cli_runner()
    assert runner.invoke(report_group, ["key", str(path)]).exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert runner.invoke(report_group, ["key", str(path)]).exit_code != 0
    assert path.read_bytes() == before, "a key is never written over"
