"""Files of the dashboards: the page's own values, nobody else's, and a sentence for bad names."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import login_user
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from dashboards.exhibits import Exhibit, exhibits
from dashboards.router import PAGES
from dashboards.source import name_of_page
from registry.access.gate import today
from registry.access.scope import Scope
from registry.db import db
from registry.facts.evaluate import evaluate
from registry.facts.spans import Months
from registry.messages.models import Publication
from registry.periods.calendar import Period
from tests import cast
from tests.dash_pages import OVERVIEW, ask, parts

Client = Callable[[str], FlaskClient]
QUERY = {"period": "2569-H1"}
FILES = "/dashboards/files"


def _get(client: FlaskClient, path: str, **query: str) -> TestResponse:
    return client.get(f"{FILES}/{path}?{urlencode(QUERY | query)}")


def _shown(app: Flask, path: str, **query: str) -> list[Exhibit]:
    with app.test_request_context():
        login_user(cast.user("central"))
        return list(exhibits(PAGES[path].content(Scope.all(), QUERY | query, today())))


def _pages(app: Flask) -> Iterator[tuple[str, dict[str, str]]]:
    """Every page, and the one of a message."""
    yield from ((path, {}) for path in PAGES if path != "/dashboards/message")
    with app.app_context():
        number = db.session.scalar(select(Publication.message_id).order_by(Publication.id))
    yield "/dashboards/message", {"message": str(number)}


def _values(one: Exhibit) -> list[list[Any]]:
    """An exhibit's values; a workbook keeps fifteen digits, and no empty text."""
    return [[_kept(cell.value) for cell in row] for row in one.rows]


def _kept(value: Any) -> Any:
    match value:
        case float():
            return pytest.approx(value)
        case date():
            return datetime.combine(value, time())
    return None if value == "" else value


def _is_text_of(value: Any, text: str) -> bool:
    """Whether a CSV holds a value: nothing for an absent one, never 0."""
    if value is None or isinstance(value, str):
        return text.lstrip("'") == (value or "").lstrip("'")
    return bool(float(text) == value)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_exhibit_downloads_with_the_values_of_its_page(
    app: Flask, client_of: Client, filled: None
) -> None:
    client, seen = client_of("central"), 0
    for path, query in _pages(app):
        shown = _shown(app, path, **query)
        assert len({one.name for one in shown}) == len(shown), path
        book = _book(_get(client, f"{name_of_page(path)}.xlsx", **query)) if shown else None
        for place, one in enumerate(shown, 1):
            assert book is not None
            assert _rows_below(book.worksheets[place], one) == _values(one), (path, one.name)
            seen += 1
    assert seen > 20


def _book(answer: TestResponse) -> Any:
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def _rows_below(sheet: Any, one: Exhibit) -> list[list[Any]]:
    """The table under its heads, as many rows as the exhibit has."""
    rows = [list(row[: len(one.heads)]) for row in sheet.iter_rows(values_only=True)]
    if not one.rows:
        return []
    top = len(rows) - rows[::-1].index(list(one.heads))
    return rows[top : top + len(one.rows)]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_one_exhibit_is_a_file_of_its_own(
    app: Flask, client_of: Client, filled: None, form: str
) -> None:
    one = next(one for one in _shown(app, OVERVIEW) if one.name == "by-zone")
    answer = _get(client_of("central"), f"overview/by-zone.{form}")
    assert f"sang-overview-by-zone-2569-H1.{form}" in answer.headers["Content-Disposition"]
    if form == "csv":
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert rows[0] == list(one.heads)
        pairs = zip(rows[1:], _values(one), strict=True)
        assert all(_is_text_of(v, t) for row, vs in pairs for t, v in zip(row, vs, strict=True))
    else:
        sheet = _book(answer).worksheets[0]
        said = " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
        assert _rows_below(sheet, one) == _values(one)
        for told in (one.title, "งวด: ครึ่งปีแรก", "ทั้งประเทศ", "จัดทำเมื่อ", "ไม่แสดงค่าเมื่อไม่มีตัวหาร"):
            assert told in said, told


def test_a_file_holds_what_its_reader_may_see(client_of: Client, filled: None) -> None:
    assert _get(client_of("officer50"), "overview/by-zone.csv").status_code == 404
    outside = _get(client_of("officer50"), "overview.xlsx", province="90")
    assert outside.status_code in {400, 422}
    sheet = _book(_get(client_of("regional3"), "overview/by-network_type.xlsx")).worksheets[0]
    said = str(list(sheet.iter_rows(values_only=True)))
    assert "เชียงใหม่" in said
    assert "สงขลา" not in said


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nowhere.xlsx", 404),
        ("overview.csv", 404),
        ("overview.exe", 404),
        ("overview/nothing.csv", 404),
        ("overview/by-zone.pdf", 404),
        ("overview/../reports.xlsx", 404),
        ("overview.xlsx?zone=99", 400),
        ("overview.pdf?period=2650-Q1", 400),
        ("message.xlsx?message=999999", 400),
        ("overview.xlsx?measure=password", 400),
        ("overview.xlsx?topic=a%00b", 400),
        ("overview.xlsx?" + "&".join(f"x{n}=1" for n in range(60)), 400),
    ],
)
def test_bad_names_get_a_sentence(client_of: Client, path: str, status: int) -> None:
    assert client_of("central").get(f"{FILES}/{path}").status_code == status


def test_a_page_is_a_brief_in_thai(app: Flask, client_of: Client, filled: None) -> None:
    answer = _get(client_of("central"), "overview.pdf")
    reader = PdfReader(io.BytesIO(answer.data))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert answer.mimetype == "application/pdf"
    assert reader.metadata is not None
    assert reader.metadata.title == "ภาพรวม"
    assert len(reader.pages) > 2
    with app.app_context():
        figure = evaluate(Scope.all(), ["recipients"], Months.of(Period.parse("2569-H1")))[0]
    assert f"{figure.value:,}" in text


def test_a_page_leads_to_its_files(client_of: Client, filled: None) -> None:
    client = client_of("central")
    page = ask(client, OVERVIEW, "?period=2569-H1&zone=3").get_json()
    links = {part["props"].get("href", "") for part in parts(page) if part["type"] == "A"}
    files = sorted(link for link in links if link.startswith(FILES))
    assert len(files) > 10
    assert all("period=2569-H1" in link and "zone=3" in link for link in files)
    assert client.get(files[0]).status_code == 200
    pictures = [part["props"] for part in parts(page) if part["type"] == "Img"]
    assert any("สมาชิกปัจจุบัน รายเดือน" in picture["alt"] for picture in pictures)
