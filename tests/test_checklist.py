"""A checklist that is replaced meanwhile: nobody confirms what they did not see."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.messages import services
from registry.messages.checklist import default_points
from registry.messages.models import KeyMessage
from registry.periods import dated
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.periods.dated import Dated
from registry.periods.dated_models import DatedSetting
from tests import story

ClientOf = Callable[[str], FlaskClient]
BOX = re.compile(r'name="(point_\w+)"')


def _today() -> date:
    return to_bangkok_date(utc_now())


def _replace(thai: str, english: str = "") -> DatedSetting:
    admin, today = story.acting("admin"), _today()
    return dated.set_from(Dated.CHECKLIST, thai, today, "คำสั่ง", admin, today=today, english=english)


def _draft() -> int:
    return services.create(story.acting("officer50"), story.TEXT).id


def _form(page: str) -> dict[str, str]:
    """The checklist as a page shows it, with every box ticked."""
    shown = re.search(r'name="shown" type="hidden" value="(\w+)"', page)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert shown
    assert version
    return {
        **dict.fromkeys(BOX.findall(page), "y"),
        "shown": shown[1],
        "version": version[1],
    }


@pytest.mark.parametrize("after", ["ถูกต้อง\nไม่มีชื่อผู้ป่วย", "ถูกต้อง", "ถูกต้อง\nสุภาพเสมอ"])
@pytest.mark.parametrize("step", ["submit", "crisis"])
def test_a_checklist_replaced_meanwhile_is_shown_before_it_is_confirmed(
    app: Flask, client_of: ClientOf, after: str, step: str
) -> None:
    with app.app_context(), unit_of_work():
        _replace("ถูกต้อง\nสุภาพ")
        number = _draft()
    client, path = client_of("officer50"), f"/messages/{number}"
    opened = _form(client.get(path).text) | {"reason": "น้ำ <มา> แล้ว", "opinion": ""}
    assert len(opened) == 6
    with app.app_context(), unit_of_work():
        _replace(after)
    late = client.post(f"{path}/{step}", data=opened)
    assert late.status_code == 422
    assert "รายการตรวจสอบเปลี่ยนไป" in late.text
    assert len(re.findall(r'<input checked[^>]*name="point_', late.text)) == 1, "the one that stays"
    assert step == "submit" or "น้ำ &lt;มา&gt; แล้ว" in late.text
    again = _form(late.text) | {"reason": "น้ำมาแล้ว"}
    assert client.post(f"{path}/{step}", data=again).status_code == 302
    with app.app_context():
        kept = (db.session.get_one(KeyMessage, number).checklist or {})["points"]
        assert [point["th"] for point in kept] == after.split("\n")


def test_only_the_english_words_of_a_point_are_replaced(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        _replace("สุภาพ", "Polite")
        number = _draft()
    client = client_of("officer50")
    opened = _form(client.get(f"/messages/{number}").text)
    with app.app_context(), unit_of_work():
        _replace("สุภาพ", "Polite to everybody")
    assert client.post(f"/messages/{number}/submit", data=opened).status_code == 422


def _trail() -> list[AuditEvent]:
    changes = select(AuditEvent).where(AuditEvent.action == "setting:change")
    return list(db.session.scalars(changes.order_by(AuditEvent.id)))


def test_every_checklist_that_stood_is_kept_whole_in_the_trail(
    app: Flask, client_of: ClientOf
) -> None:
    """Also one that was replaced or taken back on its own day."""
    long = [f"ข้อที่ {n} " + "ยาว" * 60 for n in range(3)]
    with app.app_context(), unit_of_work():
        first = [[point[language] for point in default_points()] for language in ("th", "en")]
        row = _replace("\n".join(long), "\n".join("abc"))
        _replace("สั้น")
        dated.take_back(row.id, "ผิด", story.acting("admin"), today=_today())
        assert [event.personal and event.personal.changes for event in _trail()] == [
            {"points_th": [first[0], long], "points_en": [first[1], ["a", "b", "c"]]},
            {"points_th": [long, ["สั้น"]], "points_en": [["a", "b", "c"], [""]]},
            {"points_th": [["สั้น"], first[0]], "points_en": [[""], first[1]]},
        ]
        assert {event.details["period"] for event in _trail()} == {_today().isoformat()}
        number = _trail()[0].id
    page = client_of("admin").post(f"/audit/{number}", data={"reason": "ตรวจสอบย้อนหลัง"}).text
    assert long[2] in page
    assert "ข้อตรวจสอบ (ภาษาอังกฤษ)" in page


def test_what_was_replaced_meanwhile_is_not_taken_back_unseen(
    app: Flask, client_of: ClientOf
) -> None:
    today = _today()
    with app.app_context(), unit_of_work():
        admin = story.acting("admin")
        number = dated.set_from(Dated.GRACE_DAYS, "100", today, "ก", admin, today=today).id
    client, path = client_of("admin"), f"/settings/dated/{number}/take-back"

    def seen(page: str) -> str:
        found = re.search(rf'{path}".*?name="seen" value="(\w+)"', page, re.DOTALL)
        assert found
        return found[1]

    opened = seen(client.get("/settings/dated/").text)
    with app.app_context(), unit_of_work():
        dated.set_from(Dated.GRACE_DAYS, "10", today, "ข", story.acting("admin"), today=today)
    typed = {"reason": "พิมพ์ <ผิด>"}
    for data in (typed, typed | {"seen": opened}):
        late = client.post(path, data=data)
        assert late.status_code == 422
        assert "ค่านี้ถูกแทนที่" in late.text
        assert 'value="พิมพ์ &lt;ผิด&gt;"' in late.text
    blank = client.post(path, data={"reason": " ", "seen": seen(late.text)})
    assert (blank.status_code, "โปรดระบุเหตุผล" in blank.text) == (422, True)
    with app.app_context():
        assert dated.setting_on(Dated.GRACE_DAYS, today) == 10
    assert client.post(path, data=typed | {"seen": seen(late.text)}).status_code == 302
    with app.app_context():
        assert db.session.scalar(select(DatedSetting.id)) is None
