"""The gate and what stands beside it: kept forms, passwords, roles with dates and limits."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from registry.access import passwords, services
from registry.access.addresses import is_local
from registry.access.browsers import browser_name
from registry.access.gate import MARK, mark_of
from registry.access.grants import Grant
from registry.access.jobs import sweep
from registry.access.models import SignIn, SignInFailure, User
from registry.access.roles import Permission, Role
from registry.access.scope import permissions_of, scope_of
from registry.access.sign_in_views import DOORS
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.fields import read_day
from registry.jobs import Progress
from registry.periods.calendar import utc_now
from tests import cast

ClientOf = Callable[[str], FlaskClient]
CLI = Actor.system("cli")
OURS = {"Sec-Fetch-Site": "same-origin"}
TYPED = {"name": "นางสาวแก้ว “ใจดี” <b>", "locale": "th"}


def give(user: User, *roles: Role | Grant) -> None:
    """Exactly these roles; everything else stays."""
    now = {"email": user.email, "name": user.name, "position": user.position}
    services.update_user(user, **now, office=user.office.code, roles=roles, actor=CLI)


def test_every_door_of_the_library_is_ours(app: Flask) -> None:
    found = {name for name in app.view_functions if name.startswith("security.")}
    assert found == {f"security.{name}" for name in DOORS}
    assert all(hasattr(door, MARK) for door in DOORS.values())


def test_no_mark_ends_in_a_star_for_sign_in(app: Flask) -> None:
    assert not [name for name in app.extensions["sang_marks"] if name.startswith("security")]
    assert mark_of(app, "security.anything_new") is None


def test_what_carries_no_mark_is_closed(app: Flask, client_of: ClientOf) -> None:
    app.view_functions["home.health"], kept = (lambda: "open"), app.view_functions["home.health"]
    try:
        assert app.test_client().get("/healthz").status_code == 302
        assert client_of("admin").get("/healthz").status_code == 403
    finally:
        app.view_functions["home.health"] = kept


def test_an_expired_form_is_kept(app: Flask, client_of: ClientOf) -> None:
    officer = client_of("officer50")
    with time_machine.travel(utc_now() + timedelta(hours=3)):
        answer = officer.post("/account/?x=1", data=TYPED, headers=OURS)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 401
        assert 'action="/account/?x=1"' in page
        assert 'name="name" value="นางสาวแก้ว “ใจดี” &lt;b&gt;"' in page
        fields = dict(re.findall(r'type="hidden" name="(name|locale)" value="([^"]*)"', page))
        assert fields == {"name": "นางสาวแก้ว “ใจดี” &lt;b&gt;", "locale": "th"}
        login = {"email": cast.email("officer50"), "password": cast.PASSWORD}
        officer.post("/login", data=login)
        assert officer.post("/account/?x=1", data=TYPED, headers=OURS).status_code == 302
    with app.app_context():
        assert cast.user("officer50").name == TYPED["name"]


def test_an_expired_form_is_told_in_the_words_of_its_page(app: Flask, client_of: ClientOf) -> None:
    typed = {
        "title": "รู้ทันไข้เลือดออก",
        "sentence": "ปิดฝาโอ่ง",
        "kind": "public_use",
        "language": "th",
        "route": "own",
        "version": "7",
        "form_token": "0" * 32,
        "stray_code": "own",
        "stray": "พิมพ์ไว้",
    }
    officer = client_of("officer50")
    with time_machine.travel(utc_now() + timedelta(hours=3)):
        page = officer.post("/messages/new", data=typed, headers=OURS).text
    for name, value in typed.items():
        assert f'name="{name}" value="{value}"' in page
    shown = page.split("สิ่งที่ท่านกรอก", 1)[1]
    told = dict(re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", shown))
    assert told["ประโยคหลักที่ให้จดจำ (Key Message)"] == "ปิดฝาโอ่ง"
    assert told["ข้อมูลอื่น"] == "พิมพ์ไว้"
    assert told["ภาษา"] == "ไทย"
    assert not set(told.values()) & {"th", "own", "public_use", "7", "0" * 32}
    assert not {"sentence", "route", "language", "kind"} & set(told)


@pytest.mark.usefixtures("csrf_on")
def test_the_kept_form_goes_through_after_signing_in(app: Flask, client_of: ClientOf) -> None:
    officer = client_of("officer50")

    def token(page: str) -> str:
        found = re.findall(r'name="csrf_token" value="([^"]+)"', page)
        return str(found[-1])

    typed = TYPED | {"csrf_token": token(officer.get("/account/").get_data(as_text=True))}
    with time_machine.travel(utc_now() + timedelta(hours=3)):
        page = officer.post("/account/", data=typed, headers=OURS).get_data(as_text=True)
        kept = TYPED | {"csrf_token": token(page)}
        login = {"email": cast.email("officer50"), "password": cast.PASSWORD}
        form = officer.get("/login").get_data(as_text=True)
        assert officer.post("/login", data=login | {"csrf_token": token(form)}).status_code == 302
        assert officer.post("/account/", data=kept, headers=OURS).status_code == 302
    with app.app_context():
        assert cast.user("officer50").name == TYPED["name"]


@pytest.mark.usefixtures("csrf_on")
def test_a_form_whose_cookie_is_gone_is_kept_too(anonymous: FlaskClient) -> None:
    answer = anonymous.post("/account/", data=TYPED | {"csrf_token": "old"}, headers=OURS)
    assert answer.status_code == 401
    assert "นางสาวแก้ว" in answer.get_data(as_text=True)


@pytest.mark.usefixtures("csrf_on")
def test_a_stale_form_of_somebody_signed_in_is_kept(client_of: ClientOf) -> None:
    answer = client_of("officer50").post("/account/", data=TYPED, headers=OURS)
    assert answer.status_code == 400
    assert "ส่งอีกครั้ง" in answer.text
    assert "นางสาวแก้ว" in answer.text


@pytest.mark.usefixtures("csrf_on")
def test_a_stale_sign_in_page_begins_again(anonymous: FlaskClient) -> None:
    login = {"email": cast.email("officer50"), "password": cast.PASSWORD}
    answer = anonymous.post("/login", data=login, headers=OURS)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    assert "เข้าสู่ระบบอีกครั้ง" in anonymous.get("/login").text
    assert anonymous.get("/account/").status_code == 302


def test_the_night_forgets_old_sign_ins(app: Flask, client_of: ClientOf) -> None:
    client_of("officer50")
    for _ in range(3):
        login = {"email": cast.email("officer90"), "password": "wrong wrong wrong"}
        app.test_client().post("/login", data=login)
    for days, left in ((1, (1, 0)), (91, (0, 0))):
        with time_machine.travel(utc_now() + timedelta(days=days)), app.app_context():
            sweep({}, Progress("", ""))
            tables = (SignIn, SignInFailure)
            counts = [db.session.scalar(select(func.count()).select_from(t)) for t in tables]
        assert tuple(counts) == left


@pytest.mark.usefixtures("csrf_on")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_foreign_form_is_never_offered_again(
    client_of: ClientOf, anonymous: FlaskClient, headers: dict[str, str]
) -> None:
    for client in (anonymous, client_of("officer50")):
        answer = client.post("/account/", data=TYPED, headers=headers)
        assert answer.status_code == 400
        assert "นางสาวแก้ว" not in answer.get_data(as_text=True)


def test_passwords_and_files_are_not_kept(anonymous: FlaskClient) -> None:
    typed = {"password": "s3cret-1", "new_password_confirm": "s3cret-2", "note": "shown"}
    sheet = (io.BytesIO(b"contents"), "ทะเบียน.xlsx")
    answer = anonymous.post("/account/", data=typed | {"sheet": sheet}, headers=OURS)
    page = answer.get_data(as_text=True)
    assert "shown" in page
    assert "s3cret" not in page
    assert "ทะเบียน.xlsx" in page


def test_scripts_get_a_status_not_a_page(anonymous: FlaskClient) -> None:
    answer = anonymous.post("/account/", json={}, headers={**OURS, "Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (401, "application/json")


def test_a_one_time_password_must_be_changed(app: Flask, anonymous: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        password = services.new_password(cast.user("officer50"), CLI)
    login = {"email": cast.email("officer50"), "password": password}
    assert anonymous.post("/login", data=login).status_code == 302
    for path in ("/", "/members/", "/account/"):
        assert anonymous.get(path).headers["Location"] == "/account/password"
    own = "สายลมพัดผ่านทุ่งนา"
    data = {"password": password, "new_password": own, "new_password_confirm": own}
    assert anonymous.post("/account/password", data=data).headers["Location"] == "/"
    assert anonymous.get("/account/").status_code == 200


def test_changing_the_password_ends_the_other_browsers(client_of: ClientOf) -> None:
    this, other = client_of("officer50"), client_of("officer50")
    own = "สายลมพัดผ่านทุ่งนา"
    data = {"password": cast.PASSWORD, "new_password": own, "new_password_confirm": own}
    assert this.post("/account/password", data=data).status_code == 302
    assert this.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


@pytest.mark.parametrize("new", ["short", "password1234!", "officer50 sang"])
def test_a_weak_new_password_is_refused(app: Flask, client_of: ClientOf, new: str) -> None:
    data = {"password": cast.PASSWORD, "new_password": new, "new_password_confirm": new}
    answer = client_of("officer50").post("/account/password", data=data)
    assert answer.status_code == 200
    assert "field-error" in answer.get_data(as_text=True)
    with app.app_context():
        assert not cast.user("officer50").must_change_password


def test_one_can_sign_out_the_others(client_of: ClientOf) -> None:
    this, other, stranger = client_of("officer50"), client_of("officer50"), client_of("head50")
    assert this.post("/account/sign-out-others").status_code == 302
    assert this.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert stranger.get("/account/").status_code == 200


@pytest.mark.parametrize(
    "password",
    [
        "a" * 11,
        "x" * 129,
        "123456789012",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "P@ssw0rd1234!",
        "qwertyuiop12",
        "รหัสผ่าน1234",
        "somchai1234567",
        "Sang-2569-2569",
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_bad_passwords_are_named(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert passwords.weakness(password, "somchai.jaidee@prd.example.org", "สมชาย ใจดี")


@pytest.mark.parametrize(
    "password", ["three small boats", cast.PASSWORD, "ฝนตกที่หน้าต่างบ้าน", "k7mf-2qpx-9wrt"]
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_good_passwords_pass(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert passwords.weakness(password, "somchai.jaidee@prd.example.org") is None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_one_time_passwords_are_good_and_differ(app: Flask) -> None:
    made = {passwords.one_time_password() for _ in range(50)}
    assert len(made) == 50
    with app.test_request_context():
        assert not [one for one in made if passwords.weakness(one)]


def test_an_acting_head_acts_between_two_days(app: Flask) -> None:
    grant = Grant(Role.ACTING, valid_from=date(2026, 1, 10), valid_to=date(2026, 1, 20))
    with app.app_context(), unit_of_work():
        user = cast.user("officer50")
        give(user, grant)
        days = {day: bool(permissions_of(user, date(2026, 1, day))) for day in (9, 10, 20, 21)}
    assert days == {9: False, 10: True, 20: True, 21: False}


def test_an_executive_is_limited(app: Flask) -> None:
    day = date(2026, 1, 10)
    with app.app_context(), unit_of_work():
        user = cast.user("executive")
        give(user, Grant(Role.EXECUTIVE, zone=3))
        assert scope_of(user, Permission.FIGURES_VIEW, day).covers("50")
        assert not scope_of(user, Permission.FIGURES_VIEW, day).covers("90")
        give(user, Grant(Role.EXECUTIVE, province="90"))
        assert scope_of(user, Permission.FIGURES_VIEW, day).provinces == {"90"}


@pytest.mark.parametrize(
    "grant",
    [
        Grant(Role.CENTRAL),
        Grant(Role.REGIONAL),
        Grant(Role.BUREAU),
        Grant(Role.PROVINCIAL, zone=3),
        Grant(Role.HEAD, province="50"),
        Grant(Role.EXECUTIVE, zone=3, province="50"),
        Grant(Role.EXECUTIVE, zone=99),
        Grant(Role.EXECUTIVE, province="99"),
        Grant(Role.ACTING, valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)),
    ],
)
def test_impossible_roles_are_refused(app: Flask, grant: Grant) -> None:
    with app.test_request_context(), pytest.raises(Refused):
        give(cast.user("officer50"), grant)


@pytest.mark.parametrize(
    ("target", "fine"),
    [
        ("/", True),
        ("/members/?text=x", True),
        ("http://localhost/x", True),
        ("http://localhost.evil.example/x", False),
        ("http://localhost@evil.example/", False),
        ("//evil.example", False),
        ("/\t/evil.example", False),
        ("evil.example", False),
        ("", False),
    ],
)
def test_local_addresses(target: str, fine: bool) -> None:
    assert is_local(target, "http://localhost/") is fine


@pytest.mark.parametrize(
    "text", ["15/1/2569", "๑๕/๑/๒๕๖๙", " 15.01.2569 ", "2026-01-15", "15-1-2026"]
)
def test_days_are_read(text: str) -> None:
    assert read_day(text) == date(2026, 1, 15)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("text", ["29/2/2566", "15/13/2569", "tomorrow", "15/1/69"])
def test_no_days_are_refused(app: Flask, text: str) -> None:
    with app.test_request_context(), pytest.raises(ValueError, match="15/1/2569|ปฏิทิน"):
        read_day(text)


def test_browsers_have_names() -> None:
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120 Safari/537.36 Edg/120"
    phone = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36"
    assert browser_name(edge) == "Edge · Windows"
    assert browser_name(phone) == "Chrome · Android"
    assert browser_name("curl/8") == "curl/8"
    assert browser_name(None) == "–"


def test_the_error_page_needs_no_database(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = client_of("officer50")

    def broken(_user_id: str) -> None:
        raise OperationalError("select secret", {}, RuntimeError("/var/lib/secret"))

    manager = app.login_manager  # type: ignore[attr-defined]
    monkeypatch.setattr(manager, "_user_callback", broken)
    answer = officer.get("/account/")
    assert answer.status_code == 500
    assert "หมายเลขอ้างอิง" in answer.text
    assert "secret" not in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_roles_are_needed(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        db.session.delete(cast.user("officer50").assignments[0])
    officer = client_of("officer50")
    assert officer.get("/members/").status_code == 403
    assert officer.get("/account/").status_code == 403
