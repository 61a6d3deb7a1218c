"""Personal links: altered, run out, replaced, used elsewhere; and where one never stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.members.models import MemberState
from registry.members.states import change_state
from registry.messages.ledger_models import Dissemination
from registry.outbox.line_models import LineAccount
from registry.periods.dated import Dated, set_from
from registry.portal.models import MemberLink
from registry.portal.queries import latest_link
from registry.portal.services import bind, issue, revoke, revoke_account
from registry.portal.tokens import LinkEnd, read_link
from tests import cast, story

SYSTEM = Actor.system()


def _issue(app: Flask, name: str = "malee50", **given: object) -> str:
    with app.app_context(), unit_of_work():
        return issue(SYSTEM, cast.member(name), **given)  # type: ignore[arg-type]


def _published(app: Flask) -> int:
    with app.app_context(), unit_of_work():
        return story.published().id


def _account(app: Flask) -> int:
    with app.app_context(), unit_of_work():
        row = LineAccount(
            member_id=cast.member("malee50").id,
            user_id="U1",
            user_hash="0" * 64,
            linked_at=datetime.now(UTC),
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def _end(app: Flask, token: str) -> str:
    answer = app.test_client().get(f"/m/{token}/")
    found = re.search('data-link-end="([a-z]*)"', answer.text)
    assert answer.status_code == (404 if found else 200)
    return found[1] if found else ""


def test_each_end_says_what_to_do(app: Flask) -> None:
    replaced = _issue(app)
    token = _issue(app)
    assert (_end(app, replaced), _end(app, token)) == ("replaced", "")
    assert _end(app, token[:-1] + ("A" if token[-1] != "A" else "B")) == "altered"
    with time_machine.travel(datetime.now(UTC) + timedelta(days=90, minutes=1)):
        late = app.test_client().get(f"/m/{token}/")
        assert late.status_code == 404
        assert "ลิงก์ส่วนตัวหมดอายุแล้ว" in late.text
    with app.app_context(), unit_of_work():
        revoke(SYSTEM, cast.member("malee50"))
    assert _end(app, token) == "revoked"
    token = _issue(app)
    with app.app_context(), unit_of_work():
        today = datetime.now(UTC).date()
        change_state(SYSTEM, cast.member("malee50"), MemberState.LEFT, on=today, reason="ย้าย")
    assert _end(app, token) == "left"


def test_the_life_is_a_setting(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        set_from(Dated.LINK_DAYS, "10", _today(), "คำสั่ง", SYSTEM, today=_today())
    _issue(app)
    _issue(app, "dao50", life=timedelta(hours=1))
    with app.app_context():
        rows = db.session.scalars(select(MemberLink).order_by(MemberLink.id)).all()
        assert [row.expires_at - row.issued_at for row in rows] == [
            timedelta(days=10),
            timedelta(hours=1),
        ]


def _today() -> date:
    return (datetime.now(UTC) + timedelta(hours=7)).date()


def test_a_link_by_line_stays_with_the_browser_that_used_it_first(app: Flask) -> None:
    message = _published(app)
    token = _issue(app, single_use=True)
    one, other = app.test_client(), app.test_client()
    for client in (one, other):
        assert client.get(f"/m/{token}/messages/{message}").status_code == 200
        home = client.get(f"/m/{token}/").text
        assert "data-link-end" not in home
        assert cast.MEMBERS["malee50"].first not in home
    answer = one.post(f"/m/{token}/messages/{message}/received")
    assert answer.status_code == 302
    cookie = next(text for text in answer.headers.getlist("Set-Cookie") if "sang-m" in text)
    assert "__Secure-sang-m" in cookie
    for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/m/"):
        assert part in cookie
    assert token not in cookie
    life = re.search("Max-Age=([0-9]+)", cookie)
    assert life is not None
    assert 89 * 86_400 < int(life[1]) <= 90 * 86_400, "as long as the link and no longer"
    assert cast.MEMBERS["malee50"].first in one.get(f"/m/{token}/").text
    for page in ("", f"messages/{message}", "record", "results", "fresh"):
        assert other.get(f"/m/{token}/{page}").status_code == 404, page
    refused = other.post(f"/m/{token}/messages/{message}/declined")
    assert refused.status_code == 404
    assert 'data-link-end="used"' in refused.text


def test_another_links_cookie_opens_nothing(app: Flask) -> None:
    message = _published(app)
    mine, theirs = _issue(app, single_use=True), _issue(app, "dao50", single_use=True)
    malee, dao = app.test_client(), app.test_client()
    malee.post(f"/m/{mine}/messages/{message}/received")
    dao.post(f"/m/{theirs}/messages/{message}/received")
    assert dao.get(f"/m/{theirs}/").status_code == 200
    stolen = next(c.value for c in dao._cookies.values() if "sang-m" in c.key)
    with app.app_context():
        assert read_link(mine, stolen) is LinkEnd.USED
        assert read_link(mine, "1.x.y") is LinkEnd.USED


def test_own_data_by_line_asks_for_the_phone_first(app: Flask) -> None:
    token = _issue(app, single_use=True)
    client = app.test_client()
    for page in ("record", "results", "news"):
        shown = client.get(f"/m/{token}/{page}")
        assert shown.status_code == 200
        assert cast.MEMBERS["malee50"].first not in shown.text
        assert f"/m/{token}/here" in shown.text
    answer = client.post(f"/m/{token}/here", data={"next": "portal.record"})
    assert answer.headers["Location"].endswith("/record")
    assert cast.MEMBERS["malee50"].first in client.get(f"/m/{token}/record").text
    assert client.post(f"/m/{token}/here", data={"next": "security.login"}).location.endswith("/")


def test_office_links_work_on_several_devices(app: Flask) -> None:
    message, token = _published(app), _issue(app)
    for _ in range(2):
        client = app.test_client()
        assert client.post(f"/m/{token}/messages/{message}/received").status_code == 302
        assert client.get(f"/m/{token}/news").status_code == 200


@pytest.mark.parametrize("path", ["record", "data/json", "consents/portrait/give", "leave"])
def test_the_record_opens_only_in_the_browser_that_was_kept(app: Flask, path: str) -> None:
    """Whoever else holds the link may tap, ask and send news, and is told what to do."""
    token, first, second = _issue(app), app.test_client(), app.test_client()
    ask = {"record": "get"}.get(path, "post")
    shown = getattr(first, ask)(f"/m/{token}/{path}")
    assert shown.status_code == (200 if ask == "get" else 409)
    assert f'action="/m/{token}/here"' in shown.text
    assert cast.MEMBERS["malee50"].first not in shown.text
    assert first.post(f"/m/{token}/here", data={"next": "portal.record"}).status_code == 302
    second.post(f"/m/{token}/here")
    refused = getattr(second, ask)(f"/m/{token}/{path}")
    assert refused.status_code == 403
    assert "ขอลิงก์ใหม่จาก" in refused.text
    assert cast.MEMBERS["malee50"].first not in refused.text
    assert second.get(f"/m/{token}/").status_code == 200
    assert getattr(first, ask)(f"/m/{token}/{path}").status_code in (200, 302)


def test_unlinking_ends_the_links_of_the_account_only(app: Flask) -> None:
    office, account = _issue(app), _account(app)
    line = _issue(app, single_use=True, account_id=account)
    assert _end(app, office) == _end(app, line) == ""
    with app.app_context(), unit_of_work():
        assert revoke_account(SYSTEM, cast.member("malee50"), account) == 1
    assert (_end(app, office), _end(app, line)) == ("", "revoked")


def test_an_offices_link_belongs_to_the_linked_account(app: Flask) -> None:
    """It stays with the first browser, so that a forwarded one opens nothing, and ends with it."""
    message, account = _published(app), _account(app)
    line, token = _issue(app, single_use=True, account_id=account), _issue(app)
    assert (_end(app, line), _end(app, token)) == ("replaced", "")
    one, other = app.test_client(), app.test_client()
    assert cast.MEMBERS["malee50"].first not in other.get(f"/m/{token}/record").text
    assert one.post(f"/m/{token}/messages/{message}/received").status_code == 302
    assert cast.MEMBERS["malee50"].first in one.get(f"/m/{token}/record").text
    assert other.get(f"/m/{token}/record").status_code == 404
    with app.app_context(), unit_of_work():
        assert revoke_account(SYSTEM, cast.member("malee50"), account) == 1
    assert one.get(f"/m/{token}/record").status_code == 404


def test_the_office_sees_the_link_that_it_gave(
    app: Flask, client_of: Callable[[str], FlaskClient]
) -> None:
    _account(app)
    with app.app_context():
        number = cast.member("malee50").id
    page = client_of("officer50").post(f"/members/{number}/link/", follow_redirects=True)
    assert "มีบัญชี LINE เชื่อมไว้ตั้งแต่" in page.text
    _issue(app, single_use=True, life=timedelta(hours=1))
    with app.app_context():
        shown = latest_link(Scope.all(), number)
        assert shown is not None
        assert shown.issued_by is not None


def test_what_is_passed_on_never_carries_the_link(app: Flask) -> None:
    message, token = _published(app), _issue(app)
    page = app.test_client().get(f"/m/{token}/messages/{message}").text
    shared = re.search(r'href="(https://line\.me/[^"]+)"', page)
    words = re.search(r'id="words"[^>]*>([^<]+)<', page)
    assert shared is not None
    assert words is not None
    secret = token.split(".")[1]
    for text in (unquote(unquote(shared[1])), words[1]):
        assert story.TEXT.sentence in text
        assert "/genuine/" in text
        assert "/m/" not in text
        assert secret not in text
    assert 'rel="noopener noreferrer"' in page


def test_the_link_leaves_in_no_referer_and_is_kept_nowhere(app: Flask) -> None:
    message, token = _published(app), _issue(app)
    answer = app.test_client().get(f"/m/{token}/messages/{message}")
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert token not in str(answer.headers)


def test_the_link_stands_in_no_log_when_refused(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    token = _issue(app, single_use=True)
    other = _issue(app)
    client = app.test_client()
    for one in (token, other):
        client.post(f"/m/{one}/here")
        client.post(f"/m/{one}/messages/999/received")
        app.test_client().get(f"/m/{one}/record")
    written = capsys.readouterr()
    assert "/m/…" in written.err + written.out
    for one in (token, other):
        assert one not in written.err + written.out


def test_a_script_is_told_where_a_form_leads(app: Flask) -> None:
    message, token = _published(app), _issue(app)
    client: FlaskClient = app.test_client()
    answer = client.post(f"/m/{token}/messages/{message}/received", headers={"Sang-Fetch": "1"})
    assert answer.status_code == 204
    assert answer.headers["Sang-Location"].endswith(f"/messages/{message}")
    assert "alert-success" in client.get(answer.headers["Sang-Location"]).text
    assert set(client.get(f"/m/{token}/fresh").get_json()) == {"csrf_token"}


def test_only_one_browser_comes_first(app: Flask) -> None:
    _issue(app, single_use=True)
    with app.app_context(), unit_of_work():
        link = db.session.scalars(select(MemberLink)).one()
        first, second = bind(SYSTEM, link), bind(SYSTEM, link)
        assert first is not None
        assert second is None
        assert first.split(".")[1] not in str(link.browser_hash)


def test_every_spelling_of_a_cookie_but_the_right_one_is_refused(app: Flask) -> None:
    token = _issue(app, single_use=True)
    with app.app_context(), unit_of_work():
        link = db.session.scalars(select(MemberLink)).one()
        cookie = bind(SYSTEM, link) or ""
        assert read_link(token, cookie) is link
        for wrong in ("", cookie[:-1], cookie + "=", cookie.upper(), token, f"{cookie}\n"):
            assert read_link(token, wrong) is LinkEnd.USED


@pytest.mark.parametrize(
    "path", ["/m/secret-key/", "/media/secret-key", "/feeds/secret-key/rss.xml"]
)
def test_addresses_that_are_keys_are_masked(
    app: Flask, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    app.test_client().get(path)
    written = "".join(capsys.readouterr())
    assert f'"/{path.split("/")[1]}/…' in written
    assert "secret-key" not in written


def test_a_link_by_line_tells_of_no_report_before_it_is_kept(app: Flask) -> None:
    message, told, office = _published(app), {"form_token": "a" * 32}, _issue(app)
    first = app.test_client()
    with app.app_context():
        channel = cast.channel("malee50")
        number, name = channel.id, channel.name
    first.post(f"/m/{office}/messages/{message}/passed-on", data={**told, "channel": number})
    first.post(f"/m/{office}/messages/{message}/question", data={**told, "text": "ความลับของฉัน"})
    with app.app_context():
        report = db.session.scalars(select(Dissemination.id)).one()
    client, token = app.test_client(), _issue(app, single_use=True)
    page = client.get(f"/m/{token}/messages/{message}").text
    assert story.TEXT.body in page
    for secret in (name, "ความลับของฉัน", f"reports/{report}", 'name="channel"'):
        assert secret not in page
    proof = client.get(f"/m/{token}/reports/{report}/evidence")
    assert "/here" in proof.text
    assert name not in proof.text
    answer = client.post(f"/m/{token}/here", data={"message": str(message)})
    assert answer.location.endswith(f"/messages/{message}")
    kept = client.get(answer.location).text
    for own in (name, "ความลับของฉัน", f"reports/{report}", 'name="channel"'):
        assert own in kept


def test_forms_wait_under_one_name_whatever_the_link(app: Flask) -> None:
    def queue(token: str) -> str:
        found = re.search('data-queue="([0-9a-f]{64})"', app.test_client().get(f"/m/{token}/").text)
        return found[1] if found else ""

    old = _issue(app)
    before, strange = queue(old), queue(_issue(app, "dao50"))
    line, new = _issue(app, single_use=True), _issue(app)
    assert before
    assert queue(old) == queue(new) == queue(line) == before, "the old one has ended"
    assert strange not in ("", before)
    assert queue(f"{new}x") == ""


def test_a_link_that_was_cut_or_joined_never_leads_to_the_sign_in(app: Flask) -> None:
    token = _issue(app)
    for text in ("", token[:-2], token[:-19], f"{token}x", f"{token})", f"{token}/x/y"):
        for slash in ("", "/"):
            answer = app.test_client().get(f"/m/{text}{slash}", follow_redirects=True)
            assert answer.status_code == 404, text
            assert not answer.history or "/login" not in answer.history[-1].location
            assert "/login" not in answer.request.path


def test_an_unknown_address_below_a_good_link_leads_back_to_the_messages(app: Flask) -> None:
    token = _issue(app)
    paths = ("messages/abc", "messages/99999999999999999999", "line/code", "x/y", "record/")
    for path in paths:
        answer = app.test_client().get(f"/m/{token}/{path}")
        assert answer.status_code == 404, path
        assert f'href="/m/{token}/"' in answer.text.split("<main")[1]
    assert app.test_client().post(f"/m/{token}/nowhere").status_code == 404


def test_an_unknown_address_of_the_public_page_is_answered_there(app: Flask) -> None:
    for path in ("x/y", "x/", "x/qr.svg/z"):
        answer = app.test_client().get(f"/genuine/{path}")
        assert answer.status_code == 404, path
        assert 'action="/genuine/"' in answer.text
