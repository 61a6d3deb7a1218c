"""The cast itself: everybody can sign in, by the form too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import cast

ClientOf = Callable[[str], FlaskClient]


@pytest.mark.parametrize("name", cast.CAST)
def test_everyone_is_let_in(client_of: ClientOf, name: str) -> None:
    response = client_of(name).get("/")
    assert response.status_code in {200, 302}
    assert "/login" not in response.headers.get("Location", "")


def test_a_stranger_is_not(anonymous: FlaskClient) -> None:
    response = anonymous.get("/")
    assert response.status_code == 302
    assert "/login" in response.headers["Location"]


@pytest.mark.parametrize("name", ["officer50", "central", "admin"])
def test_signing_in_by_the_form(app: Flask, anonymous: FlaskClient, name: str) -> None:
    form = {"email": cast.email(name), "password": cast.PASSWORD}
    response = anonymous.post("/login", data=form)
    assert response.status_code == 302, response.text
    if name != "officer50":
        with app.app_context():
            code = cast.code_of(name)
        response = anonymous.post("/login/code", data={"code": code})
        assert response.status_code == 302, response.text
    assert anonymous.get("/").status_code == 200
