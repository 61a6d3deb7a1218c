"""Evidence: more than one piece, the office's captures, what was seen before, and lateness."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.documents.pictures import clean_picture
from registry.errors import NotFound, Refused
from registry.messages import captures, evidence_queries, files, inbox, ledger, review
from registry.messages.entries import Fault
from registry.messages.evidence import MOST, add_evidence, record_with_picture
from registry.messages.evidence_models import EvidenceItem, EvidenceKind
from registry.messages.evidence_queries import ReviewFilters
from registry.messages.late import is_late
from registry.messages.ledger_models import Dissemination, DisseminationState
from registry.messages.models import KeyMessage
from registry.messages.numbers import numbers_of
from registry.periods.dated import Dated
from registry.periods.dated_models import DatedSetting
from registry.portal.services import issue
from tests import cast, story
from tests.test_likeness import jpeg, opened, scene
from tests.test_messages_media import HTML, PDF

ClientOf = Callable[[str], FlaskClient]
MINE, THEIRS = Scope.of_provinces("50"), Scope.of_provinces("90")
POST = "https://www.facebook.com/prd/posts/1"
MEMBER = Actor(None, "link")
NOON = datetime(2026, 6, 15, 5, tzinfo=UTC)


def told(member: str = "malee50", seed: int | None = None, **given: object) -> Dissemination:
    """A member's report of a new message, perhaps with a picture."""
    office = member[-2:]
    message = story.published(f"officer{office}", f"head{office}", f"P{office}")
    picture = None if seed is None else opened(scene(seed))
    entry = story.entry(message, member, **given)
    return record_with_picture(MEMBER, story.ALL, entry, picture, source="officer")


def twins(scope: Scope, row: Dissemination) -> list[evidence_queries.Twin]:
    """What of a report was seen before."""
    items = evidence_queries.items_of(scope, [row])[row.id]
    found = evidence_queries.twins_of(scope, items)
    return [twin for item in items for twin in found.get(item.id, [])]


def waiting(**filters: object) -> list[int]:
    """Ids of the queue of Chiang Mai."""
    given = ReviewFilters(**filters)  # type: ignore[arg-type]
    return [row.id for row in evidence_queries.list_waiting(MINE, given)]


