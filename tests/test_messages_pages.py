"""The pages of messages and of the ledger, as each role uses them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.audit.models import AuditEvent
from registry.channels.models import AudienceCount, Channel, ChannelKind
from registry.db import db, unit_of_work
from registry.messages import exchange, ledger, publishing, reviews_after, services
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.messages.models import KeyMessage
from tests import cast, releasing, story

ClientOf = Callable[[str], FlaskClient]
FORM = {
    "form_token": "c" * 32,
    "title": "น้ำป่าไหลหลาก",
    "sentence": "ยกของขึ้นที่สูง",
    "body": "ติดตามประกาศจากหอกระจายข่าว",
    "kind": "public_use",
    "topic": "สาธารณภัย",
    "author_line": "นักประชาสัมพันธ์",
}


def _message(app: Flask) -> KeyMessage:
    with app.app_context():
        row = db.session.scalars(select(KeyMessage).order_by(KeyMessage.id.desc())).first()
        assert row is not None
        db.session.expunge(row)
        return row


def _write(client: FlaskClient, app: Flask, **given: str) -> int:
    answer = client.post("/messages/new", data={**FORM, **given})
    assert answer.status_code == 302
    return _message(app).id


def test_from_a_blank_form_to_the_channel(app: Flask, client_of: ClientOf) -> None:
    officer, head = client_of("officer50"), client_of("head50")
    number = _write(officer, app)
    steps = [
        (officer, "submit", story.ticked(app)),
        (head, "approve", {}),
        (officer, "proofread", {}),
    ]
    for client, step, data in steps:
        page = client.get(f"/messages/{number}").get_data(as_text=True)
        if shown := re.search(r'name="version" value="(\d+)"', page):
            assert client.post(f"/messages/{number}/{step}").status_code == 422
            data = {**data, "version": shown[1]}
        answer = client.post(f"/messages/{number}/{step}", data=data)
        assert answer.status_code == 302, step
    with app.app_context():
        channel = cast.channel("P50").id
    page = officer.get(f"/messages/{number}").get_data(as_text=True)
    assert f'value="{channel}"' in page
    officer.post(f"/messages/{number}/publish", data={"channels": [channel]})
    assert _message(app).state == "published"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Recipient)) == 3
    page = officer.get(f"/messages/{number}").get_data(as_text=True)
    assert "ไลน์กลุ่ม P50" in page
    assert "ยังไม่ตอบรับ" in page


def test_a_wrong_form_keeps_what_was_typed(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    typed = "https://example.org/1\njavascript:x"
    answer = client.post("/messages/new", data={**FORM, "title": "", "links": typed})
    page = answer.get_data(as_text=True)
    assert FORM["body"] in page
    assert f"{typed}</textarea>" in page
    assert page.count("field-error") == 2
    with app.app_context():
        assert db.session.scalar(select(KeyMessage.id)) is None


def test_links_stand_in_the_order_in_which_they_were_written(
    app: Flask, client_of: ClientOf
) -> None:
    """One a line, without doubles; changed, they are in the author's new order."""
    client = client_of("officer50")
    first, second = "https://example.org/1", "https://example.org/2"
    client.post("/messages/new", data={**FORM, "links": f"{first}\r\n\r\n{second}\r\n{first}"})
    row = _message(app)
    page = client.get(f"/messages/{row.id}/edit").get_data(as_text=True)
    assert f"{first}\n{second}</textarea>" in page
    data = {**FORM, "version": row.version, "links": f"{second}\n{first}"}
    assert client.post(f"/messages/{row.id}/edit", data=data).status_code == 302
    page = client.get(f"/messages/{row.id}").get_data(as_text=True)
    assert 0 < page.index(f'href="{second}"') < page.index(f'href="{first}"')


