"""The telephone of an office: typed by the administrator, pressed by whoever has to ask."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask, get_template_attribute
from flask.testing import FlaskClient

from registry.access.models import Office
from registry.access.offices import dialled
from registry.db import unit_of_work
from registry.portal.services import issue
from tests import cast, story

ClientOf = Callable[[str], FlaskClient]


def version_in(page: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("printed", "pressed"),
    [
        ("0 5311 2233 ต่อ 12", "053112233"),
        ("(053) 112-233, 112-234", "053112233"),
        ("053-112233 053-112234", "053112233"),
        ("โทร. ๐๕๓-๑๑๒๒๓๓", "053112233"),
        ("อาคาร 3 โทร. (053) 112 233", "053112233"),
        ("0 2618 2323-40", "026182323"),
        ("02-618-2323–5", "026182323"),
        ("08-1234-56-78", "0812345678"),
        ("+66 53 112 233", "+6653112233"),
        ("+66 (0) 53 112 233 ต่อ 4", "+6653112233"),
        ("1111", "1111"),
        ("9" * 60, "9" * 60),
        ("ห้อง 101 โทร. 053-112233", "053112233"),
        ("เลขที่ 239 ถนนนิมมานฯ 053-112233 ต่อ 7", "053112233"),
        ("อาคาร 3 ชั้น 2 ห้อง 4", ""),
    ],
)
def test_a_telephone_dials_the_first_number(printed: str, pressed: str) -> None:
    assert dialled(printed) == pressed


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_cannot_be_dialled_is_no_link(app: Flask) -> None:
    with app.test_request_context():
        show = get_template_attribute("_office.html", "office_phone")
        assert show(Office(phone="ตึก 3 ชั้น 2 ห้อง 4")).strip() == "โทร. ตึก 3 ชั้น 2 ห้อง 4"


def test_the_telephone_of_an_office_is_found_by_members_and_by_the_public(
    app: Flask, client_of: ClientOf
) -> None:
    admin = client_of("admin")
    with app.app_context():
        office = cast.user("officer50").office
        data = {"name_th": office.name_th, "name_en": office.name_en, "short_th": office.short_th}
    data["version"] = version_in(admin.get("/offices/P50").text)
    refused = admin.post("/offices/P50", data=data | {"phone": "ถามยาม"})
    assert (refused.status_code, "ไม่ใช่หมายเลขโทรศัพท์" in refused.text) == (200, True)
    assert 'value="ถามยาม"' in refused.text
    number = "๐๕๓-112 233 ต่อ 12"
    assert admin.post("/offices/P50", data=data | {"phone": number}).status_code == 302
    with app.app_context(), unit_of_work():
        code = story.published().code
        token = issue(story.acting("officer50"), cast.member("malee50"))
    called = f'href="tel:053112233">โทร. {number}</a>'
    for page in (f"/genuine/{code}", f"/m/{token}/", "/m/none/"):
        assert (called in app.test_client().get(page).text) is (page != "/m/none/")
