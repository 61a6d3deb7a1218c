"""Settings are read once and refused loudly, naming the variable."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from registry.errors import Refused
from registry.settings import Environment, Settings, load_settings

DOCUMENT = Path(__file__).parent.parent / "docs" / "settings.md"
KEY = "k" * 32


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("SANG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SANG_INSTANCE", str(tmp_path))


@pytest.mark.parametrize("missing", ["SANG_SECRET_KEY", "SANG_DATA_KEY"])
def test_production_refuses_to_start_without_a_key(
    missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in {"SANG_SECRET_KEY", "SANG_DATA_KEY"} - {missing}:
        monkeypatch.setenv(name, KEY)
    with pytest.raises(Refused, match=missing):
        load_settings()
    assert not list(tmp_path.iterdir()), "production must never make a key up"


@pytest.mark.parametrize("name", ["SANG_SECRET_KEY", "SANG_DATA_KEY"])
def test_a_short_key_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANG_SECRET_KEY", KEY)
    monkeypatch.setenv("SANG_DATA_KEY", KEY)
    monkeypatch.setenv(name, "short")
    with pytest.raises(Refused, match=name):
        load_settings()


def test_keys_are_read_from_files(tmp_path: Path) -> None:
    for name in ("secret_key", "data_key"):
        (tmp_path / f"{name}.txt").write_text(f"{name}-{KEY}\n")
    settings = load_settings()
    assert settings.env is Environment.PRODUCTION
    assert settings.data_key.get_secret_value() == f"data_key-{KEY}"


def test_the_demo_makes_its_own_keys_once(tmp_path: Path) -> None:
    first = load_settings(env=Environment.DEMO)
    assert load_settings(env=Environment.DEMO).secret_key == first.secret_key
    assert first.secret_key != first.data_key
    assert stat.S_IMODE((tmp_path / "data_key.txt").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("SANG_PORT", "80000", "SANG_PORT"),
        ("SANG_PORT", "http", "SANG_PORT"),
        ("SANG_ENV", "staging", "SANG_ENV"),
        ("SANG_SESSION_IDLE_MINUTES", "0", "SANG_SESSION_IDLE_MINUTES"),
        ("SANG_UPLOAD_MAX_MB", "many", "SANG_UPLOAD_MAX_MB"),
        ("SANG_DATABASE_URL", "mysql://somewhere", "SANG_DATABASE_URL"),
        ("SANG_HOST", "0.0.0.0", "SANG_BEHIND_TLS"),
    ],
)
def test_a_wrong_value_is_named(
    name: str, value: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused, match=named):
        load_settings(secret_key=KEY, data_key=KEY)


def test_the_demo_refuses_to_leave_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANG_HOST", "0.0.0.0")
    monkeypatch.setenv("SANG_BEHIND_TLS", "true")
    with pytest.raises(Refused, match="SANG_ENV=demo"):
        load_settings(env=Environment.DEMO)


def test_keys_show_nowhere() -> None:
    settings = load_settings(secret_key=f"secret-{KEY}", data_key=f"data-{KEY}")
    assert KEY not in repr(settings)
    assert KEY not in str(settings)


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"^\| `(SANG_[A-Z_]+)`", DOCUMENT.read_text(), re.MULTILINE))
    settings = {f"SANG_{name.upper()}" for name in Settings.model_fields}
    assert documented - {"SANG_TEST_POSTGRES_URL"} == settings
