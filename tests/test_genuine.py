"""The public page of genuine messages: what it knows, what it never tells."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.genuine.compare import compare_message
from registry.messages import services
from registry.messages.models import Correction, KeyMessage
from registry.messages.release_models import Release
from registry.outbox.line import bodies
from registry.portal.services import issue
from tests import cast, story

GENUINE, UNKNOWN = "ข้อความด้านล่างนี้เป็นของจริง", "เราไม่พบข้อความนี้"
WHOLE, FOREIGN = "ตรงกับของเราทุกคำ", "ไม่ใช่ของเรา:"
ALIKE, COMPARE = "คล้ายกับข้อความของเรา", "เทียบข้อความที่ท่านได้รับ"


@pytest.fixture
def code(app: Flask) -> str:
    with app.app_context(), unit_of_work():
        row = story.published()
        row.links = ["https://example.org/more", "https://example.org/dengue"]
        return row.code


def _change(app: Flask, code: str, **values: object) -> None:
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(KeyMessage).where(KeyMessage.code == code)).one()
        for name, value in values.items():
            setattr(row, name, value)


def _verdict(client: FlaskClient, path: str) -> tuple[int, str]:
    answer = client.get(f"/genuine/{path}")
    return answer.status_code, answer.text


def test_a_published_message_is_genuine(anonymous: FlaskClient, code: str) -> None:
    status, page = _verdict(anonymous, code)
    assert status == 200
    told = (GENUINE, COMPARE, story.TEXT.title, story.TEXT.sentence, "10 มิ.ย. 2569")
    for words in (*told, story.TEXT.body, 'href="https://example.org/dengue"'):
        assert words in page
    assert "นักประชาสัมพันธ์" not in page.split("<main")[1]
    assert GENUINE in anonymous.get(f"/genuine/{code.upper()}").text


@pytest.mark.parametrize(
    "spelling", ["{0}", "  {0} ", "{1}-{2}-{3}", "{1} {2} {3}", "http://localhost/genuine/{0}?a=1"]
)
def test_codes_are_found_as_people_write_them(
    anonymous: FlaskClient, code: str, spelling: str
) -> None:
    typed = spelling.format(code, code[:5], code[5:10], code[10:])
    answer = anonymous.post("/genuine/", data={"text": typed})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/genuine/{code}")


@pytest.mark.parametrize(
    "text",
    [
        "ส่งต่อมา\nhttps://example.org/dengue",
        "โอนเงินด่วน https://x.example/genuine/{code}",
        "โอนเงินด่วนที่บัญชีนี้\n{code}",
        f"{story.TEXT.title}\n\n{story.TEXT.sentence}\n\nอื่น ๆ",
        f"{story.TEXT.body}\nhttps://example.org/dengue?to=me",
    ],
)
def test_pasted_words_are_compared_and_never_called_genuine(
    anonymous: FlaskClient, code: str, text: str
) -> None:
    answer = anonymous.post("/genuine/", data={"text": text.format(code=code)})
    assert answer.status_code == 200
    page = answer.text.split("<main")[1]
    assert GENUINE not in page
    assert "✓" not in page
    assert WHOLE not in page
    for words in (ALIKE, COMPARE, FOREIGN, story.TEXT.body, code):
        assert words in page


def test_a_text_may_be_as_long_as_a_message_and_not_longer(
    anonymous: FlaskClient, code: str
) -> None:
    long = f"{'ก' * 24_000}\n{story.TEXT.sentence}"
    assert ALIKE in anonymous.post("/genuine/", data={"text": long}).text
    answer = anonymous.post("/genuine/", data={"text": "ก" * 25_001})
    assert answer.status_code == 422
    assert UNKNOWN not in answer.text
    assert "field-error" in answer.text


@pytest.mark.parametrize("spelling", ["{0}", "\n{0}\n", "\ufeff{0}", "  {0}\u00a0"])
@pytest.mark.parametrize("part", ["title", "sentence", "body"])
def test_lines_of_ours_are_word_for_word_ours(
    anonymous: FlaskClient, code: str, part: str, spelling: str
) -> None:
    pasted = spelling.format(getattr(story.TEXT, part))
    page = anonymous.post("/genuine/", data={"text": pasted}).text.split("<main")[1]
    assert f"✓</span> {WHOLE}" in page
    assert FOREIGN not in page
    assert code in page


def test_what_a_member_copies_is_word_for_word_ours(app: Flask, code: str) -> None:
    """Exactly the words of the button, in whatever language the member reads the pages."""
    with app.app_context(), unit_of_work():
        token = issue(Actor.system(), cast.member("malee50"))
        number = db.session.scalars(select(KeyMessage.id)).one()
    client = app.test_client()
    for language in ("th", "en"):
        client.post(f"/language/{language}", data={"next": "/genuine/"})
        shown = client.get(f"/m/{token}/messages/{number}").text
        copied = re.search(r'id="words"[^>]*>([^<]+)<', shown)
        assert copied is not None
        words = unescape(copied[1])
        whole = client.post("/genuine/", data={"text": words}).text
        assert ("Word for word ours" if language == "en" else WHOLE) in whole
        altered = client.post("/genuine/", data={"text": words.replace("รอบบ้าน", "รอบคลินิก")})
        assert "Word for word" not in altered.text
        assert WHOLE not in altered.text


def test_what_goes_out_by_line_is_word_for_word_ours(app: Flask, code: str) -> None:
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(KeyMessage)).one()
        row.body = "\n".join(f"บรรทัดที่ {number} ของเนื้อหา" for number in range(90))
        row.script, row.disclaimer = "สวัสดีครับ\nขอเชิญทุกท่าน", "เป็นความเห็นส่วนตัว"
        for release in db.session.scalars(select(Release)):
            for text in (
                bodies.words(release),
                bodies.full_words(release),
                bodies.spoken_words(release),
            ):
                assert compare_message(text, row).whole, text
                assert not compare_message(f"{text}\nhttps://x.example", row).whole


def test_the_wording_before_a_correction_is_not_the_one_of_today(
    app: Flask, anonymous: FlaskClient, code: str
) -> None:
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(KeyMessage).where(KeyMessage.code == code)).one()
        row.corrections.append(
            Correction(at=story.PUBLISHED, text="แก้จำนวน", before={"body": "มีผู้ป่วยจำนวน 12 คน"})
        )
    page = anonymous.post("/genuine/", data={"text": f"{code}\nมีผู้ป่วยจำนวน 12 คน"}).text
    assert "ถ้อยคำเดิมของเรา" in page
    assert WHOLE not in page
    page = anonymous.post("/genuine/", data={"text": story.TEXT.body}).text
    assert f"{WHOLE} และข้อความนี้มีการแก้ไขแล้ว" in page
    _change(app, code, valid_until=story.PUBLISHED.date() + timedelta(days=1))
    page = anonymous.post("/genuine/", data={"text": f"{code}\nมีผู้ป่วยจำนวน 12 คน"}).text
    assert 0 < page.find("ใช้ได้ถึงวันที่ 11 มิ.ย. 2569") < page.find("ถ้อยคำเดิม")


def test_an_empty_field_and_an_unseen_character(anonymous: FlaskClient, code: str) -> None:
    for text in ("", "  \n", "\u200b"):
        answer = anonymous.post("/genuine/", data={"text": text})
        assert answer.status_code == 422
        assert "โปรดพิมพ์รหัสหรือวางข้อความก่อน" in answer.text
    unseen = f"{code[:4]}\u200b{code[4:]}\ufeff"
    assert anonymous.post("/genuine/", data={"text": unseen}).location.endswith(f"/{code}")
    assert anonymous.get(f"/genuine/{code})").status_code == 200


def test_several_are_offered(app: Flask, anonymous: FlaskClient, code: str) -> None:
    with app.app_context(), unit_of_work():
        story.published("bureau", "head_bureau", channel="C-NNT")
    page = anonymous.post("/genuine/", data={"text": f"{story.TEXT.title}\nโอนด่วน"}).text
    assert page.count(ALIKE) == 2
    assert "✓" not in page


def test_corrected_withdrawn_and_out_of_date(app: Flask, anonymous: FlaskClient, code: str) -> None:
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(KeyMessage).where(KeyMessage.code == code)).one()
        services.correct(story.acting("officer50"), row, "ตัวเลขที่ถูกคือ 12")
    page = _verdict(anonymous, code)[1]
    assert "มีการแก้ไขแล้ว" in page
    assert "ตัวเลขที่ถูกคือ 12" in page
    _change(app, code, valid_until=story.PUBLISHED.date() + timedelta(days=1))
    assert "ใช้ได้ถึงวันที่ 11 มิ.ย. 2569" in _verdict(anonymous, code)[1]
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(KeyMessage).where(KeyMessage.code == code)).one()
        services.withdraw(story.acting("officer50"), row, "ข่าวคลาดเคลื่อน")
    page = _verdict(anonymous, code)[1]
    assert "แต่ถอนแล้ว" in page
    assert "ข่าวคลาดเคลื่อน" in page


def test_unknown_and_unpublished_look_the_same(app: Flask, anonymous: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        draft = story.approved().code
    answers = [_verdict(anonymous, one) for one in (draft, "2" * 11, "x", "%E0%B8%81")]
    assert {status for status, _page in answers} == {404}
    for _status, page in answers:
        assert UNKNOWN in page
        assert story.TEXT.title not in page
    for text in (draft, story.TEXT.title, "ไม่มีที่ไหน", "x" * 5000):
        answer = anonymous.post("/genuine/", data={"text": text})
        assert answer.status_code == 200
        assert story.TEXT.sentence not in answer.text


def test_nothing_is_written_kept_or_signed_in(
    app: Flask, anonymous: FlaskClient, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(AuditEvent))
    pasted = f"{code} ข้อความลับของฉัน"
    answers = [
        anonymous.get("/genuine/"),
        anonymous.get(f"/genuine/{code}"),
        anonymous.get(f"/genuine/{code}/qr.svg"),
        anonymous.post("/genuine/", data={"text": pasted}),
    ]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == before
    assert "ข้อความลับ" not in "".join(capsys.readouterr())


def test_it_tells_of_no_person(app: Flask, anonymous: FlaskClient, code: str) -> None:
    page = _verdict(anonymous, code)[1]
    with app.app_context():
        people = [cast.user(name).name for name in ("officer50", "head50")]
    assert not [name for name in people if name in page]


def test_the_picture_holds_the_address(app: Flask, anonymous: FlaskClient, code: str) -> None:
    from registry.genuine.address import genuine_address, qr_svg

    picture = anonymous.get(f"/genuine/{code}/qr.svg")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    with app.test_request_context(base_url="http://localhost"):
        assert picture.data == qr_svg(genuine_address(code))


def test_it_is_linked_where_people_look(
    app: Flask, anonymous: FlaskClient, client_of: object, code: str
) -> None:
    assert 'href="/genuine/"' in anonymous.get("/login").text
    with app.app_context():
        number = db.session.scalars(select(KeyMessage.id)).one()
    page = client_of("officer50").get(f"/messages/{number}").text  # type: ignore[operator]
    assert code in page
    assert f"/genuine/{code}/qr.svg" in page


def test_in_english(anonymous: FlaskClient, code: str) -> None:
    anonymous.post("/language/en", data={"next": "/genuine/"})
    assert "The message below is genuine." in _verdict(anonymous, code)[1]
