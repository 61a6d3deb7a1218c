"""The command line that operators rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import text

from registry.cli import FOREIGN, cli, main, script_info
from registry.db import db
from tests.stage import KEYS

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


Sang = Callable[..., Outcome]


@pytest.fixture
def sang(app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sang:
    """``sang("audit", "verify")`` in this process, against the test's own database."""
    monkeypatch.setattr("registry.create_app", lambda *_: app)

    def call(*args: str) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main(list(args))
        streams = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), streams.out, streams.err)

    return call


def _environment(instance: Path, url: str) -> dict[str, str]:
    keys = {f"SANG_{name.upper()}": value for name, value in KEYS.items()}
    return {"SANG_ENV": "test", "SANG_INSTANCE": str(instance), "SANG_DATABASE_URL": url, **keys}


def _commands() -> list[tuple[str, ...]]:
    """Every command and subcommand that Sang has, without a database."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _environment(Path("/nonexistent"), "sqlite:////nonexistent/x").items():
            patch.setenv(name, value)
        with click.Context(cli, info_name="sang", obj=script_info()) as context:
            return sorted(_below(cli, context, ()))


def _below(
    command: click.Command, context: click.Context, path: tuple[str, ...]
) -> list[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        return [path]
    found = [path]
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        found += _below(child, context, (*path, name))
    return found


COMMANDS = _commands()


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(("sang", *path)))
def test_help_needs_no_database(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in _environment(Path("/nonexistent"), "sqlite:////nonexistent/x").items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main([*path, "--help"])
    assert ended.value.code in (0, None)
    shown = capsys.readouterr().out
    assert shown.startswith("Usage: sang")
    assert not path or len(shown.splitlines()) > 3, "a command must say what it does"


def test_help_needs_no_keys(tmp_path: Path) -> None:
    """As on a fresh machine: the installed program, nothing set, production."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SANG_INSTANCE": str(tmp_path)}
    command = [sys.executable, "-c", "from registry.cli import main; main(['--help'])"]
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "audit" in done.stdout


def test_no_foreign_commands() -> None:
    top = {path[0] for path in COMMANDS if path}
    assert not top & FOREIGN
    assert {"init", "user", "audit", "serve", "worker"} <= top


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense",),
        ("audit", "verify", "--nonsense"),
        ("init", "--admin"),
        ("serve", "--port", "http"),
    ],
    ids=" ".join,
)
def test_refused_input_is_one_line_and_exit_2(sang: Sang, args: tuple[str, ...]) -> None:
    outcome = sang(*args)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("sang: ")
    assert len(outcome.err.splitlines()) == 1


def test_audit_verify_prints_json_alone(sang: Sang) -> None:
    outcome = sang("audit", "verify", "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["holds"] is True


def test_audit_verify_says_where_the_chain_broke(sang: Sang, app: Flask) -> None:
    assert sang("user", "disable", "officer90@sang.example.org").code == 0
    _forge(app)
    outcome = sang("audit", "verify", "--json")
    assert outcome.code == 2
    assert json.loads(outcome.out)["holds"] is False
    assert json.loads(outcome.out)["broken_at"] >= 1


def _forge(app: Flask) -> None:
    """Change an event as somebody with the database's password could."""
    with app.app_context():
        sqlite = db.engine.dialect.name == "sqlite"
        trigger = "audit_event_no_update" + ("" if sqlite else " on audit_event")
        with db.engine.execution_options(sang_write=True).begin() as connection:
            connection.execute(text(f"drop trigger {trigger}"))
            connection.execute(text("update audit_event set object_id = '999'"))


def test_init_makes_an_administrator_and_may_run_again(sang: Sang) -> None:
    first = sang("init", "--admin", "chief@sang.example.org")
    assert first.code == 0, first.err
    assert "chief@sang.example.org" in first.out
    assert sang("init").code == 0
    again = sang("init", "--admin", "chief@sang.example.org")
    assert again.code == 2
    assert len(again.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"LANG": "en_US.UTF-8"}, "is not a measure"),
        ({"LANG": "C.UTF-8"}, "ไม่ใช่ตัวชี้วัด"),
        ({}, "ไม่ใช่ตัวชี้วัด"),
    ],
)
def test_a_refusal_is_thai_unless_the_terminal_is_english(
    sang: Sang, monkeypatch: pytest.MonkeyPatch, told: dict[str, str], words: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert words in sang("measure", "nope", "--period", "2569-Q1").err
