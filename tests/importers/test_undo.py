"""Taking an import back in the background: seen on its page, refused, stopped, and many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from importers import runs, services
from importers.models import BatchState, ImportBatch
from importers.obstacles import obstacles
from importers.undoing import undo_batch
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.jobs import Job, run_pending
from registry.members.models import Member
from tests import cast
from tests.importers import signup
from tests.importers.signup import FIRST, ROWS, person

ClientOf = Callable[[str], FlaskClient]


def imported(app: Flask, *people: dict[str, object]) -> int:
    """A batch that is in the registry."""
    number = signup.planned(app, *people)
    with app.app_context():
        runs.apply(number, signup.actor())
    return number


def members() -> int:
    return db.session.scalar(select(func.count()).select_from(Member)) or 0


def start(number: int) -> None:
    with unit_of_work():
        services.start_undo(signup.actor(), db.session.get_one(ImportBatch, number))


def edit(name: str) -> None:
    with unit_of_work():
        cast.member(name).skills = "ถ่ายภาพ"


def test_the_page_follows_the_undoing(app: Flask, client_of: ClientOf) -> None:
    number, client = imported(app), client_of("officer50")
    page = f"/imports/{number}"
    client.post(f"{page}/undo")
    waiting = client.get(page).text
    assert "data-progress" in waiting
    assert f"{page}/undo" not in waiting
    assert (client.get(f"{page}/progress").json or {})["waits"] is True
    assert "<progress" in client.get("/imports/").text
    client.post(f"{page}/undo")
    with app.app_context():
        assert run_pending() == 1
    assert (client.get(f"{page}/progress").json or {})["waits"] is False
    done = client.get(page).text
    assert "data-progress" not in done
    assert "ย้อนกลับแล้ว" in done


def test_the_step_is_told(app: Flask) -> None:
    number, told = imported(app), list[str]()
    with app.app_context():
        start(number)
        runs.undo(number, signup.actor(), lambda step, *_: told.append(step))
    assert told == ["undoing"]


def test_refused_at_once_when_a_member_was_edited(app: Flask) -> None:
    number = imported(app)
    with app.app_context():
        edit("malee50")
        with pytest.raises(Refused, match=str(ROWS["update"])):
            start(number)
        assert signup.batch(number).as_state is BatchState.COMMITTED
        assert run_pending() == 0


def test_edited_while_it_waited_it_stays_imported(app: Flask, client_of: ClientOf) -> None:
    number, client = imported(app), client_of("officer50")
    with app.app_context():
        start(number)
        edit("malee50")
        before = members()
        assert run_pending() == 1
        assert members() == before
        batch = signup.batch(number)
        assert batch.as_state is BatchState.COMMITTED
        assert str(ROWS["update"]) in (batch.notice or "")
        assert client.get(f"/imports/{number}").text.count(batch.notice or "-") == 1


def test_used_at_that_moment_it_stays_imported(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something hangs on a member that was not there when it was looked."""
    number = imported(app)

    def too_late(*_: object) -> None:
        raise IntegrityError("DELETE", None, Exception("still referenced"))

    with app.app_context():
        start(number)
        monkeypatch.setattr("importers.undoing._remove", too_late)
        before = members()
        assert run_pending() == 1
        batch = signup.batch(number)
        assert (members(), batch.as_state) == (before, BatchState.COMMITTED)
        assert batch.notice


def test_run_again_it_is_undone_once(app: Flask) -> None:
    number = imported(app)
    with app.app_context():
        before = members()
        start(number)
        for _ in range(2):
            runs.undo(number, signup.actor(), lambda *_: None)
        batch = signup.batch(number)
        assert (members(), batch.as_state) == (before - 1, BatchState.UNDONE)
        assert batch.notice is None


def test_undoing_that_stopped_is_taken_up_again(app: Flask, client_of: ClientOf) -> None:
    number, client = imported(app), client_of("officer50")
    page = f"/imports/{number}"
    client.post(f"{page}/undo")
    with app.app_context(), unit_of_work() as session:
        job = session.get_one(ImportBatch, number).job_id
        session.get_one(Job, job).state = "failed"
    assert "ยังไม่มีข้อมูลใดเปลี่ยนแปลง" in client.get(page).text
    signup.undo(client, page)
    with app.app_context():
        assert signup.batch(number).as_state is BatchState.UNDONE


