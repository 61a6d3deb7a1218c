"""What every kind of response says to the browser, error pages included."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.access.gate import public
from registry.headers import STRICT
from tests.stage import Stage, settings_for

ClientOf = Callable[[str], FlaskClient]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
SECRET = "postgresql://sang:hunter2@db /srv/registry/secret.py"


def _fail() -> Any:
    raise RuntimeError(SECRET)


@pytest.fixture
def answers(
    app: Flask, client_of: ClientOf, anonymous: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> dict[str, TestResponse]:
    """One response of every kind."""
    monkeypatch.setitem(app.view_functions, "home.health", public(_fail))
    officer = client_of("officer50")
    found = {
        "page": officer.get("/"),
        "sign-in": anonymous.get("/login"),
        "redirect": anonymous.get("/"),
        "401": anonymous.post("/"),
        "403": officer.get("/users/"),
        "404": officer.get("/nothing-here"),
        "405": officer.post("/healthz"),
        "500": officer.get("/healthz"),
        "json": officer.get("/nothing-here", headers={"Accept": "application/json"}),
    }
    for name, response in found.items():
        if name.isdigit():
            assert response.status_code == int(name)
    return found


def test_the_policy_is_exact_on_every_response(answers: dict[str, TestResponse]) -> None:
    assert STRICT == (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    assert {response.headers["Content-Security-Policy"] for response in answers.values()} == {
        STRICT
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
        ("Cache-Control", "no-store"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_every_response_has(answers: dict[str, TestResponse], name: str, value: str) -> None:
    assert {
        kind: response.headers.get(name) for kind, response in answers.items()
    } == dict.fromkeys(answers, value)


ASSETS = ["/static/sang.css", "/bootstrap/static/css/bootstrap.min.css"]


@pytest.mark.parametrize("path", ASSETS)
def test_assets_are_kept_for_a_year_where_the_address_names_their_content(
    anonymous: FlaskClient, path: str
) -> None:
    page = anonymous.get("/login").text
    address = re.search(rf'href="({re.escape(path)}\?v=[0-9a-f]+)"', page)
    assert address
    kept = anonymous.get(address[1])
    assert kept.headers["Cache-Control"] == "max-age=31536000, immutable"
    assert kept.headers["X-Content-Type-Options"] == "nosniff"
    assert anonymous.get(path).headers["Cache-Control"] == "no-cache"


def _files_of(client: FlaskClient) -> list[str]:
    """What a page of the dashboards fetches."""
    page = client.get("/dashboards/").text
    return re.findall(r'(?:src|href)="(/[^"]*(?:_dash-component-suites|static/)[^"]*)"', page)


def test_the_files_of_a_dashboard_are_kept_whatever_becomes_of_the_cookies(
    client_of: ClientOf,
) -> None:
    client = client_of("executive")
    files = _files_of(client)
    assert len(files) > 15
    for path in files:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "immutable" in answer.headers["Cache-Control"], path
        assert "Cookie" not in answer.headers.get("Vary", ""), path
        assert "Set-Cookie" not in answer.headers, path


def test_the_files_of_dash_need_a_sign_in(client_of: ClientOf, anonymous: FlaskClient) -> None:
    path = next(path for path in _files_of(client_of("executive")) if "_dash-component" in path)
    answer = anonymous.get(path)
    assert answer.status_code == 302
    assert "max-age" not in answer.headers.get("Cache-Control", "")


UNPACKED: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize(("offered", "way"), [("gzip, deflate, br", "br"), ("gzip", "gzip")])
def test_assets_are_compressed_once(
    anonymous: FlaskClient, monkeypatch: pytest.MonkeyPatch, offered: str, way: str
) -> None:
    path = "/static/dashboards/plotly.min.js"
    whole = anonymous.get(path).data
    asked = {"Accept-Encoding": offered}
    first = anonymous.get(path, headers=asked)
    assert first.headers["Content-Encoding"] == way
    assert "Accept-Encoding" in first.headers["Vary"]
    assert len(first.data) < len(whole) / 2.5
    assert UNPACKED[way](first.data) == whole
    monkeypatch.setattr("registry.assets.WAYS", dict.fromkeys(UNPACKED))
    assert anonymous.get(path, headers=asked).data == first.data
    again = anonymous.get(path, headers={**asked, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_dashboards_allow_no_eval_and_no_inline_script(client_of: ClientOf) -> None:
    policy = client_of("executive").get("/dashboards/").headers["Content-Security-Policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert "unsafe" not in parts["script-src"]
    assert parts["style-src"] == "'self' 'unsafe-inline'"
    assert "*" not in policy
    assert "http" not in policy


def test_hsts_only_behind_tls(stage: Stage) -> None:
    from registry import create_app

    assert "Strict-Transport-Security" not in stage.app.test_client().get("/login").headers
    conf = settings_for(stage.instance, stage.url, behind_tls=True)
    secure = create_app(conf)
    value = secure.test_client().get("/login").headers["Strict-Transport-Security"]
    assert int(value.split("=")[1].split(";")[0]) >= 31536000


def test_the_session_cookie_is_locked_down(anonymous: FlaskClient) -> None:
    cookies = anonymous.get("/login").headers.getlist("Set-Cookie")
    ours = [cookie for cookie in cookies if cookie.startswith("__Host-sang=")]
    assert len(ours) == 1
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in ours[0]
    assert "Domain" not in ours[0]


def test_an_error_tells_a_number_and_no_secret(answers: dict[str, TestResponse]) -> None:
    page = answers["500"].text
    assert "<code>" in page
    for secret in ("hunter2", "Traceback", "RuntimeError", "registry/", "SELECT"):
        assert secret not in page


def test_errors_speak_thai_and_english(client_of: ClientOf) -> None:
    officer = client_of("officer50")
    assert 'lang="th"' in officer.get("/nothing-here").text
    officer.post("/language/en")
    assert "This page was not found" in officer.get("/nothing-here").text


def test_a_script_gets_json(answers: dict[str, TestResponse]) -> None:
    assert set(answers["json"].get_json()) == {"error", "reference"}