def test_a_double_click_makes_one_message(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    assert _write(client, app) == _write(client, app)


def test_extra_fields_have_no_effect(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        other = cast.user("officer90").office_id
    _write(
        client_of("officer50"),
        app,
        state="published",
        office_id=str(other),
        author_id="1",
        published_at="2026-01-01",
        approved_by="1",
    )
    row = _message(app)
    assert (row.state, row.published_at) == ("draft", None)
    assert row.office_id != other


@pytest.mark.parametrize("step", ["submit", "crisis"])
def test_nobody_confirms_words_that_a_colleague_wrote_meanwhile(
    app: Flask, client_of: ClientOf, step: str
) -> None:
    client = client_of("officer50")
    number = _write(client, app)
    shown = {"reason": "น้ำมาแล้ว", **story.ticked(app)}
    with app.app_context(), unit_of_work():
        message = db.session.get_one(KeyMessage, number)
        text = replace(story.TEXT, body="ถ้อยคำอื่น")
        services.update(story.acting("head50"), message, text, version=message.version)
    answer = client.post(f"/messages/{number}/{step}", data=shown)
    assert answer.status_code == 422
    assert "ถ้อยคำอื่น" in answer.text
    assert _message(app).state == "draft"
    again = {"reason": "น้ำมาแล้ว", **story.ticked(app)}
    assert client.post(f"/messages/{number}/{step}", data=again).status_code == 302


def test_an_open_point_shows_the_form_again(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    number = _write(client, app)
    some = {name: value for name, value in story.ticked(app).items() if name != "secrecy"}
    answer = client.post(f"/messages/{number}/submit", data=some)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "ความลับทางราชการ" in page
    assert re.search(r'<input checked[^>]*name="accuracy"', page)
    assert _message(app).state == "draft"


def test_only_the_steps_one_may_take_are_shown(app: Flask, client_of: ClientOf) -> None:
    number = _write(client_of("officer50"), app)
    client_of("officer50").post(f"/messages/{number}/submit", data=story.ticked(app))
    shown = {
        who: set(re.findall(rf"/messages/{number}/([a-z-]+)\"", page))
        for who in ("officer50", "head50", "acting50", "regional3", "central")
        if (page := client_of(who).get(f"/messages/{number}").get_data(as_text=True))
    }
    assert shown["officer50"] == {"take-back", "crisis"}
    assert shown["head50"] == shown["acting50"] == {"approve", "send-back"}
    assert shown["regional3"] == shown["central"] == set()


def test_what_is_being_sent_offers_only_the_sending(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        release = releasing.planned(message, [cast.channel("P50")])
        releasing.begun(release)
        path, sending = f"/messages/{message.id}", f"/releases/{release.id}"
    text = client_of("officer50").get(path).text
    for step in ("take-back", "publish", "audience/"):
        assert f'"{path}/{step}"' not in text
    assert sending in text.split('id="steps"')[1].split("</section>")[0]
    assert f'"{path}/send-back"' not in client_of("head50").get(path).text


def test_after_a_withdrawal_the_page_leads_to_the_tasks(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        services.withdraw(story.acting("officer50"), message, "ข่าวเท็จ")
        path, number = f"/messages/{message.id}", message.id
    steps = client_of("officer50").get(path).text.split('id="steps"')[1].split("</section>")[0]
    assert f"/outbox/?message={number}" in steps


def test_a_long_history_is_folded_and_a_crisis_is_called_so(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context(), unit_of_work():
        message = services.create(story.acting("officer50"), story.TEXT)
        reviews_after.go_in_crisis(story.acting("officer50"), message, "น้ำมา", story.ANSWERS)
        path = f"/messages/{message.id}"
    page = client_of("officer50").get(path).text
    assert "ทำให้พร้อมเผยแพร่ทันที (ภาวะวิกฤต)" in page
    assert "พิสูจน์อักษรแล้ว" not in page
    with app.app_context(), unit_of_work():
        message = db.session.scalars(select(KeyMessage)).one()
        places = [cast.channel("P50"), *(_page(f"เพจ {number}") for number in range(6))]
        for place in places:
            publishing.publish(story.acting("officer50"), message, [place.id])
    history = client_of("officer50").get(path).text.split('id="history"')[1]
    folded, shown = history.split("<details>")[1].split("</details>")
    assert (folded.count("<li>"), shown.count("<li>")) == (3, 3)
    assert "เพจ 5" in shown


def _page(name: str) -> Channel:
    return releasing.channel("P50", ChannelKind.FACEBOOK, name=name)


def test_a_reason_survives_a_refusal(app: Flask, client_of: ClientOf) -> None:
    number = _write(client_of("officer50"), app)
    answer = client_of("head50").post(
        f"/messages/{number}/send-back",
        data={"reason": "คำว่า <ด่วน> สะกดผิด", "version": story.ticked(app)["version"]},
    )
    assert answer.status_code == 422
    assert "คำว่า &lt;ด่วน&gt; สะกดผิด" in answer.get_data(as_text=True)


@pytest.mark.parametrize("who", ["officer90", "head90", "bureau"])
def test_a_neighbours_draft_does_not_exist(app: Flask, client_of: ClientOf, who: str) -> None:
    number = _write(client_of("officer50"), app)
    client = client_of(who)
    assert client.get(f"/messages/{number}").status_code == 404
    assert FORM["title"] not in client.get("/messages/").get_data(as_text=True)


def test_who_sees_what_was_published(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        provincial = story.published().id
        central = story.published("bureau", "head_bureau", channel="C-NNT").id
    expected = {
        "officer50": (200, 200),
        "officer90": (404, 200),
        "regional3": (200, 200),
        "bureau": (404, 200),
        "central": (200, 200),
        "executive": (403, 403),
    }
    for who, codes in expected.items():
        client = client_of(who)
        found = tuple(
            client.get(f"/messages/{number}").status_code for number in (provincial, central)
        )
        assert found == codes, who


def test_published_onward_from_the_page(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = story.published("bureau", "head_bureau", channel="C-NNT").id
        channel, foreign = cast.channel("P90").id, cast.channel("P50").id
    client = client_of("officer90")
    refused = client.post(f"/messages/{number}/publish", data={"channels": [foreign]})
    assert refused.status_code == 422
    assert (
        client.post(f"/messages/{number}/publish", data={"channels": [channel]}).status_code == 302
    )
    page = client.get(f"/messages/{number}").get_data(as_text=True)
    assert "ไลน์กลุ่ม P90" in page
    assert "ไลน์กลุ่ม P50" not in page
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Recipient)) == 3


def test_the_list_filters(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        story.published()
    number = _write(client_of("officer50"), app, further_topics="น้ำ , ภัย,น้ำ,")
    with app.app_context():
        assert db.session.get_one(KeyMessage, number).topics == [FORM["topic"], "น้ำ", "ภัย"]
    client_of("officer50").post(f"/messages/{number}/submit", data=story.ticked(app))
    head = client_of("head50")
    cases = {
        "state=submitted": (FORM["title"], story.TEXT.title),
        "show=waiting": (FORM["title"], story.TEXT.title),
        "q=ไข้เลือดออก": (story.TEXT.title, FORM["title"]),
        "topic=สุขภาพ": (story.TEXT.title, FORM["title"]),
        f"topic={FORM['topic']}": (FORM["title"], story.TEXT.title),
        "topic=ภัย": (FORM["title"], story.TEXT.title),
        "period=2569-06": (story.TEXT.title, FORM["title"]),
        "kind=crisis": ("ไม่พบข้อความ", story.TEXT.title),
    }
    for query, (there, gone) in cases.items():
        page = head.get(f"/messages/?{query}").get_data(as_text=True)
        found = re.findall(r'<td class="main-cell"><a [^>]*>([^<]*)<', page)
        assert (there in found) or (there in page and not found), query
        assert gone not in found, query


@pytest.mark.parametrize("typed", ["ก,ข,ค,ง,จ,ฉ", f"สั้น, {'ย' * 81}"])
def test_topics_that_do_not_fit_are_typed_again(
    app: Flask, client_of: ClientOf, typed: str
) -> None:
    data = {**FORM, "further_topics": typed}
    answer = client_of("officer50").post("/messages/new", data=data)
    assert typed in answer.text
    assert 'id="further_topics-error"' in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count(KeyMessage.id))) == 0


def test_media_comes_with_safe_headers(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    number = _write(client, app)
    upload = {"file": (io.BytesIO(story.png()), "โปสเตอร์.pdf"), "description": "น้ำท่วม"}
    assert client.post(f"/messages/{number}/media", data=upload).status_code == 302
    page = client.get(f"/messages/{number}").get_data(as_text=True)
    address = re.search(rf"/messages/{number}/media/\d+", page)
    assert address is not None
    answer = client.get(address[0])
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert client_of("officer90").get(address[0]).status_code == 404
    assert client.post(f"{address[0]}/remove").status_code == 302
    assert client.get(address[0]).status_code == 404


def test_a_hostile_upload_is_refused_on_the_page(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    number = _write(client, app)
    upload = {"file": (io.BytesIO(b"<script>1</script>"), "x.png"), "description": "รูปสวย"}
    answer = client.post(f"/messages/{number}/media", data=upload)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "x.png" in page
    assert 'value="รูปสวย"' in page


def test_recording_one(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = story.published().id
        member, channel = cast.member("malee50").id, cast.channel("malee50").id
    client, address = client_of("officer50"), f"/dissemination/new?message={number}&member={member}"
    assert "มาลี" in client.get(f"/dissemination/new?message={number}&q=มาลี").get_data(as_text=True)
    data = {
        "form_token": "d" * 32,
        "channel": channel,
        "on": "11/6/2569",
        "hour": "๑๔.๓๐",
        "audience": "๑,๒๐๐",
    }
    wrong = client.post(address, data={**data, "link": "javascript:1", "on": "31/2/2569"})
    assert wrong.get_data(as_text=True).count("field-error") == 2
    assert 'value="31/2/2569"' in wrong.get_data(as_text=True)
    for _ in range(2):
        picture = {"picture": (io.BytesIO(story.png()), "shot.png")}
        assert client.post(address, data={**data, **picture}).status_code == 302
    with app.app_context():
        row = db.session.scalars(select(Dissemination)).one()
        assert (row.audience_reported, row.time_known, row.source) == (1200, True, "officer")
        assert row.at.isoformat() == "2026-06-11T07:30:00+00:00"
        folder = app.extensions["sang_settings"].instance / "media"
        assert len(list(folder.iterdir())) == 2, "the picture and its thumbnail, once"
    shot = client.get(f"/dissemination/{row.id}/picture")
    assert shot.headers["Content-Type"] == "image/png"
    assert client_of("officer90").get(f"/dissemination/{row.id}/picture").status_code == 404


def test_review_of_several_at_once(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        ids = [
            ledger.record_dissemination(
                actor, story.ALL, story.entry(message, name, link="https://example.org/p")
            ).id
            for name in ("malee50", "dao50")
        ]
    client = client_of("officer50")
    assert client.post("/evidence/", data={"decision": "accept"}).status_code == 422
    told = {"ids": ids[:1], "decision": "send_back"}
    refused = client.post("/evidence/", data=told)
    assert refused.status_code == 422
    assert client.post("/evidence/", data={**told, "reason": "เห็นไม่ชัด"}).status_code == 302
    assert client.post("/evidence/", data={"ids": ids[1:], "decision": "accept"}).status_code == 302
    stranger = {"ids": ids, "decision": "accept"}
    assert client_of("officer90").post("/evidence/", data=stranger).status_code == 404
    with app.app_context():
        states = list(db.session.scalars(select(Dissemination.state).order_by(Dissemination.id)))
        assert states == ["sent_back", "accepted"]


def test_questions_and_news_are_answered(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        member = cast.member("malee50")
        question = exchange.ask(story.acting("officer50"), member, "จริงหรือคะ").id
        news = exchange.send_news(story.acting("officer50"), member, "ถนนขาด").id
    officer, stranger = client_of("officer50"), client_of("officer90")
    for kind, number in (("questions", question), ("news", news)):
        assert stranger.post(f"/{kind}/{number}", data={"text": "x"}).status_code == 404
        assert "มาลี" not in stranger.get(f"/{kind}/").get_data(as_text=True)
        assert "มาลี" in officer.get(f"/{kind}/").get_data(as_text=True)
        assert officer.post(f"/{kind}/{number}", data={"text": " ", "seen": ""}).status_code == 422
        assert (
            officer.post(f"/{kind}/{number}", data={"text": "ขอบคุณค่ะ", "seen": ""}).status_code
            == 302
        )
        assert "มาลี" not in officer.get(f"/{kind}/").get_data(as_text=True)
        assert "ขอบคุณค่ะ" in officer.get(f"/{kind}/?show=all").get_data(as_text=True)
    with app.app_context():
        assert db.session.get(Question, question).answered_by is not None
        assert db.session.get(MemberNews, news).reply == "ขอบคุณค่ะ"


def test_the_badge_counts_what_waits(app: Flask, client_of: ClientOf) -> None:
    number = _write(client_of("officer50"), app)
    head = client_of("head50")
    assert "badge" not in head.get("/messages/").get_data(as_text=True)
    client_of("officer50").post(f"/messages/{number}/submit", data=story.ticked(app))
    assert "badge" in head.get("/messages/").get_data(as_text=True)
    assert "badge" not in client_of("head90").get("/messages/").get_data(as_text=True)


def test_audience_of_the_day_is_kept(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        channel = cast.channel("malee50")
        for day, audience in ((9, 150), (12, 900)):
            db.session.add(
                AudienceCount(
                    channel_id=channel.id,
                    on=story.PUBLISHED.date().replace(day=day),
                    audience=audience,
                    recorded_at=cast.NOON,
                )
            )
        db.session.flush()
        row = ledger.record_dissemination(
            story.acting("officer50"), story.ALL, story.entry(story.published())
        )
        assert row.audience_potential == 150


def test_the_lists_as_files(app: Flask, client_of: ClientOf) -> None:
    """Within the scope, without a live formula, and written into the trail."""
    with app.app_context(), unit_of_work():
        message = story.published()
        message.title = "=HYPERLINK(1)"
        told = story.entry(message, audience_reported=85, basis="=1+1")
        ledger.record_dissemination(story.acting("officer50"), story.ALL, told)
    for path, row in (("messages", 9), ("dissemination", 11)):
        answer = client_of("officer50").post(f"/{path}/export")
        page = openpyxl.load_workbook(io.BytesIO(answer.data)).active
        cells = [cell for line in page.iter_rows() for cell in line]
        assert any(cell.value == "=HYPERLINK(1)" for cell in cells)
        assert all(cell.data_type != "f" for cell in cells)
        assert page.max_column == row
        answer = client_of("officer90").post(f"/{path}/export")
        page = openpyxl.load_workbook(io.BytesIO(answer.data)).active
        assert "HYPERLINK" not in str(list(page.values))
    with app.app_context():
        kinds = list(db.session.scalars(select(AuditEvent.action)))
        assert kinds.count("rows:export") == 4