def test_the_first_pieces_stand_in_the_report_the_next_beside_it(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = told(seed=1, link=POST)
        first = (row.evidence, row.link)
        assert add_evidence(MEMBER, row, picture=opened(scene(2))) == 1
        assert add_evidence(MEMBER, row, link="https://example.org/2") == 1
        assert add_evidence(MEMBER, row, link=f"{POST}?fbclid=x", picture=opened(scene(2))) == 0
        assert (row.evidence, row.link) == first
        items = evidence_queries.items_of(MINE, [row])[row.id]
        kinds = [item.kind for item in items]
        assert sorted(kinds) == ["link", "link", "picture", "picture"]
        assert {item.stored for item in items if item.stored} >= {row.evidence}
        stored = next(item for item in items if item.stored)
        assert b"JFIF" not in files.path_of(stored.stored or "").read_bytes()
        assert captures.read_item(stored) == opened(scene(1)).data


def test_evidence_given_later_counts_as_evidence(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = told(audience_reported=80)
        message = row.message_id
        assert not row.has_evidence
        add_evidence(MEMBER, row, link=POST)
        review.review(story.acting("officer50"), [row], accept=True)
        assert numbers_of(MINE, message).evidenced == 80
        with pytest.raises(Fault, match="พิจารณา"):
            add_evidence(MEMBER, row, link="https://example.org/3")


def test_what_was_sent_back_waits_again_when_evidence_comes(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = told()
        review.review(story.acting("officer50"), [row], accept=False, reason="ขอภาพ")
        add_evidence(MEMBER, row, picture=opened(scene(1)))
        assert row.as_state is DisseminationState.REPORTED
        ledger.withdraw(MEMBER, row)
        with pytest.raises(Fault):
            add_evidence(MEMBER, row, link=POST)


def test_a_report_sent_again_keeps_its_new_picture(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = told()
        message = db.session.get(KeyMessage, row.message_id)
        entry = story.entry(message)
        for _ in range(2):
            again = record_with_picture(
                MEMBER, story.ALL, entry, opened(scene(3)), source="officer"
            )
            assert again.id == row.id
        assert len(evidence_queries.items_of(MINE, [row])[row.id]) == 1
        assert row.evidence
        review.review(story.acting("officer50"), [row], accept=True)
        with pytest.raises(Fault, match="รับรองแล้ว"):
            record_with_picture(MEMBER, story.ALL, entry, opened(scene(4)), source="officer")
    with app.app_context():
        assert len(list(files.folder().iterdir())) == 2


def test_a_report_is_full_at_five(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = told(link=POST)
        for number in range(2, MOST + 1):
            add_evidence(MEMBER, row, link=f"https://example.org/{number}")
        with pytest.raises(Fault, match="5"):
            add_evidence(MEMBER, row, link="https://example.org/6")
        for bad in ("javascript:alert(1)", ""):
            with pytest.raises(Fault):
                add_evidence(MEMBER, row, link=bad)


def test_the_same_and_similar_pictures_and_links_are_shown_not_refused(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        first = told("malee50", seed=7, link=POST)
        same = told("dao50", seed=7)
        alike = told("somchai50")
        smaller = clean_picture(jpeg(scene(7).resize((400, 300)), 40), "p.jpg")
        add_evidence(MEMBER, alike, picture=smaller)
        link = told("malee50", link="http://m.facebook.com/prd/posts/1/?igsh=abc")
        other = told("dao50", seed=60, link="https://www.facebook.com/prd/posts/2")
        assert twins(MINE, first) == []
        assert twins(MINE, other) == []
        assert [twin.row for twin in twins(MINE, same)] == [first]
        assert twins(MINE, same)[0].alike is None
        (found,) = twins(MINE, alike)
        assert found.alike is not None
        assert 0 <= found.alike <= 6
        assert [(twin.kind, twin.row) for twin in twins(MINE, link)] == [("link", first)]
        assert waiting(evidence="alike") == [same.id, alike.id, link.id]
        counts = evidence_queries.count_waiting(MINE, ReviewFilters())
        assert counts == {
            **{"": 5, "with": 5, "picture": 4, "link": 3, "without": 0, "alike": 3},
        }
        ledger.withdraw(MEMBER, first)
        assert twins(MINE, link) == []
        assert link.id not in waiting(evidence="alike")


def test_a_double_beyond_the_scope_is_told_without_names(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        with unit_of_work():
            told("aree90", link=POST)
            mine = told("malee50", link=POST)
            (twin,) = twins(MINE, mine)
            assert twin.row is None
            assert twin.on == date(2026, 6, 10)
            (seen,) = twins(story.ALL, mine)
            assert seen.row is not None
            name = cast.member("aree90").display_name
        number = mine.id
    page = client_of("officer50").get(f"/evidence/{number}").get_data(as_text=True)
    assert "นอกความดูแล" in page
    assert name not in page
    assert name in client_of("central").get(f"/evidence/{number}").get_data(as_text=True)


def test_the_queue_begins_with_the_longest_waiting(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        hours = {"malee50": (3, None), "dao50": (2, POST), "somchai50": (1, "https://a.th/1")}
        ids = {
            name: ledger.record_dissemination(
                MEMBER,
                story.ALL,
                story.entry(message, name, at=story.PUBLISHED + timedelta(hours=hour), link=link),
            ).id
            for name, (hour, link) in hours.items()
        }
        assert waiting() == [ids["malee50"], ids["dao50"], ids["somchai50"]]
        assert waiting(evidence="without") == [ids["malee50"]]
        assert waiting(evidence="link") == [ids["dao50"], ids["somchai50"]]
        counts = evidence_queries.count_waiting(MINE, ReviewFilters())
        assert counts == {"": 3, "with": 2, "without": 1, "link": 2, "picture": 0, "alike": 0}
        assert evidence_queries.count_with_evidence(THEIRS, None) == 0
        monkeypatch.setattr(evidence_queries, "MOST", 1)
        monkeypatch.setattr(evidence_queries, "PAGE", 1)
        assert waiting(evidence="link", page=9) == [ids["dao50"]], "the next one follows this"
        counts = evidence_queries.count_waiting(MINE, ReviewFilters())
        assert (counts[""], counts["with"], counts["link"]) == (2, 2, 1), "more than one wait"


def test_a_capture_is_kept_with_its_hash_and_verified_when_read(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        officer, row = story.acting("officer50"), told(link=POST)
        file = captures.prepare_capture(PDF, "หน้าเว็บ.pdf")
        item = captures.keep_capture(officer, row, file, at=NOON)
        assert captures.keep_capture(officer, row, file).id == item.id
        assert (item.taken_at, item.taken_by, item.by_office) == (NOON, officer.user_id, True)
        assert captures.read_item(item) == PDF
        path = files.path_of(item.stored or "")
        kept = path.read_bytes()
        path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
        with pytest.raises(Refused, match="ไม่ตรงกับ"):
            captures.read_item(item)
        other = files.store(b"%PDF-1.7 another", ".pdf", secret=True)
        item.stored = other
        with pytest.raises(Refused, match="ไม่ตรงกับ"):
            captures.read_item(item)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (HTML, "page.png"),
        (b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\x00" * 20, "sound.mp3"),
        (PDF.replace(b"/Type", b"/OpenAction<</JS(x)>>/Type"), "page.pdf"),
        (story.png()[:40], "page.png"),
        (b"", "page.png"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_hostile_capture_is_refused(app: Flask, data: bytes, name: str) -> None:
    with app.app_context(), pytest.raises(Refused, match=name):
        captures.prepare_capture(data, name)


def test_the_page_of_a_report(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = told(link=POST).id
    client, stranger = client_of("officer50"), client_of("officer90")
    address = f"/evidence/{number}"

    def capture(who: FlaskClient, data: bytes, name: str) -> int:
        form = {"file": (io.BytesIO(data), name)}
        return who.post(f"{address}/capture", data=form).status_code

    assert capture(client, story.png(40, 30), "หน้าจอ.png") == 302
    assert capture(client, PDF, "หน้า.pdf") == 302
    assert capture(client, HTML, "page.html") == 422
    assert capture(stranger, PDF, "หน้า.pdf") == 404
    assert client.post(f"{address}/add", data={"link": "https://example.org/2"}).status_code == 302
    wrong = client.post(f"{address}/add", data={"link": "javascript:alert(1)"})
    assert wrong.status_code == 422
    assert "javascript:alert(1)" in wrong.get_data(as_text=True)
    assert "โปรดเลือกไฟล์อีกครั้ง" not in wrong.text
    shot = {"link": "javascript:alert(1)", "picture": (io.BytesIO(story.png()), "shot.png")}
    assert "โปรดเลือกไฟล์อีกครั้ง" in client.post(f"{address}/add", data=shot).text
    page = client.get(address).get_data(as_text=True)
    assert "https://example.org/2" in page
    assert "SHA-256" in page
    with app.app_context():
        chosen = select(EvidenceItem.id).where(EvidenceItem.stored.is_not(None))
        ids = list(db.session.scalars(chosen.order_by(EvidenceItem.id)))
        name = cast.user("officer50").name
    assert name in page
    shown = [client.get(f"/evidence/items/{item_id}") for item_id in ids]
    assert [answer.mimetype for answer in shown] == ["image/png", "application/pdf"]
    assert "attachment" in shown[1].headers["Content-Disposition"]
    for size in ("", "?size=thumbnail"):
        answers = [stranger.get(f"/evidence/items/{item_id}{size}") for item_id in ids]
        assert {answer.status_code for answer in answers} == {404}
    small = client.get(f"/evidence/items/{ids[0]}?size=thumbnail")
    assert small.mimetype == "image/jpeg"
    assert stranger.get(address).status_code == 404


def test_a_file_that_was_changed_on_the_disk_is_not_shown(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        row = told(link=POST)
        file = captures.prepare_capture(PDF, "a.pdf")
        item = captures.keep_capture(story.acting("officer50"), row, file)
        files.path_of(item.stored or "").write_bytes(b"altered")
        number = item.id
    answer = client_of("officer50").get(f"/evidence/items/{number}")
    assert answer.status_code == 400
    assert "ข้อมูลสำรอง" in answer.get_data(as_text=True)


def test_the_last_decision_is_taken_back(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        ids = [told(name, link=POST).id for name in ("malee50", "dao50")]
    client = client_of("officer50")
    assert client.post("/evidence/", data={"ids": ids, "decision": "accept"}).status_code == 302
    assert "/evidence/undo" in client.get("/evidence/").get_data(as_text=True)
    assert "/evidence/undo" not in client_of("regional3").get("/evidence/").get_data(as_text=True)
    assert client.post("/evidence/undo").status_code == 302
    with app.app_context():
        rows = list(db.session.scalars(select(Dissemination)))
        assert {(row.state, row.reviewed_by) for row in rows} == {("reported", None)}
    assert "ไม่มีรายการ" in client.post("/evidence/undo", follow_redirects=True).get_data(
        as_text=True
    )


def test_accepting_without_evidence_says_that_it_does_not_count(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context(), unit_of_work():
        row = told(audience_reported=70)
        number, message = row.id, row.message_id
    client = client_of("officer50")
    page = client.get(f"/evidence/{number}").get_data(as_text=True)
    assert "รับรองโดยไม่มีหลักฐาน" in page
    assert "ไม่นับเป็นการเข้าถึงที่มีหลักฐาน" in page
    data = {"ids": [number], "decision": "accept"}
    client.post("/evidence/?evidence=without", data=data)
    shown = client.get("/evidence/?evidence=without").get_data(as_text=True)
    assert "1 รายการไม่มีลิงก์หรือภาพ" in shown
    with app.app_context():
        assert numbers_of(Scope.all(), message).evidenced is None


def test_the_page_of_a_report_shows_its_link_whole(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = told(link=POST).id
    page = client_of("officer50").get(f"/evidence/{number}").get_data(as_text=True)
    assert f'class="whole-link">{POST}</a>' in page
    assert "รับรองโดยไม่มีหลักฐาน" not in page


def test_nobody_undoes_what_another_decided(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = told(link=POST)
        review.review(story.acting("officer50"), [row], accept=True)
        with pytest.raises(Refused):
            review.undo(story.acting("regional3"), [row])
        assert row.as_state is DisseminationState.ACCEPTED
        review.review(story.acting("officer50"), [row], accept=False, reason="ผิดโพสต์")
        review.undo(story.acting("officer50"), [row])
        assert row.as_state is DisseminationState.REPORTED


def test_two_reviewers_at_once_decide_once(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        number = told(link=POST).id
    gate, outcomes = Barrier(2), []

    def decide(name: str) -> None:
        with app.app_context():
            try:
                gate.wait(10)
                with unit_of_work():
                    rows = inbox.disseminations_for(MINE, [number])
                    review.review(story.acting(name), rows, accept=True)
                outcomes.append("done")
            except Refused:
                outcomes.append("refused")
            finally:
                db.session.remove()

    both = [Thread(target=decide, args=(name,)) for name in ("officer50", "regional3")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]


def closing(until: date | None) -> KeyMessage:
    """A published message that is to be passed on until a day."""
    message = story.published()
    message.valid_until = until
    return message


def report(message: KeyMessage, source: str, now: datetime, **given: object) -> ledger.Outcome:
    """A report that comes in at a moment."""
    entry = story.entry(message, **given)
    return ledger.record_many(MEMBER, story.ALL, [entry], source=source, now=now)[0]


@pytest.mark.parametrize("source", ["link", "line"])
def test_a_members_report_is_judged_by_the_day_it_comes_in(app: Flask, source: str) -> None:
    with app.app_context(), unit_of_work():
        message = closing(date(2026, 6, 12))
        in_time = datetime(2026, 6, 12, 16, 59, tzinfo=UTC)  # 23:59 in Bangkok
        moments = {
            "malee50": in_time,
            "dao50": in_time + timedelta(minutes=2),
            "somchai50": in_time + timedelta(days=7),
        }
        for name, now in moments.items():
            assert report(message, source, now, member=name).id
        query = select(Dissemination).options(joinedload(Dissemination.message))
        late = {row.member_id for row in db.session.scalars(query) if is_late(row)}
        assert late == {cast.member("dao50").id, cast.member("somchai50").id}
        too_late = in_time + timedelta(days=7, minutes=2)
        refused = report(message, source, too_late, at=story.PUBLISHED + timedelta(minutes=9))
        assert refused.field == "at"
        assert "19 มิ.ย. 2569" in refused.problem


def test_an_offices_record_is_judged_by_the_day_of_passing_on(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = closing(date(2026, 6, 12))
        later = datetime(2026, 7, 20, tzinfo=UTC)
        days = {"malee50": 11, "dao50": 15, "somchai50": 20}
        told = {
            name: report(
                message, "grid", later, member=name, at=datetime(2026, 6, day, 5, tzinfo=UTC)
            )
            for name, day in days.items()
        }
        assert [told[name].field for name in days] == ["", "", "at"]
        rows = {row.member_id: row for row in db.session.scalars(select(Dissemination))}
        assert not is_late(rows[cast.member("malee50").id])
        assert is_late(rows[cast.member("dao50").id])


def test_the_days_of_grace_are_a_setting_and_no_end_is_never_late(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        db.session.add(
            DatedSetting(
                name=Dated.GRACE_DAYS.value, value=1, valid_from=date(2026, 6, 1), source="x"
            )
        )
        message = closing(date(2026, 6, 12))
        assert report(message, "link", datetime(2026, 6, 14, 5, tzinfo=UTC)).problem
        assert report(message, "link", datetime(2026, 6, 13, 5, tzinfo=UTC)).id
        free = closing(None)
        outcome = report(free, "link", datetime(2026, 11, 1, tzinfo=UTC))
        row = db.session.scalars(select(Dissemination).where(Dissemination.id == outcome.id)).one()
        assert not is_late(row)


def test_a_members_evidence_is_taken_within_the_grace_an_officers_always(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = told()
        row.message.valid_until = date(2026, 6, 12)
        day = datetime(2026, 6, 19, 5, tzinfo=UTC)
        add_evidence(MEMBER, row, link=POST, at=day)
        after = day + timedelta(days=1)
        with pytest.raises(Fault, match="19 มิ.ย. 2569"):
            add_evidence(MEMBER, row, link="https://example.org/2", at=after)
        add_evidence(story.acting("officer50"), row, link="https://example.org/2", at=after)


def test_the_sweep_keeps_all_evidence(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            row = told(seed=1)
            add_evidence(MEMBER, row, picture=opened(scene(2)))
            file = captures.prepare_capture(jpeg(scene(3)), "a.jpg")
            captures.keep_capture(story.acting("officer50"), row, file)
        kept = {path.name for path in files.folder().iterdir()}
        assert len(kept) == 6
        (files.folder() / "stray.jpg.enc").write_bytes(b"x")
        for path in files.folder().iterdir():
            os.utime(path, (time.time() - 3 * 86_400,) * 2)
        assert files.sweep({}, lambda *_: None) == {"removed": 1}
        assert {path.name for path in files.folder().iterdir()} == kept


def test_items_belong_to_their_reports_scope(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = told(seed=1)
        (item,) = evidence_queries.items_of(MINE, [row])[row.id]
        assert item.kind == EvidenceKind.PICTURE.value
        assert evidence_queries.item_for(MINE, item.id) is item
        assert evidence_queries.items_of(THEIRS, [row])[row.id] == []
        with pytest.raises(NotFound):
            evidence_queries.item_for(THEIRS, item.id)


def test_a_member_adds_evidence_by_the_personal_link(app: Flask, anonymous: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        row = told()
        number, message = row.id, row.message_id
        review.review(story.acting("officer50"), [row], accept=False, reason="ขอภาพด้วย")
        token = issue(Actor.system(), cast.member("malee50"))
        other = issue(Actor.system(), cast.member("dao50"))
    address = f"/m/{token}/reports/{number}/evidence"
    assert address in anonymous.get(f"/m/{token}/messages/{message}").get_data(as_text=True)
    assert "ขอภาพด้วย" in anonymous.get(address).get_data(as_text=True)
    empty = anonymous.post(address, data={"link": ""})
    assert empty.status_code == 422
    wrong = anonymous.post(address, data={"link": "javascript:1"})
    assert 'value="javascript:1"' in wrong.get_data(as_text=True)
    picture = {"picture": (io.BytesIO(story.png(30, 20)), "shot.png")}
    stranger = anonymous.post(f"/m/{other}/reports/{number}/evidence", data={"link": POST})
    assert stranger.status_code == 404
    assert anonymous.post(address, data=picture).status_code == 302
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(Dissemination)).one()
        assert (row.state, row.evidence_type, row.link) == ("reported", "image/png", None)
        review.review(story.acting("officer50"), [row], accept=True)
    assert anonymous.get(address).status_code == 404
