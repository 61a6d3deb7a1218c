"""Cells corrected on the page and repairs refused: by kind, one by one, and taken back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select, text

from importers.models import BatchState, ImportRow
from importers.results import Status
from registry.db import db
from registry.jobs import run_pending
from tests.importers import signup
from tests.importers.test_pages import batch, members, planned, sheet

ClientOf = Callable[[str], FlaskClient]
HEAD = ["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด", "ประเภทเครือข่าย", "วันที่สมัคร", "เลขประจำตัวประชาชน"]
GOOD, BAD_DAY, BAD_CARD, ZERO = 2, 3, 4, 5
WRONG_CARD, RIGHT_CARD = "1509900454540", "1509900454549"


def people() -> bytes:
    return sheet(
        ["นายกขค งจ", "0810007701", "เชียงใหม่", "อป.มช.", "15/1/2569", None],
        ["นายคงที่ มั่นคง", "0810007702", "เชียงใหม่", "อป.มช.", "31/4/2569", None],
        ["นายบัตร ผิดเลข", "0810007703", "เชียงใหม่", "อป.มช.", "15/1/2569", WRONG_CARD],
        ["นายศูนย์ หายไป", 810007704, "เชียงใหม่", "อป.มช.", "15/1/2569", None],
        head=HEAD,
    )


def worked(app: Flask) -> None:
    with app.app_context():
        run_pending()


def row(app: Flask, number: int) -> ImportRow:
    with app.app_context():
        query = select(ImportRow).where(ImportRow.row == number).order_by(ImportRow.id.desc())
        found = db.session.scalars(query).first()
        assert found is not None
        db.session.expunge(found)
        return found


def codes(app: Flask, number: int) -> list[str]:
    return [problem.code.value for problem in row(app, number).remarks]


def inputs(page: str) -> dict[str, str]:
    """Names and values of all fields for cells on a page, the hidden ones too."""
    found = re.findall(r"<input[^>]*form=\"cells\"[^>]*>", page)
    names = [re.search(r'name="([^"]+)"', one) for one in found]
    values = [re.search(r'value="([^"]*)"', one) for one in found]
    return {n[1]: v[1] for n, v in zip(names, values, strict=True) if n and v}


def press(client: FlaskClient, page: str, number: int | None, **typed: str) -> str:
    """Type into the page's fields and press a row's button (or the one for all)."""
    form = inputs(client.get(page).text) | {f"cell-{cell}": text for cell, text in typed.items()}
    if number:
        form["row"] = str(number)
    return client.post(f"{page}/cells", data=form, follow_redirects=True).text


def test_a_bad_cell_is_corrected_and_its_row_comes_in(app: Flask, client_of: ClientOf) -> None:
    client, before = client_of("officer50"), members(app)
    page = planned(app, client, people())
    assert row(app, BAD_DAY).as_status is Status.ERROR
    assert inputs(client.get(page).text)["cell-E3"] == "31/4/2569"
    assert "ระบบกำลังอ่านแบบใหม่" in press(client, page, BAD_DAY, E3="30/4/2569")
    assert batch(app).as_state is BatchState.READING
    worked(app)
    mended = row(app, BAD_DAY)
    assert (mended.as_status, mended.values["joined_on"]) == (Status.NEW, "2026-04-30")
    remark = next(one for one in mended.remarks if one.code == "cell_mended")
    assert (remark.cell, remark.value, remark.proposal) == ("E3", "31/4/2569", "30/4/2569")
    signup.apply(client, page)
    worked(app)
    assert members(app) == before + batch(app).counts["new"]


def test_only_what_was_changed_counts_in_other_rows(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    press(client, page, BAD_CARD, E3="30/4/2569", F4=RIGHT_CARD)
    worked(app)
    assert batch(app).mended == {"E3": "30/4/2569", "F4": RIGHT_CARD}
    assert row(app, BAD_CARD).values["national_id"] == RIGHT_CARD


def test_nothing_changed_reads_nothing(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    for number in (None, BAD_CARD, BAD_DAY):
        assert "ยังไม่ได้แก้ไขช่องใด" in press(client, page, number)
    assert batch(app).as_state is BatchState.PLANNED


def test_a_card_is_never_shown_neither_the_wrong_nor_the_right(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    assert inputs(client.get(page).text)["cell-F4"] == ""
    press(client, page, BAD_CARD, F4=RIGHT_CARD)
    worked(app)
    shown = client.get(page).text
    assert WRONG_CARD not in shown
    assert RIGHT_CARD not in shown
    assert "•••549" in shown
    with app.app_context():
        stored = db.session.execute(text("select mended from import_batch")).scalar_one()
        assert RIGHT_CARD.encode() not in bytes(stored)


def test_a_correction_outlives_a_new_plan_and_can_be_taken_back(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    press(client, page, BAD_DAY, E3="30/4/2569")
    worked(app)
    client.post(f"{page}/repairs", data={"offered": "phone_zero"})
    worked(app)
    assert row(app, BAD_DAY).as_status is Status.NEW
    assert 'name="restore" value="E3"' in client.get(page).text
    client.post(f"{page}/proposals", data={"restore": "E3"})
    worked(app)
    assert (row(app, BAD_DAY).as_status, batch(app).mended) == (Status.ERROR, None)


def test_an_emptied_cell(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    press(client, page, BAD_CARD, F4="-")
    worked(app)
    assert row(app, BAD_CARD).as_status is Status.NEW
    assert "national_id" not in row(app, BAD_CARD).values


def test_one_repair_is_refused_and_taken_after_all(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    assert row(app, ZERO).as_status is Status.NEW
    assert 'name="refuse" value="B5:phone_zero"' in client.get(page).text
    client.post(f"{page}/proposals", data={"refuse": "B5:phone_zero"})
    worked(app)
    assert row(app, ZERO).as_status is Status.ERROR
    assert "repair_refused" in codes(app, ZERO)
    shown = client.get(page).text
    assert "ไม่รับข้อเสนอ “0810007704”" in shown
    assert inputs(shown)["cell-B5"] == "810007704"
    client.post(f"{page}/proposals", data={"take": "B5:phone_zero"})
    worked(app)
    assert row(app, ZERO).as_status is Status.NEW


def test_a_refused_repair_is_settled_by_writing_what_is_right(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    client.post(f"{page}/proposals", data={"refuse": "B5:phone_zero"})
    worked(app)
    press(client, page, ZERO, B5="053112233")
    worked(app)
    assert row(app, ZERO).as_status is Status.NEW
    assert row(app, ZERO).values["phone"].endswith("53112233")


def test_repairs_by_kind(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    shown = client.get(page).text
    kinds = set(re.findall(r'name="offered" value="([^"]+)"', shown))
    assert {"phone_zero", "title_split"} <= kinds
    assert re.search(r'value="phone_zero" checked', shown)
    form = {"offered": sorted(kinds), "taken": sorted(kinds - {"phone_zero"})}
    client.post(f"{page}/repairs", data=form)
    worked(app)
    assert row(app, ZERO).as_status is Status.ERROR
    assert row(app, GOOD).as_status is Status.NEW
    shown = client.get(page).text
    assert re.search(r'value="phone_zero">', shown)
    assert 'name="take"' not in shown
    client.post(f"{page}/repairs", data={"offered": sorted(kinds), "taken": sorted(kinds)})
    worked(app)
    assert row(app, ZERO).as_status is Status.NEW


def test_the_same_choice_of_kinds_reads_nothing(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    client.post(f"{page}/repairs", data={"offered": "phone_zero", "taken": "phone_zero"})
    assert batch(app).as_state is BatchState.PLANNED


@pytest.mark.parametrize(
    ("step", "form"),
    [
        ("cells", {"cell-E1": "x", "row": "1"}),
        ("cells", {"cell-ZZ3": "x"}),
        ("cells", {"cell-1-1": "x"}),
        ("cells", {"cell-E3": "๙" * 2001}),
        ("proposals", {"refuse": "B5:cell_mended"}),
        ("proposals", {"refuse": "B5"}),
        ("proposals", {"refuse": "<b>:phone_zero"}),
    ],
)
def test_what_is_not_on_the_page_is_refused(
    app: Flask, client_of: ClientOf, step: str, form: dict[str, str]
) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    text = client.post(f"{page}/{step}", data=form, follow_redirects=True).text
    assert 'role="alert"' in text or 'role="status"' in text
    assert (batch(app).as_state, batch(app).mended) == (BatchState.PLANNED, None)
    assert not batch(app).refused


def test_an_applied_import_takes_no_correction(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    signup.apply(client, page)
    worked(app)
    client.post(f"{page}/cells", data={"cell-E3": "30/4/2569", "row": "3"})
    client.post(f"{page}/proposals", data={"refuse": "B5:phone_zero"})
    client.post(f"{page}/repairs", data={"offered": "phone_zero"})
    assert (batch(app).as_state, batch(app).mended) == (BatchState.COMMITTED, None)
    assert "data-mend" not in client.get(page).text


def test_the_neighbour_corrects_nothing(app: Flask, client_of: ClientOf) -> None:
    page = planned(app, client_of("officer50"), people())
    for step in ("cells", "proposals", "repairs", "questions"):
        answer = client_of("officer90").post(f"{page}/{step}", data={"cell-E3": "1/1/2569"})
        assert answer.status_code == 404
    assert batch(app).mended is None


def test_the_corrected_row_is_shown_with_its_new_state(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    form = inputs(client.get(page).text) | {"cell-E3": "30/4/2569", "row": str(BAD_DAY)}
    answer = client.post(f"{page}/cells?status=error", data=form)
    assert answer.headers["Location"] == f"{page}?status=error&row={BAD_DAY}#row-{BAD_DAY}"
    worked(app)
    shown = client.get(answer.headers["Location"]).text
    first, second = re.findall(r'<tr id="row-([0-9]+)"', shown)
    assert (int(first), int(second)) == (BAD_DAY, BAD_CARD)
    answer = client.post(f"{page}/proposals", data={"refuse": "B5:phone_zero"})
    assert answer.headers["Location"].endswith(f"row={ZERO}#row-{ZERO}")


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_what_was_corrected_stands_in_their_own_workbook_too(
    app: Flask, client_of: ClientOf, name: str
) -> None:
    client, data = client_of("officer50"), people()
    if name.endswith("csv"):
        lines = [HEAD, ["นายคงที่ มั่นคง", "0810007702", "เชียงใหม่", "อป.มช.", "31/4/2569", ""]]
        lines.insert(1, ["นายกขค งจ", "0810007701", "เชียงใหม่", "อป.มช.", "15/1/2569", ""])
        data = "\n".join(",".join(line) for line in lines).encode()
    page = planned(app, client, data, name)
    press(client, page, BAD_DAY, E3="30/4/2569")
    worked(app)
    copy = client.post(f"{page}/workbook").data
    kept = openpyxl.load_workbook(io.BytesIO(copy)).active
    assert isinstance(kept, Worksheet)
    assert (kept["F3"].value, kept["F2"].value) == ("30/4/2569", "15/1/2569")
    assert kept["F3"].fill.fgColor.rgb.endswith("DDEFE3")
    again = planned(app, client, copy, "แก้แล้ว.xlsx")
    assert row(app, BAD_DAY).as_status is Status.NEW
    assert client.get(again).status_code == 200


def asked() -> bytes:
    """Three rows whose year can be an age; one of them asks something else, too."""
    head = [*HEAD[:4], "ปีเกิด"]
    rows = [
        [f"นายถาม{letter} ระบบดี", f"08100076{n:02}", "เชียงใหม่", "อป.มช.", 45]
        for n, letter in enumerate("กขค")
    ]
    rows[2][3] = "ชมรมคนรักข่าว"
    return sheet(*rows, head=head)


def test_questions_are_answered_by_kind(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, asked())
    assert batch(app).counts["ambiguous"] == 3
    shown = client.get(f"{page}?status=ambiguous").text
    assert 'name="kind" value="birth_year_ambiguous"' in shown
    assert "ตัวเลขที่อาจเป็นอายุหรือปีเกิด" in shown
    address, form = f"{page}/questions", {"kind": "birth_year_ambiguous"}
    assert "2 แถว" in client.post(address, data=form, follow_redirects=True).text
    assert [row(app, number).decision for number in (2, 3, 4)] == ["accept", "accept", None]
    assert "0 แถว" in client.post(address, data=form, follow_redirects=True).text


def test_what_was_answered_by_kind_comes_in(app: Flask, client_of: ClientOf) -> None:
    client, before = client_of("officer50"), members(app)
    page = planned(app, client, asked())
    client.post(f"{page}/questions", data={"kind": "birth_year_ambiguous"})
    signup.apply(client, page)
    worked(app)
    assert members(app) == before + 2
