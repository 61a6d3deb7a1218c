"""Repairs that look the same before and after are shown apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from importers.marks import marked
from tests.importers.test_pages import person, planned, sheet

ClientOf = Callable[[str], FlaskClient]


@pytest.mark.parametrize(
    ("typed", "apart"),
    [
        ("เเม่ริม", "เ+เม่ริม"),
        ("แม่\u200bริม", "แม่▯ริม"),
        ("ทํางาน", "ท\u0e4d+างาน"),
        ("ที\u0e48\u0e48", "ที\u0e48+◌\u0e48"),
        ("นาย กำธร ใจดี", "นาย กำธร ใจดี"),
        ("เเก่", "เ+เก่"),
    ],
)
def test_what_cannot_be_seen_is_shown(typed: str, apart: str) -> None:
    assert marked(typed) == apart


def test_examples_of_repairs_differ_to_the_eye(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    head = ["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด", "ประเภทเครือข่าย", "อาชีพ"]
    row = [*person("นายก ข", "๐๘๑๙๙๙๐๓๒๑"), "เเม่บ้าน\u200b"]
    page = client.get(planned(app, client, sheet(row, head=head))).text
    assert "<del>เ+เม่บ้าน▯</del> → <ins>แม่บ้าน</ins>" in page
    assert "<del>๐๘x-xxx-๐๓๒๑</del> → <ins>08x-xxx-0321</ins>" in page
