"""A month of a network: typed into the grid, or filled into the sheet and handed in."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from registry.db import db, unit_of_work
from registry.documents.workbook import XLSX
from registry.errors import Refused
from registry.messages.ledger_models import Dissemination, Recipient
from registry.messages.typed import noon_of, read_day_of, read_people, read_time
from registry.networks.models import NetworkMember
from registry.periods.calendar import Period, to_bangkok_date
from tests import cast, story

ClientOf = Callable[[str], FlaskClient]
JUNE = Period.parse("2569-06")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15", date(2026, 6, 15)),
        ("๑๕", date(2026, 6, 15)),
        ("15/6", date(2026, 6, 15)),
        ("1/7/69", date(2026, 7, 1)),
        ("15/06/2569", date(2026, 6, 15)),
        ("15/6/2026", date(2026, 6, 15)),
        ("2026-06-15", date(2026, 6, 15)),
        ("2569-06-15", date(2026, 6, 15)),
        ("15 มิ.ย. 69", date(2026, 6, 15)),
        ("15 มิย 2569", date(2026, 6, 15)),
        ("15 มิถุนายน พ.ศ. ๒๕๖๙", date(2026, 6, 15)),
        ("29/2/2567", date(2024, 2, 29)),
    ],
)
def test_days_as_people_type_them(text: str, day: date) -> None:
    assert read_day_of(text, JUNE) == day


@pytest.mark.parametrize("text", ["31", "0", "29/2/2569", "เมื่อวาน", "15/13", "1234", "15 ฟฟ 69"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_no_day(app: Flask, text: str) -> None:
    with app.app_context(), pytest.raises(Refused, match="ไม่ใช่วันที่"):
        read_day_of(text, JUNE)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_every_day_can_be_typed_in_three_ways(day: date) -> None:
    year = day.year + 543
    for text in (f"{day.day}/{day.month}/{year}", f"{day.day}/{day.month}/{year % 100:02d}"):
        assert read_day_of(text, JUNE) == day
    assert read_day_of(day.isoformat(), JUNE) == day


def test_numbers_and_hours() -> None:
    typed = {"1,200": 1200, "๑๒๐ คน": 120, "0": 0, "": None, "-": None}
    assert {text: read_people(text) for text in typed} == typed
    assert read_time("14.30 น.").isoformat() == "14:30:00"


def test_a_day_stands_for_its_noon_but_not_before_the_publication() -> None:
    early = datetime(2026, 6, 15, 1, tzinfo=UTC)
    late = datetime(2026, 6, 15, 9, tzinfo=UTC)
    assert noon_of(date(2026, 6, 15), early) == datetime(2026, 6, 15, 5, tzinfo=UTC)
    assert noon_of(date(2026, 6, 15), late) == late
    assert to_bangkok_date(noon_of(date(2026, 6, 20), late)) == date(2026, 6, 20)


class Month:
    """The network of Chiang Mai in June, with one message published."""

    def __init__(self, app: Flask) -> None:
        with app.app_context(), unit_of_work():
            self.message = story.published().id
            self.network = cast.network("P50").id
            self.keys = {
                name: f"{self.message}-{cast.member(name).id}-{cast.channel(name).id}"
                for name in ("malee50", "somchai50", "dao50")
            }

    def address(self, path: str = "grid") -> str:
        """The grid, or the sheet."""
        query = f"network={self.network}&month=2569-06&message={self.message}"
        return f"/dissemination/{path}?{query}"


@pytest.fixture
def month(app: Flask) -> Month:
    return Month(app)


def _count(model: type) -> int:
    return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


def test_the_grid_saves_all_in_one(app: Flask, client_of: ClientOf, month: Month) -> None:
    client, keys = client_of("officer50"), month.keys
    page = client.get(month.address()).get_data(as_text=True)
    assert all(f'name="{key}.passed"' in page for key in keys.values())
    typed = {
        f"{keys['malee50']}.passed": "11",
        f"{keys['malee50']}.audience": "๘๕",
        f"{keys['malee50']}.link": "https://example.org/1",
        f"{keys['dao50']}.passed": "12/6/69",
        f"{keys['somchai50']}.received": "10",
    }
    for _ in range(2):
        assert client.post(month.address(), data=typed).status_code == 302
    with app.app_context():
        rows = list(db.session.scalars(select(Dissemination).order_by(Dissemination.on)))
        assert [(row.on.day, row.audience_reported, row.time_known) for row in rows] == [
            (11, 85, False),
            (12, None, False),
        ]
        received = select(func.count()).where(Recipient.received_at.is_not(None))
        assert db.session.scalar(received) == 3
    page = client.get(month.address()).get_data(as_text=True)
    assert "11 มิ.ย. 2569" in page


def test_a_wrong_cell_saves_nothing_and_loses_nothing(
    app: Flask, client_of: ClientOf, month: Month
) -> None:
    keys = month.keys
    typed = {
        f"{keys['malee50']}.passed": "11",
        f"{keys['dao50']}.passed": "31",
        f"{keys['dao50']}.audience": "มาก",
        f"{keys['somchai50']}.audience": "40",
        f"{keys['somchai50']}.received": "1",
    }
    answer = client_of("officer50").post(month.address(), data=typed)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    for name, value in typed.items():
        assert f'name="{name}" value="{value}"' in page
    assert page.count('class="field-error"') == 4
    with app.app_context():
        assert _count(Dissemination) == 0


def test_only_the_rows_of_the_grid_count(app: Flask, client_of: ClientOf, month: Month) -> None:
    with app.app_context():
        strange = f"{month.message}-{cast.member('aree90').id}-{cast.channel('aree90').id}"
        swapped = f"{month.message}-{cast.member('malee50').id}-{cast.channel('dao50').id}"
    typed = {f"{key}.passed": "11" for key in (strange, swapped, "x", "1-2")}
    client_of("officer50").post(month.address(), data=typed)
    with app.app_context():
        assert _count(Dissemination) == 0
    assert client_of("officer90").get(month.address()).status_code == 404
    assert client_of("officer90").post(month.address(), data=typed).status_code == 404


def test_rows_that_moved_to_another_page_are_saved(
    app: Flask, client_of: ClientOf, month: Month
) -> None:
    """Somebody joined, and the address names no message: what was typed still finds its row."""
    address = f"/dissemination/grid?network={month.network}&month=2569-06&page=2"
    answer = client_of("officer50").post(address, data={f"{month.keys['dao50']}.passed": "11"})
    assert answer.status_code == 302
    with app.app_context():
        assert _count(Dissemination) == 1


def test_rows_that_are_gone_are_told_and_nothing_is_saved(
    app: Flask, client_of: ClientOf, month: Month
) -> None:
    with app.app_context():
        strange = f"{month.message}-{cast.member('aree90').id}-{cast.channel('aree90').id}"
    typed = {f"{strange}.passed": "11", f"{month.keys['dao50']}.passed": "12"}
    typed[f"{strange}.link"] = "https://example.org/typed"
    answer = client_of("officer50").post(month.address(), data=typed)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "11 · https://example.org/typed" in page
    assert f'name="{month.keys["dao50"]}.passed" value="12"' in page
    with app.app_context():
        assert _count(Dissemination) == 0


def test_what_was_typed_is_told_even_when_no_row_is_left(
    app: Flask, client_of: ClientOf, month: Month
) -> None:
    with app.app_context(), unit_of_work():
        for span in db.session.scalars(select(NetworkMember)):
            span.from_on, span.to_on = date(2020, 1, 1), date(2020, 1, 2)
    typed = {f"{month.message}-999999-999999.link": "https://example.org/typed"}
    answer = client_of("officer50").post(month.address(), data=typed)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "data-grid" not in page
    assert "https://example.org/typed" in page


def _sheet(client: FlaskClient, month: Month) -> openpyxl.Workbook:
    answer = client.post(month.address("sheet/download"))
    assert answer.headers["Content-Type"] == XLSX
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def _fill(book: openpyxl.Workbook, cells: dict[str, dict[str, object]]) -> bytes:
    """Fill in rows by the first name of the member, columns by the start of their title."""
    page = book.active
    top = next(row for row in page.iter_rows() if str(row[0].value).startswith("รหัสแถว"))
    columns = {str(cell.value): cell.column for cell in top if cell.value}
    for row in page.iter_rows(min_row=top[0].row + 1):
        for name, values in cells.items():
            if name in str(row[2].value):
                for title, value in values.items():
                    found = next(place for text, place in columns.items() if text.startswith(title))
                    page.cell(row[0].row, found).value = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _hand_in(client: FlaskClient, data: bytes, name: str = "มิถุนายน.xlsx") -> tuple[int, str]:
    answer = client.post("/dissemination/sheet/", data={"file": (io.BytesIO(data), name)})
    return answer.status_code, answer.headers.get("Location", answer.get_data(as_text=True))


def test_the_sheet_there_and_back(app: Flask, client_of: ClientOf, month: Month) -> None:
    client = client_of("officer50")
    data = _fill(
        _sheet(client, month),
        {
            "มาลี": {
                "วันที่เผยแพร่ต่อ": datetime(2026, 6, 11),
                "จำนวนคน": 85,
                "ลิงก์": "https://example.org/1",
            },
            "สมชาย": {"วันที่รับ": 12, "วันที่เผยแพร่ต่อ": "๑๓ มิ.ย. ๖๙"},
            "ดาว": {"วันที่เผยแพร่ต่อ": "31", "จำนวนคน": "=1+1"},
        },
    )
    status, address = _hand_in(client, data)
    assert status == 302
    page = client.get(address).get_data(as_text=True)
    assert re.findall(r"<strong>(\d+)</strong>", page) == ["2", "1", "0", "1"]
    assert page.index("ดาว") < page.index("มาลี")  # what is wrong comes first
    with app.app_context():
        assert _count(Dissemination) == 0
    wrong = openpyxl.load_workbook(io.BytesIO(client.post(f"{address}/problems.xlsx").data)).active
    text = " ".join(str(cell) for row in wrong.values for cell in row)
    assert "ดาว" in text
    assert "มาลี" not in text
    assert "ไม่ใช่วันที่" in text
    for _ in range(2):
        assert client.post(f"{address}/save").status_code == 302
    with app.app_context():
        rows = list(db.session.scalars(select(Dissemination).order_by(Dissemination.on)))
        assert [(row.on.day, row.audience_reported, row.source) for row in rows] == [
            (11, 85, "sheet"),
            (13, None, "sheet"),
        ]
    again = _hand_in(client, data)
    assert again[0] == 422
    assert "บันทึกไปแล้ว" in again[1]


def test_a_sheet_handed_in_twice_before_saving_is_one(client_of: ClientOf, month: Month) -> None:
    client = client_of("officer50")
    data = _fill(_sheet(client, month), {"มาลี": {"วันที่เผยแพร่ต่อ": "11"}})
    first, second = _hand_in(client, data), _hand_in(client, data)
    assert first == second
    assert client_of("officer90").get(first[1]).status_code == 404
    assert client.post(f"{first[1]}/discard").status_code == 302
    assert client.post(f"{first[1]}/save").status_code == 302  # refused in a sentence
    assert "ทิ้งแล้ว" in client.get(first[1]).get_data(as_text=True)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda book: story.png(), "PNG"),
        (lambda book: b"", "ว่างเปล่า"),
        (lambda book: _fill(book, {}), "ยังไม่ได้กรอก"),
        (lambda book: _fill(openpyxl.Workbook(), {}), "รหัสแถว"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_wrong_file_is_refused_kindly(
    client_of: ClientOf, month: Month, make: Callable[[openpyxl.Workbook], bytes], said: str
) -> None:
    client = client_of("officer50")
    book = _sheet(client, month)
    if said == "รหัสแถว":
        book = openpyxl.Workbook()
        book.active["A1"] = "ชื่อ"
        buffer = io.BytesIO()
        book.save(buffer)
        data = buffer.getvalue()
    else:
        data = make(book)
    status, page = _hand_in(client, data)
    assert status == 422
    assert said in page


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_another_offices_sheet_does_not_exist(client_of: ClientOf, month: Month) -> None:
    data = _fill(_sheet(client_of("officer50"), month), {"มาลี": {"วันที่เผยแพร่ต่อ": "11"}})
    assert _hand_in(client_of("officer90"), data)[0] == 404


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_same_row_twice_is_told(client_of: ClientOf, month: Month) -> None:
    client = client_of("officer50")
    book = openpyxl.load_workbook(
        io.BytesIO(_fill(_sheet(client, month), {"มาลี": {"วันที่เผยแพร่ต่อ": "11"}}))
    )
    page = book.active
    row = next(row for row in page.iter_rows() if "มาลี" in str(row[2].value))
    page.append([cell.value for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    status, told = _hand_in(client, buffer.getvalue())
    assert status == 422
    assert f"แถว {row[0].row} " in told
