"""What members say to the bot: receipts, reports with evidence, questions, news, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from registry.channels import services as channels
from registry.channels.models import ChannelKind
from registry.db import db, unit_of_work
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.messages.models import KeyMessage
from registry.outbox import line_queries
from registry.outbox.line_models import Inbound, LineTalk
from registry.portal.models import MemberLink
from tests import cast, story
from tests import line_events as line
from tests.line_server import Line, line_server

ClientOf = Callable[[str], FlaskClient]
PNG = story.png()


class Chat:
    """A member talks with the bot."""

    def __init__(self, app: Flask, client: FlaskClient, server: Line) -> None:
        self.app, self.client, self.server = app, client, server
        self.code = self.publish(datetime.now(UTC) - timedelta(hours=2))

    def publish(self, at: datetime) -> str:
        """A message that reached the member; its code."""
        with self.app.app_context(), unit_of_work():
            return story.published(at=at).code

    def hear(self, *events: line.Event) -> str:
        """Send events; what the bot answered to the last of them."""
        before = len(self.server.replies)
        line.told(self.app, self.client, *events)
        said = self.server.replies[before:]
        return str(said[-1]["messages"][-1]["text"]) if said else ""

    def press(self, data: str, **source: Any) -> str:
        return self.hear(line.pressed(f"sang:{data}", **source))

    def type(self, text: str, **source: Any) -> str:
        return self.hear(line.typed(text, **source))

    @property
    def buttons(self) -> list[str]:
        """The data behind the buttons that the bot showed last."""
        message = self.server.replies[-1]["messages"][-1]
        items = message.get("quickReply", {}).get("items", [])
        return [item["action"]["data"].removeprefix("sang:") for item in items]

    def rows(self, model: Any) -> list[Any]:
        with self.app.app_context():
            return list(db.session.scalars(select(model).order_by(model.id)))

    def understood(self) -> list[str]:
        return [row.understood for row in self.rows(Inbound)]


@pytest.fixture
def chat(app: Flask) -> Iterator[Chat]:
    """Malee has linked her account and got a message two hours ago."""
    line.linked(app)
    with line_server() as server, line.listening(app, server) as client:
        yield Chat(app, client, server)


def recipient(chat: Chat, name: str = "malee50") -> Recipient:
    with chat.app.app_context():
        query = select(Recipient).where(Recipient.member_id == cast.member(name).id)
        return db.session.scalars(query).one()


def test_received_and_not_passing_on(chat: Chat) -> None:
    assert "ได้รับข้อมูล" in chat.press(f"received:{chat.code}")
    assert chat.buttons == [f"{verb}:{chat.code}" for verb in ("passed", "declined", "ask")]
    row = recipient(chat)
    assert (row.received_via, row.declined_at) == ("line", None)
    first = row.received_at
    chat.press(f"declined:{chat.code}")
    chat.press(f"received:{chat.code}")
    row = recipient(chat)
    assert row.received_at == first
    assert row.declined_at is not None
    assert chat.understood() == ["receipt", "declined", "receipt"]


def test_a_message_that_was_not_sent_to_the_member_is_not_known(chat: Chat) -> None:
    with chat.app.app_context(), unit_of_work():
        foreign = story.published("officer90", "head90", "P90", story.PUBLISHED).code
    for code in (foreign, "nosuchcode1", ""):
        for verb in ("received", "passed", "declined", "ask"):
            assert "หมดอายุแล้ว" in chat.press(f"{verb}:{code}")
    assert set(chat.understood()) == {"nothing"}
    assert recipient(chat).received_at is None


def test_a_report_step_by_step(chat: Chat) -> None:
    assert "กี่คน" in chat.press(f"passed:{chat.code}")  # her only channel is taken at once
    assert "ตัวเลข" in chat.type("เยอะมาก")
    assert "ลิงก์" in chat.type("ประมาณ ๑,๒๐๐ คน")
    assert "ไม่ใช่ที่อยู่เว็บ" in chat.type("ไม่รู้สิ")
    assert "บันทึกรายงาน" in chat.type("ดูที่ https://example.org/post/1 นะ")
    row = chat.rows(Dissemination)[0]
    with chat.app.app_context():
        assert row.channel_id == cast.channel("malee50").id
    told = (row.audience_reported, row.link, row.source, row.time_known, row.evidence)
    assert told == (1200, "https://example.org/post/1", "line", True, None)
    assert recipient(chat).received_via == "line"
    expected = ["receipt", "nothing", "detail", "nothing", "report"]
    assert chat.understood() == expected


def test_one_of_several_channels_and_no_figures(chat: Chat) -> None:
    with chat.app.app_context(), unit_of_work():
        values = channels.ChannelValues(ChannelKind.FACEBOOK, "เพจบ้านเรา", cast.SINCE)
        page = channels.open_channel(story.acting("officer50"), cast.member("malee50"), values).id
        stranger = cast.channel("somchai50").id
    assert "ช่องทางใด" in chat.press(f"passed:{chat.code}")
    assert f"channel:{page}" in chat.buttons
    assert "หมดอายุแล้ว" in chat.press(f"channel:{stranger}")
    assert "กี่คน" in chat.type("เพจบ้านเรา")
    chat.press("people:none")
    assert "บันทึกรายงาน" in chat.press("evidence:none")
    rows = chat.rows(Dissemination)
    assert [(row.channel_id, row.audience_reported) for row in rows] == [(page, None)]
    assert "หมดอายุแล้ว" in chat.press("evidence:none")  # an old button says nothing any more
    assert len(chat.rows(Dissemination)) == 1


def test_an_estimate_says_on_what_it_rests(chat: Chat) -> None:
    with chat.app.app_context(), unit_of_work():
        cast.channel("malee50").kind = ChannelKind.LOUDSPEAKER.value
    chat.press(f"passed:{chat.code}")
    assert "ทราบจำนวนได้อย่างไร" in chat.type("300")
    chat.type("100 ครัวเรือน × 3 คน")
    chat.press("evidence:none")
    row = chat.rows(Dissemination)[0]
    assert (row.audience_reported, row.basis) == (300, "100 ครัวเรือน × 3 คน")


def test_without_a_channel_the_way_to_the_own_page_is_shown(chat: Chat) -> None:
    with chat.app.app_context(), unit_of_work():
        cast.channel("malee50").retired_on = cast.SINCE
    assert "ยังไม่มีช่องทาง" in chat.press(f"passed:{chat.code}")
    assert chat.buttons == ["link:"]
    assert recipient(chat).received_via == "line"


def test_a_picture_proves_it_and_is_kept_encrypted(chat: Chat) -> None:
    chat.server.content["4242"] = PNG
    chat.press(f"passed:{chat.code}")
    chat.press("people:none")
    assert "บันทึกรายงาน" in chat.hear(line.pictured("4242"))
    row, said = chat.rows(Dissemination)[0], chat.rows(Inbound)[-1]
    assert row.evidence_type == "image/png"
    assert said.picture is not None
    assert said.picture != row.evidence
    folder = chat.app.extensions["sang_settings"].instance / "media"
    for name in (row.evidence, said.picture):
        assert b"PNG" not in (folder / name).read_bytes()


def test_a_picture_sent_on_its_own_asks_for_its_message(chat: Chat) -> None:
    chat.server.content["4242"] = PNG
    old = chat.publish(story.PUBLISHED)
    assert "ข้อความใด" in chat.hear(line.pictured("4242"))
    assert chat.buttons[0] == f"about:{chat.code}"
    assert f"about:{old}" not in chat.buttons
    chat.press(f"about:{chat.code}")
    assert "บันทึกรายงาน" in chat.type("50")
    row = chat.rows(Dissemination)[0]
    assert (row.audience_reported, row.evidence_type) == (50, "image/png")
    assert row.at == chat.rows(Inbound)[0].at


def test_a_link_on_its_own_may_be_news_after_all(chat: Chat) -> None:
    chat.type("https://example.org/flood")
    assert chat.buttons == [f"about:{chat.code}", "news:yes", "news:no"]
    assert "ได้รับ" in chat.press("news:yes")
    news = chat.rows(MemberNews)[0]
    assert (news.text, news.link) == ("https://example.org/flood",) * 2
    assert chat.rows(Dissemination) == []


def test_a_question_about_a_message(chat: Chat) -> None:
    assert "คำถาม" in chat.press(f"ask:{chat.code}")
    chat.type("ใช้ทรายอะเบทกี่ช้อนคะ")
    row = chat.rows(Question)[0]
    message = chat.rows(KeyMessage)[0].id
    assert (row.text, row.message_id, row.source) == ("ใช้ทรายอะเบทกี่ช้อนคะ", message, "line")
    assert chat.understood() == ["receipt", "question"]


def test_other_words_are_news_only_after_the_member_says_so(chat: Chat) -> None:
    assert "เป็นข่าวไหม" in chat.type("ถนนหน้าวัดขาด รถผ่านไม่ได้")
    assert chat.rows(MemberNews) == []
    assert chat.understood() == ["nothing"]
    chat.press("news:yes")
    assert [row.text for row in chat.rows(MemberNews)] == ["ถนนหน้าวัดขาด รถผ่านไม่ได้"]
    chat.type("พรุ่งนี้ประชุมกี่โมง")
    chat.press("news:question")
    assert [row.text for row in chat.rows(Question)] == ["พรุ่งนี้ประชุมกี่โมง"]
    chat.type("555")
    chat.press("news:no")
    assert (len(chat.rows(MemberNews)), len(chat.rows(Question))) == (1, 1)
    assert chat.understood() == ["news", "detail", "question", "detail", "nothing", "detail"]


def test_stickers_and_strange_buttons_are_logged_and_answered(chat: Chat) -> None:
    sticker = {"id": "9", "type": "sticker", "packageId": "1", "stickerId": "2"}
    assert "อ่านสิ่งที่ส่งมาไม่ได้" in chat.hear(line.event("message", message=sticker))
    assert chat.hear(line.pressed("other:thing")) != ""
    assert chat.press("channel:99999999999999999999") != ""
    assert [row.kind for row in chat.rows(Inbound)] == ["sticker", "postback", "postback"]
    assert set(chat.understood()) == {"nothing"}


def test_a_link_to_the_own_page_comes_alone_and_works_once(chat: Chat) -> None:
    address = chat.type("ลิงก์").splitlines()[-1]
    path = address[address.index("/m/") :]
    assert chat.app.test_client().get(path).status_code == 200
    row = chat.rows(MemberLink)[0]
    assert row.single_use
    assert row.account_id is not None
    chat.type("ลิงก์", group=7)
    assert len(chat.rows(MemberLink)) == 1


def test_in_a_group_a_receipt_counts_and_nothing_else_is_said(chat: Chat) -> None:
    assert chat.press(f"received:{chat.code}", group=7) == ""
    assert recipient(chat).received_via == "line"
    said = chat.press(f"passed:{chat.code}", group=7)
    assert "นอกกลุ่ม" in said
    assert "/m/" not in said
    assert chat.press(f"received:{chat.code}", group=7, user=99) == ""


def test_a_report_that_was_begun_and_left_is_not_lost(chat: Chat) -> None:
    chat.press(f"passed:{chat.code}")
    chat.type("80")
    with chat.app.app_context(), unit_of_work():
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        db.session.execute(update(LineTalk).values(since=long_ago))
    line.work(chat.app)
    assert [row.audience_reported for row in chat.rows(Dissemination)] == [80]
    line.work(chat.app)
    assert len(chat.rows(Dissemination)) == 1


def test_a_new_matter_records_the_one_before(chat: Chat) -> None:
    chat.press(f"passed:{chat.code}")
    chat.type("80")
    chat.press(f"ask:{chat.code}")
    assert [row.audience_reported for row in chat.rows(Dissemination)] == [80]


def test_a_redelivered_answer_reports_once(chat: Chat) -> None:
    events = [
        line.pressed(f"sang:passed:{chat.code}"),
        line.typed("80"),
        line.pressed("sang:evidence:none"),
    ]
    for _ in range(3):
        chat.hear(*events)
    assert len(chat.rows(Dissemination)) == 1
    assert len(chat.rows(Inbound)) == 3


def test_what_is_taken_back_is_not_kept(chat: Chat) -> None:
    said = line.typed("ลืมไปเถอะ")
    chat.hear(said)
    chat.hear(line.event("unsend", unsend={"messageId": said["message"]["id"]}))
    row = chat.rows(Inbound)[0]
    assert (row.text, row.kind) == (None, "text")


def test_strangers_are_told_how_to_link_and_nothing_is_kept(chat: Chat) -> None:
    for event in (line.typed("สวัสดี", user=5), line.pressed("sang:link:", user=5)):
        assert "รหัส" in chat.hear(event)
    assert "รหัส" in chat.hear(line.event("follow", user=5))
    assert chat.rows(Inbound) == []
    assert chat.rows(MemberLink) == []


def test_a_lost_answer_to_the_person_changes_nothing(app: Flask) -> None:
    """LINE is away when the bot wants to answer: what was said counts all the same."""
    line.linked(app)
    with line_server() as server:
        gone = server
    with line.listening(app, gone) as client:
        chat = Chat(app, client, gone)
        chat.press(f"received:{chat.code}")
        assert recipient(chat).received_via == "line"
        assert chat.understood() == ["receipt"]


def test_the_page_shows_what_was_not_understood_first(chat: Chat, client_of: ClientOf) -> None:
    chat.type("แปลกจัง")
    chat.press(f"received:{chat.code}")
    officer = client_of("officer50")
    html = officer.get("/line/?show=all").text
    assert html.index("แปลกจัง") < html.index("ได้รับข้อมูล" if "ได้รับข้อมูล" in html else "กดปุ่ม")
    assert "แปลกจัง" in officer.get("/line/").text
    with chat.app.app_context():
        member = cast.member("malee50").id
    assert "แปลกจัง" in officer.get(f"/line/members/{member}").text
    neighbour = client_of("officer90")
    assert "แปลกจัง" not in neighbour.get("/line/?show=all").text
    assert neighbour.get(f"/line/members/{member}").status_code == 404
    row = chat.rows(Inbound)[0].id
    assert neighbour.post(f"/line/inbound/{row}/news").status_code == 404


def test_a_conversation_is_read_like_a_chat(
    chat: Chat, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for word in ("คำแรก", "คำที่สอง", "คำสุดท้าย"):
        chat.type(word)
    with chat.app.app_context():
        address = f"/line/members/{cast.member('malee50').id}"
    html = client_of("officer50").get(address).text
    assert html.index("คำแรก") < html.index("คำที่สอง") < html.index("คำสุดท้าย")
    monkeypatch.setattr(line_queries, "PAGE", 2)
    latest = client_of("officer50").get(address).text
    assert "คำสุดท้าย" in latest
    assert "คำแรก" not in latest
    assert "คำแรก" in client_of("officer50").get(f"{address}?page=1").text


def test_an_officer_settles_what_was_not_understood(chat: Chat, client_of: ClientOf) -> None:
    chat.server.content["4242"] = PNG
    chat.hear(line.typed("น้ำท่วม"), line.typed("ถามหน่อย"), line.pictured("4242"))
    officer = client_of("officer50")
    ids = [row.id for row in chat.rows(Inbound)]
    for number, way in zip(ids, ("news", "question", "news"), strict=True):
        assert officer.post(f"/line/inbound/{number}/{way}").status_code == 302
        assert officer.post(f"/line/inbound/{number}/{way}").status_code == 302
    news = chat.rows(MemberNews)
    assert [row.text for row in news][0] == "น้ำท่วม"
    assert [bool(row.picture) for row in news] == [False, True]
    assert [row.text for row in chat.rows(Question)] == ["ถามหน่อย"]
    assert "น้ำท่วม" not in officer.get("/line/").text
    picture = officer.get(f"/line/inbound/{ids[2]}/picture")
    assert (picture.status_code, picture.mimetype) == (200, "image/png")


def test_a_wish_to_correct_the_record_that_comes_by_line_stays_with_the_record(
    chat: Chat, client_of: ClientOf
) -> None:
    chat.type("ย้ายบ้านแล้วค่ะ")
    (row,) = chat.rows(Inbound)
    officer, address = client_of("officer50"), f"/line/inbound/{row.id}/correction"
    assert f'action="{address}"' in officer.get("/line/").text
    assert officer.post(address).status_code == 302
    (wish,) = chat.rows(Question)
    assert (wish.text, wish.about_record, wish.source) == ("ย้ายบ้านแล้วค่ะ", True, "line")
    assert "ขอแก้ไขข้อมูลของตนเอง" in officer.get("/questions/").text


def test_whoever_left_is_heard_no_more(chat: Chat) -> None:
    with chat.app.app_context(), unit_of_work():
        cast.member("malee50").state = "left"
    assert "สิ้นสุด" in chat.type("ยังอยู่ไหม")
    assert chat.rows(Inbound) == []
    assert "รหัส" in chat.type("ยังอยู่ไหม")
