"""A member's own pages: channels, results, certificate and data; never anybody else's."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pydantic import SecretStr
from pypdf import PdfReader
from sqlalchemy import func, select

from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.channels.models import Channel
from registry.db import db, unit_of_work
from registry.members.masks import mask_name
from registry.messages import exchange, ledger, review
from registry.messages.evidence_models import EvidenceItem
from registry.messages.exchange_models import NewsDecision, NewsOutcome
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.messages.models import KeyMessage
from registry.outbox.line_models import LineAccount
from registry.portal.certificate import certificate_words
from registry.portal.models import Certificate
from registry.portal.services import revoke
from tests import cast, story
from tests.test_portal import Holder

ClientOf = Callable[[str], FlaskClient]
ONCE = "a" * 32
FACE = cast.MEMBERS["malee50"]


@pytest.fixture
def message(app: Flask) -> int:
    with app.app_context(), unit_of_work():
        return story.published().id


@pytest.fixture
def malee(app: Flask, message: int) -> Holder:
    return Holder(app)


def _accepted(app: Flask, message: int, member: str = "malee50", **told: object) -> None:
    """A report of a member that the office accepted."""
    with app.app_context(), unit_of_work():
        row = ledger.record_dissemination(
            story.acting("officer50"),
            story.ALL,
            story.entry(
                db.session.get_one(KeyMessage, message),
                member,
                audience_reported=120,
                link="https://example.org/1",
                **told,
            ),
        )
        review.review(story.acting("officer50"), [row], accept=True)


def test_a_channel_is_added_with_the_report(app: Flask, malee: Holder, message: int) -> None:
    told = {
        "form_token": ONCE,
        "channel": "new",
        "new_kind": "facebook",
        "new_name": "เพจบ้านเรา",
        "audience": "80",
    }
    assert malee.post(f"messages/{message}/passed-on", **{**told, "new_name": ""}) == 422
    for _ in range(2):
        assert malee.post(f"messages/{message}/passed-on", **told) == 302
    with app.app_context():
        channel = db.session.scalars(select(Channel).where(Channel.name == "เพจบ้านเรา")).one()
        assert (channel.member_id, channel.kind) == (malee.member, "facebook")
        report = db.session.scalars(select(Dissemination)).one()
        assert (report.channel_id, report.audience_reported) == (channel.id, 80)
    page = malee.get(f"messages/{message}")
    assert re.search(f'value="{channel.id}" checked', page)


def test_a_refused_report_leaves_no_channel(app: Flask, malee: Holder, message: int) -> None:
    told = {
        "form_token": ONCE,
        "channel": "new",
        "new_kind": "loudspeaker",
        "new_name": "หอกระจายข่าว",
        "audience": "80",
    }
    assert malee.post(f"messages/{message}/passed-on", **told) == 422
    with app.app_context():
        named = select(func.count()).where(Channel.name == "หอกระจายข่าว")
        assert db.session.scalar(named) == 0


def test_channels_are_added_and_ended(app: Flask, malee: Holder, message: int) -> None:
    told = {"form_token": ONCE, "kind": "tiktok", "name": "ช่องของฉัน"}
    assert malee.post("channels", **{**told, "name": ""}) == 422
    for _ in range(2):
        assert malee.post("channels", **told) == 302
    with app.app_context():
        row = db.session.scalars(select(Channel).where(Channel.kind == "tiktok")).one()
        strange = cast.channel("dao50").id
    assert malee.post(f"channels/{strange}/retire") == 404
    for _ in range(2):
        assert malee.post(f"channels/{row.id}/retire") == 302
    assert "ช่องของฉัน" not in malee.get("record")


def test_a_wish_to_correct_the_record_is_a_question(app: Flask, malee: Holder) -> None:
    assert malee.post("record/wish", form_token=ONCE, text=" ") == 422
    for _ in range(2):
        assert malee.post("record/wish", form_token=ONCE, text="ย้ายไปอยู่ตำบลช้างเผือก") == 302
    with app.app_context():
        row = db.session.scalars(select(Question)).one()
        assert (row.member_id, row.message_id, row.about_record) == (malee.member, None, True)
        assert row.text == "ย้ายไปอยู่ตำบลช้างเผือก"
    for path in ("record", "news"):
        assert "ย้ายไปอยู่ตำบลช้างเผือก" in malee.get(path), path


def test_a_tap_that_waited_keeps_its_moment(app: Flask, malee: Holder, message: int) -> None:
    now = datetime.now(UTC)
    sent = {"kept_for": "18000"}
    assert malee.post(f"messages/{message}/received", **sent) == 302
    told = {"form_token": ONCE, "channel": malee.channel, **sent}
    assert malee.post(f"messages/{message}/passed-on", **told) == 302
    with app.app_context():
        row = db.session.scalars(select(Recipient).where(Recipient.member_id == malee.member)).one()
        assert row.received_at is not None
        for at in (row.received_at, db.session.scalars(select(Dissemination.at)).one()):
            assert timedelta(0) <= at - (now - timedelta(hours=5)) < timedelta(minutes=1)


def test_a_kept_tap_is_believed_for_three_days_and_moves_no_receipt(
    app: Flask, malee: Holder, message: int
) -> None:
    now = datetime.now(UTC)
    assert malee.post(f"messages/{message}/received", kept_for=str(30 * 24 * 3600)) == 302
    assert malee.post(f"messages/{message}/received", kept_for="60") == 302
    with app.app_context():
        row = db.session.scalars(select(Recipient).where(Recipient.member_id == malee.member)).one()
        first = row.received_at
        assert first is not None
        assert timedelta(0) <= first - (now - timedelta(hours=72)) < timedelta(minutes=1)
    dao = Holder(app, "dao50")
    assert dao.post(f"messages/{message}/received") == 302
    for path in ("received", "declined"):
        assert dao.post(f"messages/{message}/{path}", kept_for="7200") == 302
    with app.app_context():
        row = db.session.scalars(select(Recipient).where(Recipient.member_id == dao.member)).one()
        assert row.received_at is not None
        assert row.received_at >= now


@pytest.mark.parametrize("text", ["-5", "9" * 40, "๕", "yesterday", "2001-01-01T00:00:00Z"])
def test_a_moment_that_cannot_be_is_not_believed(
    app: Flask, malee: Holder, message: int, text: str
) -> None:
    assert malee.post(f"messages/{message}/received", kept_for=text) == 302
    with app.app_context():
        row = db.session.scalars(select(Recipient).where(Recipient.member_id == malee.member)).one()
        assert row.received_at is not None
        assert row.published_at <= row.received_at <= datetime.now(UTC)


def test_results_are_own_and_empty_ones_explain(app: Flask, malee: Holder, message: int) -> None:
    assert "ยังไม่มีผลงานที่นับได้" in malee.get("results")
    assert "อย่างน้อย 5 คน" in malee.get("results")
    assert malee.post("certificates") == 302
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Certificate)) == 0
    _accepted(app, message)
    _accepted(app, message, "dao50")
    with time_machine.travel(story.PUBLISHED + timedelta(days=3)):
        holder = Holder(app)
        page = holder.get("results")
    assert page.count(">120<") >= 3
    assert "240" not in page


def test_the_provinces_figures_are_hidden_below_five(app: Flask, malee: Holder) -> None:
    from registry.portal import results_views

    with app.app_context():
        member = cast.member("malee50")
        year = results_views.Period.parse("2569-FY")
        assert results_views._province(member, year) is None


def test_the_provinces_figures_are_shown_from_so_many_on(
    app: Flask, malee: Holder, message: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _accepted(app, message)
    with time_machine.travel(story.PUBLISHED + timedelta(days=3)):
        holder = Holder(app)
        assert "จังหวัดของท่านเข้าถึง" not in holder.get("results")
        monkeypatch.setattr("registry.portal.results_views.FEWEST", 1)
        assert "จังหวัดของท่านเข้าถึงประชาชน 120 คน" in holder.get("results")


def _certificate(app: Flask, holder: Holder) -> Certificate:
    assert holder.post("certificates") == 302
    with app.app_context():
        query = select(Certificate).where(Certificate.member_id == holder.member)
        return db.session.scalars(query).one()


def test_a_certificate_tells_own_accepted_figures(app: Flask, malee: Holder, message: int) -> None:
    _accepted(app, message)
    with app.app_context(), unit_of_work():
        ledger.record_dissemination(
            story.acting("officer50"),
            story.ALL,
            story.entry(
                db.session.get_one(KeyMessage, message),
                at=story.PUBLISHED + timedelta(days=1),
                audience_reported=999,
            ),
        )
    row = _certificate(app, malee)
    assert _certificate(app, malee).id == row.id
    assert (row.messages, row.disseminations, row.reached) == (1, 1, 120)
    answer = malee.client.get(f"/m/{malee.token}/certificates/{row.id}.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert row.code in text
    assert "2569" in text
    with app.test_request_context():
        told = certificate_words(db.session.get_one(Certificate, row.id), "https://x")
    assert told["name"] == f"{FACE.title}{FACE.first} {FACE.last}"
    assert told["span"] == "เมื่อวันที่ 10 มิถุนายน 2569"
    assert told["signature"] == ["ลงชื่อ", "ชื่อ-นามสกุล", "ตำแหน่ง"], "the head signs by hand"
    assert "2026" not in text
    assert malee.token not in text
    shown = app.test_client().get(f"/genuine/{row.code}").text
    assert "เกียรติบัตรนี้เป็นของจริง" in shown
    assert cast.MEMBERS["malee50"].first not in shown
    assert mask_name(FACE.first, FACE.last) in shown


def test_a_certificate_names_for_ever_the_office_that_issued_it(
    app: Flask, malee: Holder, message: int
) -> None:
    _accepted(app, message)
    row = _certificate(app, malee)
    with app.app_context(), unit_of_work():
        member, other = cast.member("malee50"), cast.member("aree90").office
        issuer, elsewhere = member.office.name_th, other.name_th
        member.office_id = other.id
    with app.test_request_context():
        told = certificate_words(db.session.get_one(Certificate, row.id), "https://x")
    assert (told["office"], told["issuer"]) == (issuer, f"ออกโดย {issuer}")
    shown = app.test_client().get(f"/genuine/{row.code}").text
    assert issuer in shown
    assert elsewhere not in shown
    assert malee.post("certificates") == 302, "on the day of the move"
    with app.app_context():
        query = select(Certificate.office_id).order_by(Certificate.id)
        assert list(db.session.scalars(query)) == [row.office_id, cast.member("aree90").office_id]


def test_a_certificate_tells_when_its_figures_have_changed(
    app: Flask, malee: Holder, message: int
) -> None:
    _accepted(app, message)
    row = _certificate(app, malee)
    with app.app_context():
        report = db.session.scalars(select(Dissemination.id)).one()
    assert "เกียรติบัตรที่นับรายงานนี้" in malee.get(f"messages/{message}")
    assert f"certificates/{row.id}.pdf" in malee.get("results")
    assert malee.post(f"reports/{report}/withdraw") == 302
    assert "ไม่ตรงกับทะเบียนแล้ว" in malee.get(f"messages/{message}")
    results = malee.get("results")
    assert "ตัวเลขเปลี่ยนไปแล้ว" in results
    assert f"certificates/{row.id}.pdf" not in results
    shown = app.test_client().get(f"/genuine/{row.code}").text
    assert "เกียรติบัตรนี้เป็นของจริง" not in shown
    assert "ไม่ตรงกับทะเบียน" in shown


@pytest.mark.parametrize(
    ("parts", "shown"),
    [(("มาลี", "ใจดี"), "ม… ใจ…"), (("แดง", None), "แด…"), (("Ann",), "A…"), ((), "")],
)
def test_a_masked_name_shows_first_letters_only(parts: tuple[str | None, ...], shown: str) -> None:
    assert mask_name(*parts) == shown


def test_own_data_is_complete_and_own(app: Flask, malee: Holder, message: int) -> None:
    for name in ("malee50", "dao50"):
        _accepted(app, message, name)
    malee.post(f"messages/{message}/question", form_token=ONCE, text="ถามแล้ว")
    malee.post("news", form_token="b" * 32, text="=ข่าวจากหมู่บ้าน")
    as_json = malee.client.post(f"/m/{malee.token}/data/json")
    told = json.loads(as_json.data)
    text = as_json.get_data(as_text=True)
    face, others = cast.MEMBERS["malee50"], set(cast.MEMBERS) - {"malee50"}
    assert face.first in text
    assert "ถามแล้ว" in text
    assert len(told["สิ่งที่ฉันเผยแพร่ต่อ"]) == 1
    assert len(told["ข้อความที่ส่งถึงฉัน"]) == 1
    assert face.national_id not in text
    assert malee.token.split(".")[1] not in text
    strange = [cast.MEMBERS[name] for name in others]
    assert not [one for one in strange if f"{one.first} {one.last}" in text or one.phone in text]
    as_book = malee.client.post(f"/m/{malee.token}/data/xlsx")
    book = load_workbook(io.BytesIO(as_book.data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    values = {str(cell.value) for cell in cells}
    assert {"ถามแล้ว", story.TEXT.title} <= values
    with app.app_context():
        events = select(AuditEvent).where(AuditEvent.action == "own-data:export")
        assert len(db.session.scalars(events).all()) == 2


def test_nothing_of_anothers_opens(app: Flask, malee: Holder, message: int) -> None:
    dao = Holder(app, "dao50")
    _accepted(app, message)
    _accepted(app, message, "dao50")
    mine, theirs = _certificate(app, malee), _certificate(app, dao)
    assert malee.client.get(f"/m/{malee.token}/certificates/{theirs.id}.pdf").status_code == 404
    assert dao.client.get(f"/m/{dao.token}/certificates/{mine.id}.pdf").status_code == 404
    face = cast.MEMBERS["dao50"]
    name = f"{face.first} {face.last}"
    for path in ("", "record", "results", "news", f"messages/{message}"):
        page = malee.get(path)
        assert name not in page
        assert theirs.code not in page


def test_get_writes_nothing(app: Flask, malee: Holder, message: int) -> None:
    _accepted(app, message)
    row = _certificate(app, malee)
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(AuditEvent))
    for path in ("results", "record", "news", "fresh", f"certificates/{row.id}.pdf"):
        assert malee.client.get(f"/m/{malee.token}/{path}").status_code == 200
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == before


def test_a_question_goes_on_until_it_is_settled(app: Flask, malee: Holder, message: int) -> None:
    malee.post(f"messages/{message}/question", form_token=ONCE, text="ใช้ทรายได้ไหม")
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(Question)).one()
        number = row.id
        exchange.answer(story.acting("officer50"), row, "ได้ค่ะ")
    page = malee.get(f"messages/{message}")
    assert "ได้ค่ะ" in page
    assert f"questions/{number}/settled" in page
    dao = Holder(app, "dao50")
    for path in ("on", "settled"):
        assert dao.post(f"questions/{number}/{path}", text="ของใคร") == 404
    for _ in range(2):
        asked = {"form_token": "c" * 32, "text": "ที่ไหนคะ"}
        assert malee.post(f"questions/{number}/on", **asked) == 302
    assert malee.get("news").count("ที่ไหนคะ") == 1
    long = {"form_token": "d" * 32, "text": "ย" * 4001}
    for place in ("message", "news"):
        refused = malee.client.post(
            f"/m/{malee.token}/questions/{number}/on", data={**long, "from": place}
        )
        assert refused.status_code == 422
        assert long["text"] in refused.text
        assert "field-error" in refused.text
        assert "กรอกได้ไม่เกิน 4000 ตัวอักษร" in refused.text
    assert malee.post(f"messages/{message}/question", **long) == 422, "never cut in silence"
    with app.app_context(), unit_of_work():
        exchange.answer(story.acting("officer50"), db.session.get_one(Question, number), "อนามัย")
    for _ in range(2):
        assert malee.post(f"questions/{number}/settled") == 302
    with app.app_context():
        row = db.session.get_one(Question, number)
        assert row.settled is not None
        assert [end.by_member for end in row.resolutions] == [True]


def test_the_member_sees_what_became_of_the_news(app: Flask, malee: Holder) -> None:
    malee.post("news", form_token=ONCE, text="ถนนขาด")
    assert "ยังไม่ได้ตอบ" in malee.get("news")
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(MemberNews)).one()
        row.decision = NewsDecision(
            outcome=NewsOutcome.ISSUE.value, reason="หลายหมู่บ้าน", at=datetime.now(UTC)
        )
    page = malee.get("news")
    assert "หน่วยงานรับเรื่องไปดำเนินการ" in page
    assert "ยังไม่ได้ตอบ" not in page


def test_a_report_sent_four_times_at_once_is_one(app: Flask, malee: Holder, message: int) -> None:
    told = {
        "form_token": ONCE,
        "channel": "new",
        "new_kind": "line_group",
        "new_name": "กลุ่มใหม่",
        "audience": "30",
    }
    path = f"/m/{malee.token}/messages/{message}/passed-on"
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(lambda: app.test_client().post(path, data=told)) for _ in range(4)]
    assert {one.result().status_code for one in sent} == {302}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Dissemination)) == 1
        named = select(func.count()).where(Channel.name == "กลุ่มใหม่")
        assert db.session.scalar(named) == 1


def _report(app: Flask) -> Dissemination:
    with app.app_context():
        return db.session.scalars(select(Dissemination)).one()


def test_a_second_report_of_the_day_takes_over_what_it_tells(
    app: Flask, malee: Holder, message: int
) -> None:
    told = {"form_token": ONCE, "channel": malee.channel, "audience": "30"}
    assert malee.post(f"messages/{message}/passed-on", **told) == 302
    again = {"form_token": "b" * 32, "channel": malee.channel, "audience": "45", "basis": "นับแล้ว"}
    assert malee.post(f"messages/{message}/passed-on", **again) == 302
    row = _report(app)
    assert (row.audience_reported, row.basis) == (45, "นับแล้ว")
    assert malee.post(f"messages/{message}/passed-on", **told) == 302
    assert _report(app).audience_reported == 45, "the first form once more changes nothing"
    with app.app_context(), unit_of_work():
        sent_back = db.session.scalars(select(Dissemination)).one()
        review.review(story.acting("officer50"), [sent_back], accept=False, reason="กี่คน")
    third = {"form_token": "c" * 32, "channel": malee.channel, "audience": "50"}
    assert malee.post(f"messages/{message}/passed-on", **third) == 302
    row = _report(app)
    assert (row.audience_reported, row.state) == (50, "reported")


def test_a_second_report_of_what_is_accepted_is_told_so(
    app: Flask, malee: Holder, message: int
) -> None:
    told = {"form_token": ONCE, "channel": malee.channel, "audience": "30"}
    assert malee.post(f"messages/{message}/passed-on", **told) == 302
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(Dissemination)).one()
        review.review(story.acting("officer50"), [row], accept=True)
    again = malee.client.post(
        f"/m/{malee.token}/messages/{message}/passed-on",
        data={**told, "form_token": "b" * 32, "audience": "45"},
    )
    assert again.status_code == 422
    assert "หน่วยงานรับรองแล้ว" in again.text
    assert 'value="45"' in again.text
    assert malee.post(f"messages/{message}/passed-on", **told) == 302
    assert _report(app).audience_reported == 30


def test_own_data_tells_of_evidence_and_guardian(app: Flask, malee: Holder, message: int) -> None:
    with app.app_context(), unit_of_work():
        cast.member("malee50").guardian_name = "นางสมใจ ใจดี"
    picture = (io.BytesIO(story.png(40, 30)), "a.png")
    told = {"form_token": ONCE, "channel": malee.channel, "link": "https://example.org/post"}
    assert malee.post(f"messages/{message}/passed-on", **told, picture=picture) == 302
    _accepted(app, message, "dao50")
    text = malee.client.post(f"/m/{malee.token}/data/json").get_data(as_text=True)
    proofs = json.loads(text)["หลักฐานของรายงานของฉัน"]
    with app.app_context():
        query = select(EvidenceItem).join(
            Dissemination, Dissemination.id == EvidenceItem.dissemination_id
        )
        items = db.session.scalars(query.where(Dissemination.member_id == malee.member)).all()
    assert len(proofs) == len(items) >= 1
    assert {item.sha256 for item in items if item.sha256} <= set(re.findall("[0-9a-f]{64}", text))
    assert "นางสมใจ ใจดี" in text


def test_leaving_unlinks_the_line_account(app: Flask, malee: Holder) -> None:
    with app.app_context(), unit_of_work():
        account = LineAccount(
            member_id=malee.member,
            user_id="U1",
            user_hash="0" * 64,
            linked_at=datetime.now(UTC),
        )
        db.session.add(account)
    assert malee.post("leave") == 200
    with app.app_context():
        account = db.session.scalars(select(LineAccount)).one()
        assert account.unlinked_at is not None
        assert account.unlink_reason == "member"


def test_what_is_too_large_is_said_in_the_words_of_the_portal(
    app: Flask, malee: Holder, message: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 2_000)
    picture = (io.BytesIO(b"x" * 5_000), "a.png")
    answer = malee.client.post(f"/m/{malee.token}/news", data={"text": "ข่าว", "picture": picture})
    assert answer.status_code == 413
    assert "ภาพมีขนาดใหญ่เกินกว่าจะส่งได้" in answer.text


def test_the_public_page_is_linked(malee: Holder) -> None:
    assert 'href="/genuine/"' in malee.get()


def test_new_messages_come_first_and_an_answer_is_announced(
    app: Flask, malee: Holder, message: int, client_of: ClientOf
) -> None:
    with app.app_context(), unit_of_work():
        later = story.published(at=story.PUBLISHED + timedelta(days=1)).id
    assert malee.post(f"messages/{later}/received") == 302
    page = malee.get()
    places = [page.index(text) for text in ("ข้อความใหม่ถึงท่าน", "ได้รับแล้ว ยังไม่ได้ตอบ")]
    assert places == sorted(places)
    assert page.index(f'/messages/{message}"') < page.index(f'/messages/{later}"')
    assert malee.post(f"messages/{later}/declined") == 302
    page = malee.get()
    assert "ข้อความที่ท่านตอบแล้ว (1)" in page
    assert "ว่าไม่เผยแพร่ต่อ" in malee.get(f"messages/{later}")
    asked = {"form_token": "9" * 32, "text": "น้ำดื่มได้ไหม"}
    assert malee.post(f"messages/{message}/question", **asked) == 302
    assert "สำนักงานตอบท่านแล้ว" not in malee.get()
    with app.app_context():
        question = db.session.scalars(select(Question.id)).one()
    client_of("officer50").post(f"/questions/{question}", data={"text": "ได้ค่ะ", "seen": ""})
    page = malee.get()
    assert "สำนักงานตอบท่านแล้ว" in page
    assert f'/messages/{message}#questions"' in page
    assert "badge" in malee.get("record"), "on the tab of every page"
    assert malee.post(f"questions/{question}/settled") == 302
    assert "สำนักงานตอบท่านแล้ว" not in malee.get()


def test_a_picture_that_went_along_is_told(app: Flask, malee: Holder, message: int) -> None:
    picture = (io.BytesIO(story.png()), "a.png")
    assert malee.post("news", form_token="8" * 32, text="น้ำท่วม", picture=picture) == 302
    assert "แนบภาพแล้ว" in malee.get("news")
    picture = (io.BytesIO(story.png()), "a.png")
    told = {"form_token": "7" * 32, "channel": malee.channel, "picture": picture}
    assert malee.post(f"messages/{message}/passed-on", **told) == 302
    assert "แนบภาพแล้ว" in malee.get(f"messages/{message}")


def test_line_is_offered_only_where_there_is_an_account_to_write_to(
    app: Flask, malee: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "เชื่อมบัญชี LINE ของฉัน" not in malee.get("record")
    conf = app.extensions["sang_settings"]
    token = {"line_channel_token": SecretStr("t")}
    monkeypatch.setitem(app.extensions, "sang_settings", conf.model_copy(update=token))
    assert "เชื่อมบัญชี LINE ของฉัน" in malee.get("record")
    assert "เป็นเพื่อน" in malee.client.post(f"/m/{malee.token}/line/code").text


def test_a_link_that_the_office_ended_says_so_and_names_the_office(
    app: Flask, malee: Holder
) -> None:
    with app.app_context(), unit_of_work():
        revoke(Actor.system(), cast.member("malee50"))
        office = cast.member("malee50").office.name_th
    page = malee.client.get(f"/m/{malee.token}/").text
    assert f"{office}ยกเลิกลิงก์นี้แล้ว" in page
    assert "ออกลิงก์ใหม่ให้ท่านแล้ว" not in page


def test_nobody_reached_is_not_a_report(app: Flask, malee: Holder, message: int) -> None:
    told = {"form_token": "6" * 32, "channel": malee.channel, "audience": "๐"}
    assert malee.post(f"messages/{message}/passed-on", **told) == 422
    with app.app_context():
        assert db.session.scalar(select(Dissemination.id)) is None


def test_who_no_longer_agrees_is_told_that_messages_stop(malee: Holder) -> None:
    assert malee.post("consents/messages/withdraw") == 302
    assert "จะไม่มีการส่งข้อความถึงท่านอีก" in malee.get("record")
