"""Members' own pages: what a personal link opens, and what it never does."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.audit.services import Actor
from registry.channels.models import Channel
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.members.consent_models import Consent
from registry.members.models import Member, MemberState
from registry.messages import ledger, publishing, services
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.messages.models import KeyMessage
from registry.portal.models import MemberLink
from registry.portal.services import issue
from registry.portal.tokens import read_link
from tests import cast, story

ClientOf = Callable[[str], FlaskClient]


class Holder:
    """A member with a link, a message sent to them, and a browser."""

    def __init__(self, app: Flask, name: str = "malee50") -> None:
        self.app, self.name, self.client = app, name, app.test_client()
        with app.app_context(), unit_of_work():
            self.token = issue(Actor.system(), cast.member(name))
            self.member, self.channel = cast.member(name).id, cast.channel(name).id
        self.post("here")

    def get(self, path: str = "") -> str:
        """A page of theirs."""
        answer = self.client.get(f"/m/{self.token}/{path}")
        assert answer.status_code == 200, path
        return answer.get_data(as_text=True)

    def post(self, path: str, **data: object) -> int:
        """Send a form of theirs."""
        return self.client.post(f"/m/{self.token}/{path}", data=data).status_code


@pytest.fixture
def message(app: Flask) -> int:
    with app.app_context(), unit_of_work():
        return story.published().id


@pytest.fixture
def malee(app: Flask, message: int) -> Holder:
    return Holder(app)


def _recipient(holder: Holder, message: int) -> Recipient:
    query = select(Recipient).where(
        Recipient.message_id == message, Recipient.member_id == holder.member
    )
    return db.session.scalars(query).one()


def test_three_taps(app: Flask, malee: Holder, message: int) -> None:
    assert story.TEXT.title in malee.get()
    assert story.TEXT.body in malee.get(f"messages/{message}")
    assert malee.post(f"messages/{message}/received") == 302
    with app.app_context():
        assert _recipient(malee, message).received_via == "link"
    assert malee.post(f"messages/{message}/declined") == 302
    with app.app_context():
        assert _recipient(malee, message).declined_at is not None
    picture = (io.BytesIO(story.jpeg_with_place()), "IMG_1.jpg")
    told = {"form_token": "e" * 32, "channel": malee.channel, "audience": "๕๐"}
    assert malee.post(f"messages/{message}/passed-on", **told, picture=picture) == 302
    picture = (io.BytesIO(story.jpeg_with_place()), "IMG_1.jpg")
    assert malee.post(f"messages/{message}/passed-on", **told, picture=picture) == 302
    with app.app_context():
        row = db.session.scalars(select(Dissemination)).one()
        assert (row.audience_reported, row.source, row.recorded_by) == (50, "link", None)
        assert row.time_known
        assert _recipient(malee, message).declined_at is None
        folder = app.extensions["sang_settings"].instance / "media"
        stored = [path.read_bytes() for path in folder.iterdir()]
        assert len(stored) == 2, "the picture and its small version, once"
        assert b"secret place" not in b"".join(stored)
    page = malee.get(f"messages/{message}")
    assert "ท่านเผยแพร่ต่อแล้ว" in page
    assert malee.post(f"reports/{row.id}/withdraw") == 302
    with app.app_context():
        assert db.session.scalars(select(Dissemination.state)).one() == "withdrawn"


def test_a_wrong_report_keeps_what_was_typed(app: Flask, malee: Holder, message: int) -> None:
    answer = malee.client.post(
        f"/m/{malee.token}/messages/{message}/passed-on",
        data={
            "channel": malee.channel,
            "audience": "หลายคน",
            "link": "javascript:1",
            "picture": (io.BytesIO(b"<html>"), "x.png"),
        },
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="หลายคน"' in page
    assert 'value="javascript:1"' in page
    bad = malee.client.post(
        f"/m/{malee.token}/messages/{message}/passed-on",
        data={"channel": malee.channel, "picture": (io.BytesIO(b"<html>"), "x.png")},
    )
    assert "x.png" in bad.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(select(Dissemination.id)) is None


def test_not_through_another_members_channel(app: Flask, malee: Holder, message: int) -> None:
    with app.app_context():
        strange = cast.channel("dao50").id
    told = {"form_token": "e" * 32, "channel": strange}
    answer = malee.client.post(f"/m/{malee.token}/messages/{message}/passed-on", data=told)
    assert (answer.status_code, "ไม่มีให้เลือกแล้ว" in answer.text) == (422, True)


def test_questions_and_news_come_once_and_are_answered(
    app: Flask, malee: Holder, message: int, client_of: ClientOf
) -> None:
    for _ in range(2):
        asked = {"form_token": "f" * 32, "text": "ใช้ทรายอะเบทได้ไหมคะ"}
        assert malee.post(f"messages/{message}/question", **asked) == 302
        news = {"form_token": "0" * 32, "text": "น้ำเข้าหมู่บ้านแล้ว"}
        assert malee.post("news", **news, picture=(io.BytesIO(story.png()), "a.png")) == 302
    assert malee.post(f"messages/{message}/question", form_token="1" * 32, text=" ") == 422
    assert malee.post("news", form_token="2" * 32, text="") == 422
    with app.app_context():
        question = db.session.scalars(select(Question)).one().id
        assert db.session.scalars(select(MemberNews)).one().picture_type == "image/png"
        assert len(list((app.extensions["sang_settings"].instance / "media").iterdir())) == 1
    client_of("officer50").post(f"/questions/{question}", data={"text": "ได้ค่ะ", "seen": ""})
    assert "ได้ค่ะ" in malee.get(f"messages/{message}")
    assert "น้ำเข้าหมู่บ้านแล้ว" in malee.get("news")


def test_own_record_is_masked(malee: Holder) -> None:
    page = malee.get("record")
    face = cast.MEMBERS["malee50"]
    assert face.first in page
    assert face.national_id not in page.replace("-", "")
    assert face.phone not in page.replace("-", "")


def test_consents_and_leaving(app: Flask, malee: Holder, message: int) -> None:
    assert malee.post("consents/portrait/give") == 302
    assert malee.post("consents/messages/withdraw") == 302
    assert malee.post("consents/registry/withdraw") == 404
    with app.app_context():
        standing = select(Consent.purpose).where(
            Consent.member_id == malee.member, Consent.withdrawn_on.is_(None)
        )
        assert set(db.session.scalars(standing)) == {"registry", "portrait"}
    assert malee.post("leave") == 200
    assert malee.client.get(f"/m/{malee.token}/").status_code == 404
    with app.app_context():
        member = db.session.get(Member, malee.member)
        assert member.as_state is MemberState.LEFT
        assert db.session.scalars(standing).all() == []
        with unit_of_work(), pytest.raises(Refused):
            issue(Actor.system(), db.session.get(Member, malee.member))


def test_withdrawn_messages_say_so(app: Flask, malee: Holder, message: int) -> None:
    with app.app_context(), unit_of_work():
        row = db.session.get(KeyMessage, message)
        services.withdraw(story.acting("officer50"), row, "ตัวเลขเปลี่ยน")
    page = malee.get(f"messages/{message}")
    assert "ตัวเลขเปลี่ยน" in page
    assert "passed-on" not in page


def _variants(token: str) -> Iterator[str]:
    yield "x"
    yield "1.secret.signature"
    yield token[:-1] + ("A" if token[-1] != "A" else "B")
    number, rest = token.split(".", 1)
    yield f"{int(number) + 1}.{rest}"
    yield token.upper()
    yield token + "=="


def test_altered_links_look_like_links_that_never_were(app: Flask, malee: Holder) -> None:
    client, bodies = app.test_client(), set()
    for token in _variants(malee.token):
        answer = client.get(f"/m/{token}/")
        assert answer.status_code == 404, token
        bodies.add(re.sub(r'(name="(csrf_token|next)" value)="[^"]*"', r"\1", answer.text))
    assert len(bodies) == 1
    assert client.get(f"/m/{malee.token}/").status_code == 200


def test_one_link_never_opens_anothers(app: Flask, malee: Holder, message: int) -> None:
    dao = Holder(app, "dao50")
    with app.app_context(), unit_of_work():
        foreign = story.published("bureau", "head_bureau", channel="C-NNT").id
        row = ledger.record_dissemination(
            story.acting("officer50"),
            story.ALL,
            story.entry(db.session.get(KeyMessage, message), "dao50"),
        ).id
    assert malee.client.get(f"/m/{malee.token}/messages/{foreign}").status_code == 404
    assert dao.client.get(f"/m/{dao.token}/messages/{foreign}").status_code == 200
    for path in (
        f"messages/{foreign}/received",
        f"messages/{foreign}/declined",
        f"reports/{row}/withdraw",
    ):
        assert malee.post(path) == 404
    pages = [malee.get(), malee.get(f"messages/{message}"), malee.get("news"), malee.get("record")]
    faces = [face for name, face in cast.MEMBERS.items() if name != "malee50"]
    others = [f"{face.first} {face.last}" for face in faces]
    assert not [name for name in others for page in pages if name in page]


def test_a_draft_is_never_shown(app: Flask, malee: Holder) -> None:
    with app.app_context(), unit_of_work():
        draft = story.approved().id
    assert malee.client.get(f"/m/{malee.token}/messages/{draft}").status_code == 404


def test_links_are_kept_as_hashes_only(app: Flask, malee: Holder) -> None:
    secret = malee.token.split(".")[1]
    with app.app_context():
        row = db.session.scalars(select(MemberLink)).one()
        assert secret not in str(vars(row))
        assert isinstance(read_link(malee.token), MemberLink)
        assert row.expires_at - row.issued_at == timedelta(days=90)


def test_forms_need_their_token(csrf_on: None, malee: Holder, message: int) -> None:
    address = f"/m/{malee.token}/messages/{message}"
    assert malee.post(f"messages/{message}/received") == 400
    page = malee.client.get(address, base_url="https://localhost").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    sent = {"csrf_token": token[1]}
    answer = malee.client.post(f"{address}/received", data=sent, base_url="https://localhost")
    assert answer.status_code == 302


def test_get_changes_nothing(app: Flask, malee: Holder, message: int) -> None:
    for path in ("", f"messages/{message}", "news", "record"):
        malee.get(path)
    with app.app_context():
        assert _recipient(malee, message).received_at is None


def test_the_office_hands_out_links(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        member = cast.member("malee50").id
    officer = client_of("officer50")
    assert client_of("officer90").post(f"/members/{member}/link/").status_code == 404
    assert client_of("head50").post(f"/members/{member}/link/").status_code == 403
    page = officer.post(f"/members/{member}/link/", follow_redirects=True).text
    assert "ลิงก์ที่เคยออกไว้ใช้ไม่ได้แล้ว" not in page, "it is the first one"
    assert "data:image/svg+xml" in page
    address = re.search(r'value="(http[^"]+/m/[^"]+)"', page)
    assert address is not None
    path = "/m/" + address[1].split("/m/")[1]
    assert app.test_client().get(path).status_code == 200
    again = officer.post("/language/en", data={"next": f"/members/{member}/link/"})
    assert address[1] in officer.get(again.location).text, "it is still there in the other language"
    assert client_of("officer50").get(f"/members/{member}/link/").status_code == 302
    shown = officer.get(f"/members/{member}").get_data(as_text=True)
    assert path not in shown
    assert officer.post(f"/members/{member}/link/revoke").status_code == 302
    assert officer.get(f"/members/{member}/link/").location == f"/members/{member}"
    assert app.test_client().get(path).status_code == 404


def test_the_link_stands_in_no_log(
    malee: Holder, message: int, capsys: pytest.CaptureFixture[str]
) -> None:
    malee.get(f"messages/{message}")
    malee.client.get(f"/m/{malee.token}/nowhere")
    written = capsys.readouterr()
    assert malee.token not in written.err + written.out


def test_the_language_can_be_switched(malee: Holder) -> None:
    back = f"/m/{malee.token}/"
    answer = malee.client.post("/language/en", data={"next": back})
    assert answer.headers["Location"].endswith(back)
    assert "My messages" in malee.get() or "Good day" in malee.get()


def test_the_language_is_switched_where_a_form_was_answered(
    malee: Holder, message: int, app: Flask
) -> None:
    """Such a page has no address of its own: one comes back to where the form stood."""
    root = f"/m/{malee.token}"
    cases = [
        ("line/code", f"{root}/record", f"{root}/record"),
        (f"messages/{message}/passed-on", f"{root}/messages/{message}", None),
        (f"messages/{message}/passed-on", "", None),
        ("record/wish", "", f"{root}/record"),
    ]
    for path, came, wanted in cases:
        headers = {"Referer": f"http://localhost{came}"} if came else {}
        page = malee.client.post(f"{root}/{path}", headers=headers).text
        found = re.search(r'name="next" value="([^"]*)"', page)
        assert found is not None, path
        assert found[1] == (wanted or f"{root}/messages/{message}"), path
    foreign = {"Referer": "https://evil.example/members/"}
    page = malee.client.post(f"{root}/record/wish", headers=foreign).text
    assert f'name="next" value="{root}/record"' in page


def test_without_a_channel_a_new_one_is_offered(app: Flask, malee: Holder, message: int) -> None:
    with app.app_context(), unit_of_work():
        db.session.get(Channel, malee.channel).retired_on = datetime.now(UTC).date()
    assert re.search(r'value="new" checked', malee.get(f"messages/{message}"))


def test_media_only_for_recipients(app: Flask, malee: Holder) -> None:
    from registry.messages import media

    with app.app_context(), unit_of_work():
        actor = story.acting("bureau")
        row = services.create(actor, story.TEXT, at=story.WRITTEN)
        kept = media.attach(actor, row, media.prepare(story.png(), "a.png"))
        services.submit(actor, row, story.ANSWERS, at=story.WRITTEN)
        services.approve(story.acting("head_bureau"), row, at=story.WRITTEN)
        services.proofread(actor, row, at=story.WRITTEN)
        publishing.publish(actor, row, [cast.channel("C-NNT").id], at=story.PUBLISHED)
        path = f"messages/{row.id}/media/{kept.id}"
        assert db.session.scalar(select(func.count()).select_from(Recipient)) == 5
    dao = Holder(app, "dao50")
    answer = dao.client.get(f"/m/{dao.token}/{path}")
    assert answer.headers["Content-Type"] == "image/png"
    assert malee.client.get(f"/m/{malee.token}/{path}").status_code == 404


def test_words_to_pass_on_are_at_hand(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        number = story.published().id
    holder = Holder(app)
    page = holder.get(f"messages/{number}")
    assert "https://line.me/R/share?text=" in page
    assert quote(story.TEXT.sentence) in page
    assert "portal.js" in page
    with app.app_context(), unit_of_work():
        services.withdraw(
            story.acting("officer50"), db.session.get_one(KeyMessage, number), "ข่าวไม่จริง"
        )
    assert "line.me" not in holder.get(f"messages/{number}")
