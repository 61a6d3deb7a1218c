"""Signing in: the password, the second factor, throttling, and what a copied cookie is worth."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from registry.access import services, throttle
from registry.access.grants import Grant
from registry.access.models import SignIn, SignInFailure, User
from registry.access.roles import Role
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.periods.calendar import utc_now
from tests import cast
from tests.meanwhile import meanwhile

ClientOf = Callable[[str], FlaskClient]
CLI = Actor.system("cli")


def give(user: User, *roles: Role | Grant) -> None:
    """Exactly these roles; everything else stays."""
    now = {"email": user.email, "name": user.name, "position": user.position}
    services.update_user(user, **now, office=user.office.code, roles=roles, actor=CLI)


def enter(
    client: FlaskClient, name: str, password: str = cast.PASSWORD, **more: str
) -> TestResponse:
    data = {"email": cast.email(name), "password": password, **more}
    return client.post("/login", data=data)


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("__Host-sang")
    assert cookie is not None
    return str(cookie.value)


def with_cookie(app: Flask, value: str) -> FlaskClient:
    """Another browser that has got hold of a cookie."""
    client = app.test_client()
    client.set_cookie("__Host-sang", value)
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


def actions(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_the_right_password_opens(app: Flask, anonymous: FlaskClient) -> None:
    answer = enter(anonymous, "officer50")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_in(anonymous)
    assert actions(app)[-1] == "user:sign-in"


def test_the_address_may_be_typed_in_capitals(anonymous: FlaskClient) -> None:
    data = {"email": f" {cast.email('officer50').upper()} ", "password": cast.PASSWORD}
    assert anonymous.post("/login", data=data).status_code == 302
    assert is_in(anonymous)


def test_unknown_and_known_accounts_get_the_same_answer(app: Flask, anonymous: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        services.disable_user(cast.user("officer90"), CLI)
    known = enter(anonymous, "officer50", "not the password at all")
    unknown = enter(anonymous, "nobody", "not the password at all")
    disabled = enter(anonymous, "officer90")
    texts = [answer.get_data(as_text=True) for answer in (known, unknown, disabled)]
    bare = {re.sub(r'value="[^"]*"', "", text) for text in texts}
    assert len(bare) == 1
    assert "อีเมลหรือรหัสผ่านไม่ถูกต้อง" in bare.pop()
    assert {answer.status_code for answer in (known, unknown, disabled)} == {200}


def test_unknown_accounts_cost_a_hash_too(
    app: Flask, anonymous: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    monkeypatch.setattr("flask_security.forms.hash_password", hashed.append)
    enter(anonymous, "nobody", "whatever it may be")
    assert hashed == ["whatever it may be"]


def test_what_was_typed_stays_but_the_password_does_not(anonymous: FlaskClient) -> None:
    page = enter(anonymous, "officer50", "not the password at all").get_data(as_text=True)
    assert f'value="{cast.email("officer50")}"' in page
    assert "not the password" not in page


def test_failures_are_written_and_throttle_the_account(app: Flask, anonymous: FlaskClient) -> None:
    for _ in range(throttle.PER_ACCOUNT):
        assert enter(anonymous, "officer50", "wrong wrong wrong").status_code == 200
    refused = enter(anonymous, "officer50")
    assert refused.status_code == 429
    assert "15 นาที" in refused.get_data(as_text=True)
    assert not is_in(anonymous)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInFailure)) == 5
    assert actions(app).count("user:sign-in-failed") == 5


def test_another_account_is_not_throttled(anonymous: FlaskClient) -> None:
    for _ in range(throttle.PER_ACCOUNT + 1):
        enter(anonymous, "officer50", "wrong wrong wrong")
    assert enter(anonymous, "officer90").status_code == 302


def test_unknown_accounts_are_throttled_alike(anonymous: FlaskClient) -> None:
    found = [enter(anonymous, "nobody", "wrong wrong").status_code for _ in range(6)]
    assert found == [200] * 5 + [429]


def test_an_address_is_throttled(
    app: Flask, anonymous: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "PER_ADDRESS", 3)
    for name in ("officer50", "officer90", "nobody"):
        assert enter(anonymous, name, "wrong wrong wrong").status_code == 200
    assert enter(anonymous, "central").status_code == 429
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    data = {"email": cast.email("officer50"), "password": cast.PASSWORD}
    answer = app.test_client().post("/login", data=data, environ_base=elsewhere)
    assert answer.status_code == 302


def test_the_throttle_opens_after_a_while(anonymous: FlaskClient) -> None:
    with time_machine.travel(utc_now(), tick=False) as clock:
        for _ in range(throttle.PER_ACCOUNT):
            enter(anonymous, "officer50", "wrong wrong wrong")
        assert enter(anonymous, "officer50").status_code == 429
        clock.shift(throttle.WINDOW + timedelta(seconds=1))
        assert enter(anonymous, "officer50").status_code == 302


def test_a_right_password_clears_the_count(app: Flask, anonymous: FlaskClient) -> None:
    for _ in range(throttle.PER_ACCOUNT - 1):
        enter(anonymous, "officer50", "wrong wrong wrong")
    assert enter(anonymous, "officer50").status_code == 302
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInFailure)) == 0


def test_every_sign_in_is_a_new_session(app: Flask, anonymous: FlaskClient) -> None:
    tokens = set()
    for _ in range(2):
        enter(anonymous, "officer50")
        with anonymous.session_transaction() as session:
            tokens.add(session["sang_token"])
        anonymous.post("/logout")
    assert len(tokens) == 2
    with app.app_context():
        kept = set(db.session.scalars(select(SignIn.token_hash)))
    assert not kept & tokens


def test_the_cookie_is_for_this_host_only(anonymous: FlaskClient) -> None:
    header = enter(anonymous, "officer50").headers["Set-Cookie"]
    assert header.startswith("__Host-sang=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in header
    assert "Domain" not in header


def test_there_is_no_remember_me(anonymous: FlaskClient) -> None:
    answer = enter(anonymous, "officer50", remember="y")
    assert "remember_token" not in answer.headers["Set-Cookie"]
    assert anonymous.get_cookie("remember_token") is None


def test_a_copied_cookie_dies_at_sign_out(app: Flask, anonymous: FlaskClient) -> None:
    enter(anonymous, "officer50")
    thief = with_cookie(app, cookie_of(anonymous))
    assert is_in(thief)
    anonymous.post("/logout")
    assert not is_in(thief)
    assert not is_in(anonymous)


def test_a_copied_cookie_dies_with_the_account(app: Flask, client_of: ClientOf) -> None:
    officer = client_of("officer50")
    assert is_in(officer)
    with app.app_context(), unit_of_work():
        services.disable_user(cast.user("officer50"), CLI, "left the office")
    assert not is_in(officer)
    assert enter(officer, "officer50").status_code == 200


@pytest.mark.parametrize("change", ["roles", "office", "email", "password"])
def test_a_copied_cookie_dies_when_rights_change(
    app: Flask, client_of: ClientOf, change: str
) -> None:
    officer = client_of("officer50")
    changes = {"office": "P51"} if change == "office" else {}
    address = {"email": "new@sang.example.org"} if change == "email" else {}
    with app.app_context(), unit_of_work():
        user = cast.user("officer50")
        if change == "roles":
            give(user, Role.HEAD)
        elif change == "password":
            services.new_password(user, CLI)
        else:
            now = {"email": user.email, "name": user.name, "position": None, "office": "P50"}
            services.update_user(user, **{**now, **changes, **address}, actor=CLI)
    assert not is_in(officer)


def test_a_name_change_does_not_sign_out(app: Flask, client_of: ClientOf) -> None:
    officer = client_of("officer50")
    with app.app_context(), unit_of_work():
        user = cast.user("officer50")
        now = {"email": user.email, "position": None, "office": "P50"}
        services.update_user(user, name="ชื่อใหม่", **now, actor=CLI)
    assert is_in(officer)


def test_a_cookie_without_a_row_is_worth_nothing(app: Flask, anonymous: FlaskClient) -> None:
    with app.app_context():
        key = cast.user("admin").fs_uniquifier
    with anonymous.session_transaction() as session:
        session.update({"_user_id": key, "_fresh": True, "sang_token": "x", "sang_seen": 9e9})
    assert not is_in(anonymous)


def test_a_row_serves_its_own_user_only(app: Flask, client_of: ClientOf) -> None:
    officer = client_of("officer50")
    with app.app_context():
        key = cast.user("admin").fs_uniquifier
    with officer.session_transaction() as session:
        session["_user_id"] = key
    assert not is_in(officer)


def test_an_idle_browser_is_signed_out(client_of: ClientOf) -> None:
    officer = client_of("officer50")
    with time_machine.travel(utc_now() + timedelta(minutes=59)):
        assert is_in(officer)
    with time_machine.travel(utc_now() + timedelta(minutes=59 + 61)):
        assert not is_in(officer)


def test_a_busy_browser_is_signed_out_in_the_end(client_of: ClientOf) -> None:
    officer = client_of("officer50")
    start = utc_now()
    for minutes in range(0, 12 * 60, 50):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert is_in(officer), minutes
    with time_machine.travel(start + timedelta(hours=12, minutes=1)):
        assert not is_in(officer)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "///evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
    ],
)
def test_next_never_leads_away(anonymous: FlaskClient, target: str) -> None:
    assert enter(anonymous, "officer50", next=target).status_code == 400
    assert anonymous.get("/login", query_string={"next": target}).status_code == 400
    assert anonymous.post("/language/en", data={"next": target}).headers["Location"] == "/"


def test_next_leads_back(anonymous: FlaskClient) -> None:
    asked = anonymous.get("/account/?x=1")
    assert asked.headers["Location"] == "/login?next=/account/?x%3D1"
    answer = enter(anonymous, "officer50", next="/account/?x=1")
    assert answer.headers["Location"] == "/account/?x=1"


def test_no_token_or_basic_sign_in(app: Flask, anonymous: FlaskClient) -> None:
    with app.test_request_context():
        token = cast.user("admin").get_auth_token()
    assert anonymous.get("/users/", headers={"Authentication-Token": token}).status_code == 302
    assert anonymous.get("/users/", query_string={"auth_token": token}).status_code == 302
    basic = (cast.email("officer50"), cast.PASSWORD)
    assert anonymous.get("/account/", auth=basic).status_code == 302


def test_one_cannot_register_or_reset(anonymous: FlaskClient, client_of: ClientOf) -> None:
    for path in ("/register", "/reset", "/confirm", "/us-signin", "/wan-signin", "/tf-rescue"):
        assert anonymous.get(path).headers["Location"].startswith("/login")
        assert client_of("admin").get(path).status_code == 404


@pytest.mark.usefixtures("csrf_on")
def test_the_sign_in_form_needs_its_token(anonymous: FlaskClient) -> None:
    assert enter(anonymous, "officer50").status_code == 400
    page = anonymous.get("/login").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    assert enter(anonymous, "officer50", csrf_token=token[1]).status_code == 302
    assert is_in(anonymous)


def second_factor(app: Flask, client: FlaskClient) -> TOTP:
    """Set the second factor up in a browser that was sent there, as a person would."""
    page = client.post("/account/second-factor", data={"setup": "authenticator"})
    text = page.get_data(as_text=True)
    assert 'src="data:image/svg+xml;base64,' in text
    key = re.search(r'<code class="secret">([A-Z2-7\-]+)</code>', text)
    assert key is not None
    return TOTP(key=key[1].replace("-", ""), format="base32")


@pytest.fixture
def newcomer(app: Flask) -> str:
    """Central staff who have not set up the second factor yet."""
    with app.app_context(), unit_of_work():
        services.drop_second_factor(cast.user("central"), CLI, "a new phone")
    return "central"


@pytest.mark.usefixtures("newcomer")
def test_central_staff_need_a_second_factor(app: Flask, anonymous: FlaskClient) -> None:
    answer = enter(anonymous, "central")
    assert answer.headers["Location"] == "/account/second-factor"
    assert not is_in(anonymous)
    totp = second_factor(app, anonymous)
    assert not is_in(anonymous)
    answer = anonymous.post("/login/code", data={"code": totp.generate().token})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_in(anonymous)
    assert "user:second-factor" in actions(app)


@pytest.fixture
def guarded(app: Flask, anonymous: FlaskClient) -> TOTP:
    """The analyst has set up a second factor; the clock then moves on by a minute."""
    enter(anonymous, "analyst")
    totp = second_factor(app, anonymous)
    anonymous.post("/login/code", data={"code": totp.generate().token})
    anonymous.post("/logout")
    return totp


def test_who_has_a_second_factor_must_show_it(anonymous: FlaskClient, guarded: TOTP) -> None:
    answer = enter(anonymous, "analyst", next="/account/?x=1")
    assert answer.headers["Location"].startswith("/login/code?next=")
    assert not is_in(anonymous)
    with time_machine.travel(utc_now() + timedelta(minutes=1)):
        code = guarded.generate().token
        answer = anonymous.post(answer.headers["Location"], data={"code": code})
        assert answer.headers["Location"] == "/account/?x=1"
        assert is_in(anonymous)


def test_a_code_counts_once(app: Flask, anonymous: FlaskClient, guarded: TOTP) -> None:
    with time_machine.travel(utc_now() + timedelta(minutes=1), tick=False):
        code = {"code": guarded.generate().token}
        enter(anonymous, "analyst")
        assert anonymous.post("/login/code", data=code).status_code == 302
        again = app.test_client()
        enter(again, "analyst")
        assert again.post("/login/code", data=code).status_code == 200
        assert not is_in(again)


def test_codes_are_throttled(anonymous: FlaskClient, guarded: TOTP) -> None:
    enter(anonymous, "analyst")
    found = [anonymous.post("/login/code", data={"code": "000000"}).status_code for _ in range(6)]
    assert found == [200] * 5 + [429]
    with time_machine.travel(utc_now() + timedelta(minutes=1)):
        code = {"code": guarded.generate().token}
        assert anonymous.post("/login/code", data=code).status_code == 429


def test_a_recovery_code_works_once(app: Flask, anonymous: FlaskClient, guarded: TOTP) -> None:
    with time_machine.travel(utc_now() + timedelta(minutes=1)):
        enter(anonymous, "analyst")
        anonymous.post("/login/code", data={"code": guarded.generate().token})
        page = anonymous.post("/account/recovery-codes").get_data(as_text=True)
    codes = re.findall(r"<li><code>([0-9a-f-]{14})</code>", page)
    assert len(codes) == 8
    with app.app_context():
        assert codes[0] not in str(cast.user("analyst").mf_recovery_codes)
    for browser, wanted in ((app.test_client(), True), (app.test_client(), False)):
        enter(browser, "analyst")
        browser.post("/login/recovery", data={"code": f" {codes[0].upper()} "})
        assert is_in(browser) is wanted


def test_the_second_factor_can_be_turned_off_unless_required(
    app: Flask, anonymous: FlaskClient, guarded: TOTP
) -> None:
    with time_machine.travel(utc_now() + timedelta(minutes=1)):
        enter(anonymous, "analyst")
        anonymous.post("/login/code", data={"code": guarded.generate().token})
        anonymous.post("/account/second-factor", data={"setup": "disable"})
    with app.app_context():
        assert not cast.user("analyst").second_factor_on


@pytest.mark.usefixtures("newcomer")
def test_required_ones_cannot_turn_it_off(app: Flask, anonymous: FlaskClient) -> None:
    enter(anonymous, "central")
    totp = second_factor(app, anonymous)
    anonymous.post("/login/code", data={"code": totp.generate().token})
    anonymous.post("/account/second-factor", data={"setup": "disable"})
    with app.app_context():
        assert cast.user("central").second_factor_on


def test_the_code_page_needs_a_password_first(anonymous: FlaskClient) -> None:
    for path in ("/login/code", "/login/recovery", "/account/second-factor"):
        assert anonymous.get(path).headers["Location"] == "/login"
        assert anonymous.post(path, data={"code": "000000"}).headers["Location"] == "/login"


def test_delicate_pages_ask_for_the_password_again(client_of: ClientOf) -> None:
    officer = client_of("officer50")
    with time_machine.travel(utc_now() + timedelta(minutes=45)):
        asked = officer.post("/account/recovery-codes")
        assert asked.headers["Location"].startswith("/account/verify?next=")
        wrong = officer.post("/account/verify", data={"password": "wrong wrong wrong"})
        assert wrong.status_code == 200
        right = {"password": cast.PASSWORD, "next": "/account/recovery-codes"}
        assert officer.post("/account/verify", data=right).status_code == 302
        assert officer.post("/account/recovery-codes").status_code == 200


def test_the_password_guess_within_a_session_is_throttled(client_of: ClientOf) -> None:
    officer = client_of("officer50")
    data = {"password": "wrong wrong wrong", "new_password": "x", "new_password_confirm": "x"}
    found = [officer.post("/account/password", data=data).status_code for _ in range(6)]
    assert found == [200] * 5 + [429]


def test_a_blank_new_password_forgives_nothing(client_of: ClientOf) -> None:
    officer = client_of("officer50")
    wrong = {"password": "wrong wrong wrong", "new_password": "x", "new_password_confirm": "x"}
    blank = wrong | {"new_password": "", "new_password_confirm": ""}
    mistyped = wrong | {"new_password_confirm": "y"}
    tries = [wrong, blank, mistyped, wrong, blank, wrong]
    found = [officer.post("/account/password", data=data).status_code for data in tries]
    assert found == [200] * 5 + [429]


def test_a_mistyped_new_password_is_no_wrong_guess(client_of: ClientOf) -> None:
    officer = client_of("officer50")
    typed = {"password": cast.PASSWORD, "new_password": "x", "new_password_confirm": "y"}
    found = [officer.post("/account/password", data=typed).status_code for _ in range(7)]
    assert found == [200] * 7


def test_attempts_at_the_same_moment_are_counted(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "PER_ACCOUNT", 1)
    tries = [lambda at=at: throttle.attempt("password", "x", at) for at in ("10.1.1.1", "10.1.1.2")]
    assert "นาที" in meanwhile(app, *tries)
