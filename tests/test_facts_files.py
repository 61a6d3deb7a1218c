"""The columnar files: equal to the database, written where it changed, and proven."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from registry.db import begin_write, commit, db
from registry.errors import Refused
from registry.facts import files
from registry.facts.schema import COLUMNS, PRESENCE
from registry.messages.ledger_models import Dissemination, MemberNews, Recipient
from tests.facts_answers import answers, make_files
from tests.stage import Scene


@pytest.fixture
def written(scene: Scene) -> Flask:
    return scene("columnar facts", make_files)


def renew() -> files.Written:
    return files.write_files(lambda *_: None)


def change(*statements: Any) -> None:
    begin_write()
    for statement in statements:
        db.session.execute(statement)
    commit()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)  # SQLite: with Spark's
def test_the_files_answer_as_the_database_does(written: Flask) -> None:
    with written.app_context(), files.source() as duck:
        assert answers(duck) == answers(None)


def test_nothing_that_names_a_person_is_kept(written: Flask) -> None:
    with written.app_context():
        for path in files.folder().rglob("*.parquet"):
            rows = pq.ParquetFile(path).read()
            name = path.relative_to(files.folder()).parts[0]
            assert tuple(rows.column_names) == COLUMNS[name]
            for column in PRESENCE.get(name, ()):
                assert set(rows[column].to_pylist()) <= {None, "x"}


def test_only_what_changed_is_written_again(written: Flask) -> None:
    with written.app_context():
        first, other = db.session.execute(
            select(Recipient.month, func.min(Recipient.member_id))
            .group_by(Recipient.month)
            .order_by(Recipient.month)
            .limit(2)
        ).all()
        news = db.session.scalar(select(func.min(MemberNews.month)))
        of_first = Recipient.month == first.month
        change(
            update(Recipient).where(of_first).values(received_at=None, received_via=None),
            update(Recipient).where(Recipient.month == other.month).values(channel_kind="x"),
            delete(MemberNews).where(MemberNews.month == news),
        )
        differing = {(one.table, one.month) for one in files.verify().differences}
        assert differing == {
            ("recipient", first.month), ("recipient", other.month), ("member_news", news)
        }  # fmt: skip
        known = files.write_files(lambda *_: None, {"recipient": [first.month]})
        assert known.written == [f"recipient/month={first.month}/part-0.parquet"]
        assert known.removed == [f"member_news/month={news}/part-0.parquet"]
        assert renew().written == [f"recipient/month={other.month}/part-0.parquet"]
        assert renew() == files.Written()
        assert files.verify().differences == ()


def test_values_that_change_places_are_seen(written: Flask) -> None:
    with written.app_context():
        row = Dissemination
        rows = db.session.execute(select(row.id, row.audience_reported, row.month)).all()
        one, two = _unlike(rows)
        for each, other in ((one, two), (two, one)):
            mine = update(row).where(row.id == each.id)
            change(mine.values(audience_reported=other.audience_reported))
        (found,) = files.verify().differences
        assert (found.table, found.month) == ("dissemination", one.month)


def _unlike(rows: Any) -> tuple[Any, Any]:
    """Two rows of one month with different figures."""
    for one in rows:
        for two in rows:
            if one.month == two.month and one[1] and two[1] and one[1] != two[1]:
                return one, two
    raise AssertionError("the world has no such rows")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_a_killed_run_or_a_bad_disk_left_is_mended(written: Flask) -> None:
    with written.app_context():
        root = files.folder()
        half = root / "office/part-0.parquet.new"
        lost, cut = sorted(root.glob("recipient/*/*"))[:2]
        half.write_bytes(b"PAR1")
        lost.unlink()
        cut.write_bytes(cut.read_bytes()[:-100])
        outcome = written.test_cli_runner().invoke(args=["facts", "verify"])
        assert outcome.exception is not None
        assert sorted(renew().written) == [str(path.relative_to(root)) for path in (lost, cut)]
        assert not half.exists()
        outcome = written.test_cli_runner().invoke(args=["facts", "verify", "--json"])
        assert json.loads(outcome.output)["equal"] is True


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nothing_is_rebuilt_from_a_file_that_holds_something_else(written: Flask) -> None:
    """A file of another month in its place, which the manifest was made to believe."""
    with written.app_context():
        root = files.folder()
        one, other = sorted(root.glob("dissemination/*/*"))[:2]
        one.write_bytes(other.read_bytes())
        said = json.loads((root / "manifest.json").read_text("utf-8"))
        for part in said["parts"]:
            month = f"month={part['month']}/"
            if part["table"] == "dissemination" and month in str(one):
                part["bytes"] = one.stat().st_size
        (root / "manifest.json").write_text(json.dumps(said), "utf-8")
        with pytest.raises(Refused, match="dissemination"), files.proven(lambda *_: None):
            pytest.fail("the files were believed")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_verify_names_what_differs(written: Flask) -> None:
    with written.app_context():
        change(update(Recipient).values(office_id=Recipient.office_id + 1))
        month = db.session.scalar(select(func.min(Recipient.month)))
    outcome = written.test_cli_runner().invoke(args=["facts", "verify", "--json"])
    assert outcome.exit_code == 2
    said = json.loads(outcome.output)
    assert said["equal"] is False
    assert {one["table"] for one in said["differences"]} == {"recipient"}
    assert said["differences"][0]["month"] == month


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_without_files_a_sentence_says_what_to_do(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), pytest.raises(Refused, match="facts refresh"):
        files.verify()
