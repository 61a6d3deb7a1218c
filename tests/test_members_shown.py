"""How a member's page says where somebody lives and where a consent can be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.models import Office
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.members.consent_models import Consent, ConsentPurpose
from registry.members.services import register
from registry.members.values import MemberValues

ClientOf = Callable[[str], FlaskClient]
DAY = date(2026, 1, 15)
CHIANG_MAI = {
    "house_no": "88", "moo": "3", "subdistrict_code": "500108", "district_code": "5001",
    "postcode": "50200",
}  # fmt: skip
BANGKOK = {"house_no": "9", "subdistrict_code": "100101", "district_code": "1001"}


def living(app: Flask, province: str, **address: str) -> int:
    with app.app_context(), unit_of_work():
        office = db.session.scalars(select(Office).where(Office.code == "P50")).one()
        values = MemberValues("ทดสอบ", province, "village_volunteer", last_name="ที่อยู่", **address)
        purposes = (ConsentPurpose.REGISTRY,)
        return register(Actor.system(), office, values, on=DAY, consents=purposes).id


@pytest.mark.parametrize(
    ("province", "address", "shown"),
    [
        ("50", CHIANG_MAI, "88 หมู่ 3 ต.สุเทพ อ.เมืองเชียงใหม่ จ.เชียงใหม่ 50200"),
        ("10", BANGKOK, "9 แขวงพระบรมมหาราชวัง เขตพระนคร กรุงเทพมหานคร"),
    ],
)
def test_an_address_names_its_places(
    app: Flask, client_of: ClientOf, province: str, address: dict[str, str], shown: str
) -> None:
    number = living(app, province, **address)
    assert f"<dd>{shown}</dd>" in client_of("central").get(f"/members/{number}").text


def test_a_consent_names_its_row_and_file(app: Flask, client_of: ClientOf) -> None:
    number, sign = living(app, "50"), "fab612345678"
    with app.app_context(), unit_of_work():
        consent = db.session.scalars(select(Consent).where(Consent.member_id == number)).one()
        consent.source = f"filled.xlsx #3 ({sign})"
    page = client_of("officer50").get(f"/members/{number}").text
    assert "แถว 3 ของไฟล์ filled.xlsx" in page
    assert f"({sign})" not in page
    assert f"ลายพิมพ์ของไฟล์ {sign}" in page
