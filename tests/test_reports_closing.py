"""Closing a period: refused with a sentence, all or nothing, never twice."""

from __future__ import annotations

import importlib
import random
import signal
import time
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.audit.verify import verify as verify_audit
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.periods import catalogue
from registry.periods.models import SealedFigure, SealedPeriod
from reports.chain import archive_root, home
from reports.closing import close
from reports.manifest import MANIFEST, Manifest, sha256_of
from reports.verify import verify
from tests import cast, closer
from tests.closed import lighten
from tests.closer import STEPS
from tests.ledger import add_ledger
from tests.nursery import Child
from tests.stage import BACKENDS, Scene, Stage

CODE = "2569-Q1"
TODAY = date(2026, 1, 5)
ACTOR = Actor.system("cli")


@pytest.fixture
def ledger(scene: Scene) -> Flask:
    """An application with facts in the quarter and the one before."""
    return scene("two quarters", _two_quarters)


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody opens the documents or looks at most figures here; one test makes all of them."""
    lighten(monkeypatch)


def _two_quarters(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        add_ledger("2568-Q4", CODE, each=1)


@pytest.mark.parametrize(
    ("code", "thai", "english"),
    [
        ("2569-Q9", "ไม่ใช่รหัสงวด", "is not a period"),
        ("2569-Q2", "ยังไม่สิ้นสุด", "has not ended yet"),
        ("2550-Q1", "ไม่มีข้อมูลในไตรมาส 1 ปีงบประมาณ 2550", "There are no facts in"),
    ],
)
def test_what_cannot_be_closed_is_refused_in_one_sentence(
    ledger: Flask, code: str, thai: str, english: str
) -> None:
    with ledger.app_context():
        for locale, said in (("th", thai), ("en", english)):
            with force_locale(locale), pytest.raises(Refused) as caught:
                close(ACTOR, code, today=TODAY)
            assert said in str(caught.value)
            assert "\n" not in str(caught.value)
        assert _traces() == (0, 0, 0, [])


def test_the_last_day_is_still_too_early(ledger: Flask) -> None:
    with ledger.app_context(), pytest.raises(Refused, match="31"):
        close(ACTOR, CODE, today=date(2025, 12, 31))


def test_closing_enters_everything_once(ledger: Flask) -> None:
    with ledger.app_context():
        actor = Actor(cast.user("central").id, "web", cast.user("central").office_id)
        done = close(actor, CODE, today=date(2026, 1, 1))
        row = catalogue.sealed(CODE)
        assert row is not None
        assert (row.revision, row.closed_by, row.kind) == (1, actor.user_id, "quarter")
        assert row.keep_until == date(2035, 12, 31)
        assert done.manifest_sha256 == sha256_of(home(row) / MANIFEST) == row.manifest_sha256
        periods, figures, events, folders = _traces()
        assert (periods, figures, events) == (1, done.figures, 1)
        assert folders == ["2569-Q1-r1"]
        names = {path.suffix for path in home(row).iterdir() if path.name.startswith("sang-")}
        assert names == {".pdf", ".xlsx", ".csv"}
        with pytest.raises(Refused, match="ปิดงวดไปแล้ว"):
            close(ACTOR, CODE, today=TODAY)
        with force_locale("en"), pytest.raises(Refused, match="already"):
            close(ACTOR, CODE, today=TODAY)
        assert _traces() == (1, done.figures, 1, ["2569-Q1-r1"])
        assert verify_audit().holds


@pytest.mark.usefixtures("light")
def test_each_seal_names_the_one_of_its_kind_before_it(ledger: Flask) -> None:
    with ledger.app_context():
        for code in ("2568-Q4", "2568-12", CODE):
            close(ACTOR, code, today=TODAY)
        first, last = catalogue.sealed("2568-Q4"), catalogue.sealed(CODE)
        month = catalogue.sealed("2568-12")
        assert first is not None
        assert last is not None
        assert month is not None
        assert (first.previous_sha256, month.previous_sha256) == (None, None)
        assert last.previous_sha256 == first.manifest_sha256
        named = Manifest.load(home(last) / MANIFEST).previous
        assert named is not None
        assert (named.code, named.manifest_sha256) == ("2568-Q4", first.manifest_sha256)
        assert [verify(row).problems for row in (first, last, month)] == [[], [], []]


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_error_at_any_step_leaves_nothing(
    ledger: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    steps = {**STEPS, "half": ("registry.facts.files.rows", "_cast")}
    del steps["rename"]
    with ledger.app_context():
        for module, name in steps.values():
            with monkeypatch.context() as patch:
                patch.setattr(importlib.import_module(module), name, fail)
                with pytest.raises((OSError, Refused), match="No space"):
                    close(ACTOR, CODE, today=TODAY)
            assert _traces() == (0, 0, 0, []), name
        close(ACTOR, CODE, today=TODAY)
        assert _traces()[0] == 1


@pytest.mark.usefixtures("light")
def test_a_commit_that_fails_leaves_nothing(ledger: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("the database went away")

    with ledger.app_context():
        with monkeypatch.context() as patch:
            patch.setattr("registry.db.commit", fail)
            with pytest.raises(RuntimeError, match="went away"):
                close(ACTOR, CODE, today=TODAY)
        assert _traces() == (0, 0, 0, [])


KILLED = [
    ("sqlite", "facts"),
    ("postgresql", "documents"),
    *((backend, step) for backend in BACKENDS for step in ("enter", "rename")),
]
"""Before it enters anything, a closing writes only files: one database each is enough."""


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize(("backend", "step"), KILLED, indirect=["backend"])
def test_killed_at_any_point_it_leaves_all_or_nothing(
    ledger: Flask, stage: Stage, step: str
) -> None:
    code, said = _closing(stage, step).wait()
    assert code == -signal.SIGKILL, said
    with ledger.app_context():
        periods, figures, events, folders = _traces()
        assert (periods, bool(figures), events) == (
            (1, True, 1) if step == "rename" else (0, False, 0)
        )
        assert f"{CODE}-r1" not in folders, "nothing has its place before the commit"
        if step == "rename":
            row = catalogue.sealed(CODE)
            assert row is not None
            assert verify(row).problems == [], "the files are complete, and whoever asks finds them"
        db.session.rollback()
    code, said = _closing(stage).wait()
    assert code == (1 if step == "rename" else 0), said
    with ledger.app_context():
        assert _traces()[0::3] == (1, ["2569-Q1-r1"]), "and no draft is left"


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_killed_at_random_moments_it_leaves_all_or_nothing(ledger: Flask, stage: Stage) -> None:
    seed = random.randrange(1_000_000)
    dice = random.Random(seed)
    for _ in range(5):
        child = _closing(stage)
        time.sleep(dice.uniform(0.2, 2.5))
        child.kill()
        child.wait()
        with ledger.app_context():
            periods, figures, events, folders = _traces()
            assert (periods, bool(figures), events) in {(0, False, 0), (1, True, 1)}, seed
            if periods:
                row = catalogue.sealed(CODE)
                assert row is not None
                assert verify(row).problems == [], seed
            else:
                assert f"{CODE}-r1" not in folders, seed
            db.session.rollback()
    with ledger.app_context():
        if not catalogue.sealed(CODE):
            db.session.rollback()
            close(ACTOR, CODE, today=TODAY)
        assert _traces()[0::3] == (1, ["2569-Q1-r1"]), seed


def _closing(stage: Stage, step: str = "") -> Child:
    return Child(closer.main, stage.url, str(stage.instance), CODE, step)


def test_two_at_once_close_once(ledger: Flask, stage: Stage) -> None:
    both = [_closing(stage) for _ in range(2)]
    ends = [child.wait() for child in both]
    assert sorted(code or 0 for code, _ in ends) == [0, 1]
    assert "Refused" in next(said for code, said in ends if code)
    with ledger.app_context():
        assert _traces()[0::3] == (1, ["2569-Q1-r1"])


def test_a_folder_that_nobody_knows_is_left_alone(ledger: Flask) -> None:
    with ledger.app_context():
        unknown = archive_root() / "2569-Q1-r1"
        unknown.mkdir(parents=True)
        (unknown / "evidence").write_text("of an older backup")
        with pytest.raises(Refused, match="2569-Q1-r1"):
            close(ACTOR, CODE, today=TODAY)
        assert (unknown / "evidence").exists()


@pytest.mark.usefixtures("light")
def test_late_facts_change_the_live_figure_and_not_the_sealed_one(ledger: Flask) -> None:
    from registry.access.scope import Scope
    from registry.facts.evaluate import evaluate
    from registry.facts.spans import Months
    from registry.periods.calendar import Period

    def live() -> float | None:
        months = Months.of(Period.parse(CODE))
        return evaluate(Scope.all(), ["publications"], months)[0].value

    with ledger.app_context():
        close(ACTOR, CODE, today=TODAY)
        sealed = catalogue.sealed_figures(CODE)["publications", ""].value
        assert live() == sealed
        with unit_of_work():
            add_ledger("2568-10", seed=99, each=2)
        assert live() == (sealed or 0) + 2 * len(cast.NETWORKS)
        assert catalogue.sealed_figures(CODE)["publications", ""].value == sealed
        row = catalogue.sealed(CODE)
        assert row is not None
        assert verify(row).problems == []


def _traces() -> tuple[int, int, int, list[str]]:
    """Closed periods, sealed figures, audit events of closing, folders of the archive."""

    def count(model: Any, *conditions: Any) -> int:
        return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0

    db.session.rollback()
    root = archive_root()
    folders = sorted(path.name for path in root.iterdir() if path.is_dir()) if root.exists() else []
    events = count(AuditEvent, AuditEvent.action == "report:close")
    return count(SealedPeriod), count(SealedFigure), events, folders
