"""Network types that are not in the list: one choice for all rows with the same text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from importers.asking import UnknownType, unknown_types
from importers.codes import Code
from importers.models import BatchState
from importers.results import Status
from registry.jobs import run_pending
from registry.networks.types import network_types
from tests.importers import signup
from tests.importers.test_pages import batch, planned, sheet

ClientOf = Callable[[str], FlaskClient]
HEAD = ["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด", "ประเภทเครือข่าย"]
CLUB, VOLUNTEER, OTHER = "ชมรมคนรักบ้าน", "อสม.", "อป.มช."
FIRST = 2


def people(*types: str | None, province: str = "เชียงใหม่") -> bytes:
    names = ("กขค งจ", "คงที่ มั่นคง", "บุญมา ดีใจ", "ศรีทน อดทน", "แก้วตา ใจงาม")
    rows = (
        [f"นาย{name}", f"081000770{number}", province, kind]
        for number, (name, kind) in enumerate(zip(names, types, strict=False))
    )
    return sheet(*rows, head=HEAD)


MIXED = people(VOLUNTEER, CLUB, VOLUNTEER, OTHER, VOLUNTEER)


def code(app: Flask, name: str) -> str:
    with app.app_context():
        return next(one.code for one in network_types() if one.name_th == name)


def say(client: FlaskClient, page: str, said: dict[str, str]) -> str:
    """Choose types on the page, as its form sends them, and have the sheet read again."""
    data = {"text": list(said), "type": list(said.values())}
    shown = client.post(f"{page}/types", data=data, follow_redirects=True).text
    with client.application.app_context():
        run_pending()
    return shown


def kinds(app: Flask, page: str) -> list[object]:
    number = int(page.rsplit("/", 1)[1])
    with app.app_context():
        rows = [signup.row(number, one) for one in signup.statuses(number)]
        return [row.values["network_type"] for row in rows]


def test_the_page_offers_one_choice_for_each_text(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, MIXED)
    assert unknown_types(batch(app)) == [UnknownType(VOLUNTEER, 3), UnknownType(CLUB, 1)]
    shown = client.get(page).text
    for text, count in ((VOLUNTEER, 3), (CLUB, 1)):
        assert re.search(rf"“{re.escape(text)}” <span[^>]*>\({count} แถว\)", shown)
    assert shown.count('name="type"') == 2


def test_said_once_it_counts_for_all_rows(app: Flask, client_of: ClientOf) -> None:
    client, chosen = client_of("officer50"), code(app, "หอกระจายข่าว")
    page = planned(app, client, MIXED)
    usual = code(app, OTHER)
    shown = say(client, page, {VOLUNTEER: chosen, CLUB: ""})
    assert "3 แถว" in shown
    assert kinds(app, page) == [chosen, "other", chosen, usual, chosen]
    assert unknown_types(batch(app)) == [UnknownType(CLUB, 1)]
    with app.app_context():
        number = batch(app).id
        statuses = signup.statuses(number)
        assert statuses[FIRST] is statuses[FIRST + 4] is Status.NEW
        assert statuses[FIRST + 1] is Status.AMBIGUOUS
        remark = next(r for r in signup.row(number, FIRST).remarks if r.code is Code.CELL_MENDED)
        assert (remark.value, remark.proposal) == (VOLUNTEER, "หอกระจายข่าว")


def test_taken_back_the_sheets_own_texts_count_again(app: Flask, client_of: ClientOf) -> None:
    client, name = client_of("officer50"), "หอกระจายข่าว"
    page = planned(app, client, MIXED)
    say(client, page, {VOLUNTEER: code(app, name)})
    shown = client.get(page).text
    assert f"แก้ไขประเภทเครือข่ายเป็น “{name}” แล้ว 3 แถว" in shown
    client.post(f"{page}/cells", data={"cell-B3": "0810007799", "row": "3"})
    client.post(f"{page}/types", data={"back": name})
    with app.app_context():
        run_pending()
        run_pending()
    assert unknown_types(batch(app)) == [UnknownType(VOLUNTEER, 3), UnknownType(CLUB, 1)]
    assert batch(app).mended == {"B3": "0810007799"}


def test_a_row_that_cannot_come_in_for_another_reason_is_among_them(
    app: Flask, client_of: ClientOf
) -> None:
    client, chosen = client_of("officer50"), code(app, "หอกระจายข่าว")
    page = planned(app, client, people(VOLUNTEER, VOLUNTEER, province="สงขลา"))
    assert batch(app).counts["error"] == 2
    say(client, page, {VOLUNTEER: chosen})
    assert kinds(app, page) == [chosen, chosen]


def test_what_was_written_over_one_cell_stays(app: Flask, client_of: ClientOf) -> None:
    """Somebody corrects a cell while the plan on the other's screen still asks about it."""
    client, chosen = client_of("officer50"), code(app, "หอกระจายข่าว")
    page = planned(app, client, MIXED)
    client.post(f"{page}/cells", data={"cell-D2": OTHER, "stands-D2": VOLUNTEER, "row": "2"})
    say(client, page, {VOLUNTEER: chosen})
    with app.app_context():
        run_pending()
    assert kinds(app, page) == [code(app, OTHER), "other", chosen, code(app, OTHER), chosen]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({VOLUNTEER: "no_such_type"}, "โปรดเลือกประเภทเครือข่าย"),
        ({VOLUNTEER: ""}, "โปรดเลือกประเภทเครือข่าย"),
        ({"ไม่มีในแผ่นงาน": "other"}, "ไม่มีแถวที่ใช้ประเภทเครือข่ายนี้แล้ว"),
    ],
)
def test_what_is_no_choice_changes_nothing(
    app: Flask, client_of: ClientOf, said: dict[str, str], sentence: str
) -> None:
    client = client_of("officer50")
    page = planned(app, client, MIXED)
    assert sentence in say(client, page, said)
    assert batch(app).as_state is BatchState.PLANNED
    assert batch(app).mended is None


def test_a_number_that_stands_there_is_masked(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people("เลข 1509900454549", OTHER))
    shown = client.get(page).text
    assert 'name="text" value="เลข •••549"' in shown
    chosen = code(app, "หอกระจายข่าว")
    say(client, page, {"เลข •••549": chosen})
    assert kinds(app, page)[0] == chosen


def test_cells_of_closed_lists_offer_them(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(
        app, client, sheet(["นายกขค งจ", "0810007701", "แดนไกลโพ้น", VOLUNTEER], head=HEAD)
    )
    shown = client.get(page).text
    for cell, letter, word in (("D2", "D", "หอกระจายข่าว"), ("C2", "C", "เชียงใหม่")):
        field = re.search(rf'<input[^>]*name="cell-{cell}"[^>]*>', shown)
        assert field, cell
        assert f'list="list-{letter}"' in field[0]
        words = re.search(rf'<datalist id="list-{letter}">(.*?)</datalist>', shown)
        assert words
        assert f'<option value="{word}">' in words[1]
