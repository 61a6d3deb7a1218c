"""Blank sheets: filled in with any spreadsheet program they are read without a question."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from urllib.parse import unquote

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from importers.models import BatchState, ImportBatch, ImportRow
from importers.template import CONSENTS, TITLES
from importers.thai.channels import kind_of
from importers.thai.titles import split_title
from registry.channels.models import ChannelKind
from registry.db import db, unit_of_work
from registry.jobs import run_pending
from registry.members.models import NetworkType
from registry.seed import NETWORK_TYPES
from tests.importers.test_pages import bring

ClientOf = Callable[[str], FlaskClient]
TYPES = [code for code, _, _ in NETWORK_TYPES]
CARDS = ["1509900454549", None]


def blank(client: FlaskClient, code: str = "village_volunteer") -> openpyxl.Workbook:
    answer = client.get(f"/imports/template/{code}")
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def page_of(book: openpyxl.Workbook) -> Worksheet:
    page = book["สมาชิก"]
    assert isinstance(page, Worksheet)
    return page


def heads(page: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in page[2] if cell.value}


def fill(page: Worksheet, count: int = 10) -> None:
    """People as an office would type them: texts in the cells that the sheet keeps as texts."""
    columns = heads(page)
    for place in range(count):
        typed = {
            "คำนำหน้า": TITLES[place % 3],
            "ชื่อ": f"ทดลอง{'กขคงจฉชซญด'[place]}",
            "นามสกุล": f"แบบว่าง{'ตถทธนบปผพฟ'[place]}",
            "เลขประจำตัวประชาชน": CARDS[min(place, 1)],
            "ปีเกิด (พ.ศ.)": "2520",
            "โทรศัพท์": f"08100088{place:02}",
            "จังหวัด": "เชียงใหม่",
            "อำเภอ": "แม่ริม",
            "ตำบล": "ริมใต้",
            "รหัสไปรษณีย์": "50180",
            "อาชีพ": "เกษตรกร",
            "ประเภทช่องทาง": "กลุ่มไลน์",
            "ชื่อช่องทาง": "บ้านเหนือ",
            "จำนวนผู้ติดตาม": "85",
            "วันที่สมัคร": "15/1/2569",
            "ความยินยอม": CONSENTS[0],
        }
        for head, text in typed.items():
            page.cell(3 + place, columns[head], text)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of(app: Flask) -> list[ImportRow]:
    with app.app_context():
        run_pending()
        found = list(db.session.scalars(select(ImportRow).order_by(ImportRow.row)))
        db.session.expunge_all()
        return found


@pytest.mark.parametrize("code", TYPES)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_ten_rows_come_in_without_a_question(app: Flask, client_of: ClientOf, code: str) -> None:
    client = client_of("officer50")
    book = blank(client, code)
    fill(page_of(book))
    page = bring(client, saved(book)).headers["Location"]
    rows = rows_of(app)
    assert [(row.status, row.row) for row in rows] == [("new", n) for n in range(3, 13)]
    weighty = [p.code.value for row in rows for p in row.remarks if p.severity.name != "NOTICE"]
    assert weighty == []
    assert {row.values["network_type"] for row in rows} == {code}
    assert rows[0].values["national_id"] == CARDS[0]
    assert rows[3].values["phone"] == "0810008803"
    assert rows[0].values["channels"] == [
        {"kind": "line_group", "name": "บ้านเหนือ", "url": None, "audience": 85}
    ]
    assert (rows[0].values["birth_year"], rows[0].values["joined_on"]) == (1977, "2026-01-15")
    assert client.get(page).status_code == 200
    with app.app_context():
        about = db.session.scalars(select(ImportBatch.summary)).one()
        assert all(column["sure"] and column["field"] for column in about["columns"])
        assert not about["unsure_columns"] + about["unknown_columns"]


def test_a_blank_sheet_has_no_member(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    bring(client, saved(blank(client)))
    assert rows_of(app) == []
    with app.app_context():
        batch = db.session.scalars(select(ImportBatch)).one()
        assert batch.as_state is BatchState.FAILED
        assert "ไม่มีสมาชิก" in (batch.error or "")


def test_what_is_typed_stays_text_and_no_cell_is_a_formula(client_of: ClientOf) -> None:
    book = blank(client_of("officer50"))
    page = page_of(book)
    columns = heads(page)
    for head in ("เลขประจำตัวประชาชน", "โทรศัพท์", "รหัสไปรษณีย์", "วันที่สมัคร", "บ้านเลขที่"):
        letter = get_column_letter(columns[head])
        assert page.column_dimensions[letter].number_format == "@"
    cells = [cell for one in book.worksheets for row in one.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert page.freeze_panes == "D3"
    assert page.print_title_rows == "$2:$2"
    assert page.page_setup.orientation == "landscape"


def lists(page: Worksheet) -> dict[str, str]:
    """Formulas of the lists by header."""
    by_column = {number: head for head, number in heads(page).items()}
    return {
        by_column[next(iter(rule.sqref.ranges)).min_col]: str(rule.formula1)
        for rule in page.data_validations.dataValidation
        if rule.type == "list"
    }


def listed(book: openpyxl.Workbook, formula: str) -> list[str]:
    found = re.fullmatch(r"'([^']+)'!\$([A-Z]+)\$1:\$[A-Z]+\$([0-9]+)", formula)
    assert found is not None, formula
    return [str(book[found[1]][f"{found[2]}{row}"].value) for row in range(1, int(found[3]) + 1)]


def test_lists_offer_what_the_importer_knows(client_of: ClientOf) -> None:
    book = blank(client_of("officer50"))
    found = lists(page_of(book))
    assert listed(book, found["จังหวัด"]) == ["เชียงใหม่"]
    assert all(split_title(title).title == title for title in listed(book, found["คำนำหน้า"]))
    assert book["ตัวเลือก"].sheet_state == "hidden"
    kinds = listed(book, found["ประเภทช่องทาง"])
    assert len(kinds) == len(ChannelKind) - 1
    assert {kind_of(kind) for kind in kinds} == {kind.value for kind in ChannelKind} - {"other"}
    assert listed(book, found["ความยินยอม"]) == list(CONSENTS)
    assert "MATCH($K3" in found["อำเภอ"]
    assert listed(book, found["ชื่อเครือข่าย"]) == ["เครือข่าย อป.มช. เชียงใหม่"]


def test_headquarters_chooses_among_all_provinces(client_of: ClientOf) -> None:
    book = blank(client_of("central"))
    assert len(listed(book, lists(page_of(book))["จังหวัด"])) == 77


def test_each_active_type_is_linked(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    with app.app_context(), unit_of_work():
        db.session.get_one(NetworkType, "youth").active = False
    page = client.get("/imports/").text
    linked = set(re.findall(r"/imports/template/(\w+)", page))
    assert linked == set(TYPES) - {"youth"}
    assert '<details class="panel fold templates" open>' in page
    assert client.get("/imports/template/youth").status_code == 404
    assert client.get("/imports/template/nothing").status_code == 404


def test_the_file_has_a_name_that_says_what_it_is(client_of: ClientOf) -> None:
    answer = client_of("officer50").get("/imports/template/village_volunteer")
    assert "แบบสมัครสมาชิก อป.มช.xlsx" in unquote(answer.headers["Content-Disposition"])
