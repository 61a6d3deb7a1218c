"""``sang report``: one line and exit 2 for what is refused, JSON alone with ``--json``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from registry.errors import Refused
from reports.commands import report_group
from tests.closed import CODE, closed_month, quarter
from tests.stage import Scene


@pytest.fixture
def ledger(scene: Scene) -> Flask:
    """An application with facts in a quarter."""
    return quarter(scene)


def _run(app: Flask, *args: str) -> str:
    outcome = app.test_cli_runner().invoke(args=["report", *args], catch_exceptions=True)
    if outcome.exception and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def test_a_period_from_closing_to_the_file(ledger: Flask, tmp_path: Path) -> None:
    done = json.loads(_run(ledger, "close", CODE, "--json"))
    assert (done["code"], done["revision"]) == (CODE, 1)
    listed = {one["period"]: one for one in json.loads(_run(ledger, "list", "--json"))}
    assert listed[CODE]["state"] == "closed"
    assert listed[CODE]["sealed"]["manifest_sha256"] == done["manifest_sha256"]
    assert listed[CODE]["sealed"]["keep_until"] == "2035-12-31"
    assert f"{CODE}   closed" in _run(ledger, "list")
    proof = json.loads(_run(ledger, "verify", CODE, "--json"))
    assert proof["holds"] is True
    assert proof["periods"][0]["figures"] == done["figures"]
    assert "holds" in _run(ledger, "verify", "--all")
    starts = {"pdf": b"%PDF", "xlsx": b"PK", "docx": b"PK", "pptx": b"PK", "csv": b"\xef\xbb\xbf"}
    for form, start in starts.items():
        out = tmp_path / f"r.{form}"
        _run(ledger, "export", CODE, "--format", form, "--out", str(out))
        assert out.read_bytes().startswith(start)
    with pytest.raises(Refused, match="cannot be written"):
        _run(ledger, "export", CODE, "--format", "pdf", "--out", str(tmp_path / "no" / "r.pdf"))


def test_a_seal_that_does_not_hold_is_an_error(scene: Scene) -> None:
    closed = closed_month(scene)
    (pdf,) = closed.extensions["sang_settings"].archive.rglob(f"sang-{CODE}-r1.pdf")
    pdf.unlink()
    with pytest.raises(Refused, match=CODE):
        _run(closed, "verify", CODE)
    with pytest.raises(Refused, match=r"sang-2568-12-r1\.pdf"):
        _run(closed, "export", CODE, "--format", "pdf", "--out", "/dev/null")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["close", "2568-13"], "2568-13"),
        (["close", "2650-Q1"], "ยังไม่สิ้นสุด"),
        (["verify", CODE], "ยังไม่ปิดงวด"),
        (["verify"], "--all"),
        (["verify", CODE, "--all"], "--all"),
        (["export", CODE, "--format", "csv", "--out", "x.csv"], "ยังไม่ปิดงวด"),
    ],
)
def test_refusals_are_one_sentence(ledger: Flask, args: list[str], said: str) -> None:
    with pytest.raises(Refused) as caught:
        _run(ledger, *args)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_wrapper_turns_a_refusal_into_one_line_and_exit_2(
    ledger: Flask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry import cli

    monkeypatch.setattr(cli, "_create", lambda words: ledger)
    with pytest.raises(SystemExit) as caught:
        cli.main(["report", "close", "2650-Q1"])
    assert caught.value.code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_every_command_has_help() -> None:
    assert set(report_group.commands) == {"close", "key", "list", "reissue", "verify", "export"}
    assert all(command.help for command in report_group.commands.values())