def test_the_page_tells_the_file_by_a_short_fingerprint(app: Flask, client_of: ClientOf) -> None:
    number = imported(app)
    with app.app_context():
        digest = signup.batch(number).sha256
    text = client_of("officer50").get(f"/imports/{number}").text
    assert f"<code>{digest[:12]}…</code>" in text
    assert f"<code>{digest}</code>" in text


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def listen(_c: object, _k: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


def crowd(*, job: str | None = None) -> list[dict[str, object]]:
    """A hundred people, told apart by their telephones."""
    return [
        person(
            first=f"คนที่{'กขคงจฉชซญฐ'[n // 10]}{'ดตถทธนบปผฝ'[n % 10]}",
            last=f"สกุล{n}ทดสอบ",
            phone=f"08155{n:05}",
            job=job,
        )
        for n in range(100)
    ]


def undone(number: int) -> tuple[int, int]:
    """How many members are removed by an undo, and how many statements it takes."""
    before = members()
    with statements() as sent, unit_of_work():
        undo_batch(signup.actor(), db.session.get_one(ImportBatch, number))
    return before - members(), len(sent)


def test_many_are_removed_with_few_statements(app: Flask) -> None:
    number = imported(app, *crowd())
    with app.app_context():
        removed, sent = undone(number)
        assert removed == 100
        assert sent < 75


def test_many_are_restored_with_few_statements(app: Flask) -> None:
    imported(app, *crowd())
    number = imported(app, *crowd(job="ครู"))
    taught = select(func.count()).select_from(Member).where(Member.occupation == "ครู")
    with app.app_context():
        assert db.session.scalar(taught) == 100
        removed, sent = undone(number)
        assert removed == 0
        assert db.session.scalar(taught) == 0
        assert sent < 75


def test_the_page_before_an_undo_says_what_goes(app: Flask, client_of: ClientOf) -> None:
    number, client = imported(app), client_of("officer50")
    page = client.get(f"/imports/{number}/undo").text
    assert "สมาชิก 1 รายที่มากับการนำเข้านี้จะถูกนำออกจากทะเบียน" in page
    assert "1 ช่องทางจะถูกนำออกไปด้วย" in page
    assert "ทะเบียน 1 ระเบียนจะกลับไปเป็นค่าเดิม" in page
    signup.undo(client, f"/imports/{number}")
    assert client.get(f"/imports/{number}/undo").status_code == 302


def undo(number: int) -> None:
    with unit_of_work():
        undo_batch(signup.actor(), db.session.get_one(ImportBatch, number))


def test_a_later_import_is_named_and_undone_first(app: Flask, client_of: ClientOf) -> None:
    first = imported(app, *crowd())
    second = imported(app, *crowd(job="ครู"))
    third = imported(app, *[one | {"born": 2520, "district": "แม่ริม"} for one in crowd()])
    page = client_of("officer50").get(f"/imports/{first}/undo").text
    assert f'href="/imports/{second}"' in page
    assert f'href="/imports/{third}"' in page
    assert "ถูกแก้ไขเป็นรายคน" not in page
    with app.app_context():
        before = members()
        with pytest.raises(Refused, match=f"เลขที่ {third}"):
            undo(first)
        with pytest.raises(Refused, match=f"เลขที่ {third}"):
            undo(second)
        for number in (third, second, first):
            undo(number)
        assert members() == before - 100


def test_an_edit_between_two_imports_stays_in_the_way(app: Flask) -> None:
    first = imported(app, *crowd())
    with app.app_context(), unit_of_work():
        db.session.scalars(select(Member).where(Member.batch_id == first)).first().skills = "ถ่ายภาพ"
    second = imported(app, *crowd(job="ครู"))
    with app.app_context():
        undo(second)
        with pytest.raises(Refused, match=f"แถว {FIRST} "):
            undo(first)


def test_another_offices_import_is_not_named(app: Flask, client_of: ClientOf) -> None:
    first = imported(app, *crowd())
    second = imported(app, *crowd(job="ครู"))
    with app.app_context(), unit_of_work():
        other = db.session.get_one(ImportBatch, second)
        other.office_id, other.file_name = cast.user("central").office_id, "ลับเฉพาะ.xlsx"
    page = client_of("officer50").get(f"/imports/{first}/undo").text
    assert "การนำเข้าของ" in page
    assert "ลับเฉพาะ" not in page


def test_what_stands_in_the_way_is_asked_in_as_few_statements_for_many(app: Flask) -> None:
    few, many = imported(app, *crowd()[:2]), imported(app, *crowd()[2:])
    with app.app_context():
        sent = [asked(number) for number in (few, many)]
        assert sent[0] == sent[1] < 20


def asked(number: int) -> int:
    """How many statements it takes to know what stands in the way."""
    batch = signup.batch(number)
    with statements() as sent:
        assert not obstacles(batch)
    return len(sent)
