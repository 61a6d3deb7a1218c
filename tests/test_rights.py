"""An office's right to publish: asked for, endorsed and decided by three different people."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.models import Office
from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.messages import publishing, rights
from registry.messages.right_models import RIGHT_MOVES, PublishingRight, RightState
from tests import cast, story
from tests.meanwhile import meanwhile

ClientOf = Callable[[str], FlaskClient]
S = RightState
WHY = "เผยแพร่ในไลน์กลุ่มของจังหวัด"


def _office(code: str = "P50") -> Office:
    return db.session.scalars(select(Office).where(Office.code == code)).one()


def _without() -> None:
    rights.set_directly(story.acting("admin"), _office(), grants=False, reason="ตรวจสอบ")


def _asked() -> PublishingRight:
    _without()
    return rights.ask(story.acting("officer50"), WHY)


def _endorsed() -> PublishingRight:
    row = _asked()
    rights.endorse(story.acting("head50"), row, agrees=True)
    return row


@pytest.mark.parametrize(("before", "after"), list(itertools.product(S, S)))
def test_the_model_refuses_what_is_no_step(app: Flask, before: S, after: S) -> None:
    row = PublishingRight(state=before.value)
    if after in RIGHT_MOVES[before]:
        assert row.move(after) is before
    else:
        with app.test_request_context(), pytest.raises(Refused):
            row.move(after)
        assert row.as_state is before


def test_asked_endorsed_granted_and_revoked(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = _endorsed()
        assert _office().may_publish is False
        rights.decide(story.acting("central"), row, grants=True, reason="ผ่านการอบรม")
        assert (_office().may_publish, row.as_state) == (True, S.GRANTED)
        rights.set_directly(story.acting("admin"), _office(), grants=False, reason="บัญชีถูกขโมย")
        assert (_office().may_publish, row.as_state) == (False, S.REVOKED)
        assert (row.decision, row.ended_reason) == ("ผ่านการอบรม", "บัญชีถูกขโมย")
        kinds = list(db.session.scalars(select(AuditEvent.action)))
        assert kinds.count("right:state") == 5


def test_the_right_decides_who_publishes(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        row = _endorsed()
        channel = [cast.channel("P50").id]
        with pytest.raises(Refused, match="สิทธิเผยแพร่"):
            publishing.publish(story.acting("officer50"), message, channel)
        rights.decide(story.acting("admin"), row, grants=True, reason="ผ่านการอบรม")
        assert publishing.publish(story.acting("officer50"), message, channel)


def test_three_different_people(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = _asked()
        for who in ("officer50", "head90", "head_central"):
            with pytest.raises(Refused):
                rights.endorse(story.acting(who), row, agrees=True)
        with pytest.raises(Refused):
            rights.decide(story.acting("central"), row, grants=True, reason="x")
        rights.endorse(story.acting("head50"), row, agrees=True)
        for who in ("officer50", "head50"):
            with pytest.raises(Refused):
                rights.decide(story.acting(who), row, grants=True, reason="x")
        with pytest.raises(Refused, match="เหตุผล"):
            rights.decide(story.acting("central"), row, grants=True, reason="")
        assert _office().may_publish is False


@pytest.mark.parametrize("step", ["declined", "refused"])
def test_a_no_needs_a_reason_and_leaves_the_office_as_it_was(app: Flask, step: str) -> None:
    with app.app_context(), unit_of_work():
        row = _asked()
        if step == "declined":
            with pytest.raises(Refused):
                rights.endorse(story.acting("head50"), row, agrees=False, reason=" ")
            rights.endorse(story.acting("head50"), row, agrees=False, reason="ยังไม่พร้อม")
        else:
            rights.endorse(story.acting("head50"), row, agrees=True)
            rights.decide(story.acting("central"), row, grants=False, reason="เอกสารไม่ครบ")
        assert (row.state, _office().may_publish) == (step, False)
        assert rights.ask(story.acting("officer50"), "ขออีกครั้ง").as_state is S.ASKED


def test_one_application_at_a_time(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        with pytest.raises(Refused, match="อยู่แล้ว"):
            rights.ask(story.acting("officer50"), WHY)
        _without()
        first = rights.ask(story.acting("officer50"), WHY, form_token="a" * 32)
        assert rights.ask(story.acting("officer50"), WHY, form_token="a" * 32) is first
        with pytest.raises(Refused, match="อยู่ระหว่าง"):
            rights.ask(story.acting("officer50"), WHY)


def test_two_deciders_at_once(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = _endorsed()
        rights.decide(story.acting("central"), row, grants=False, reason="ไม่ครบ")
        with pytest.raises(Refused):
            rights.decide(story.acting("admin"), row, grants=True, reason="ครบ")
        rights.set_directly(story.acting("admin"), _office(), grants=True, reason="คำสั่ง")
        with pytest.raises(Refused, match="อยู่แล้ว"):
            rights.set_directly(story.acting("central"), _office(), grants=True, reason="คำสั่ง")


def _standing(state: S) -> PublishingRight:
    return db.session.scalars(
        select(PublishingRight).where(PublishingRight.state == state.value)
    ).one()


def test_at_the_same_moment_only_the_first_counts(app: Flask) -> None:
    """Two decisions, two revocations, two applications: the second is told, nothing is doubled."""

    def decide(who: str, *, grants: bool) -> object:
        row = _standing(S.ENDORSED)
        rights.decide(story.acting(who), row, grants=grants, reason="เหตุผล")
        return row

    def revoke(who: str) -> object:
        return rights.set_directly(story.acting(who), _office(), grants=False, reason="เหตุผล")

    with app.app_context(), unit_of_work():
        _endorsed()
    assert meanwhile(
        app, lambda: decide("central", grants=True), lambda: decide("admin", grants=False)
    )
    with app.app_context():
        assert (_office().may_publish, _standing(S.GRANTED).decision) == (True, "เหตุผล")
    assert meanwhile(app, lambda: revoke("central"), lambda: revoke("admin"))
    with app.app_context():
        assert _office().may_publish is False
    second = meanwhile(
        app,
        lambda: rights.ask(story.acting("officer50"), WHY),
        lambda: rights.ask(story.acting("officer50"), WHY),
    )
    assert "อยู่ระหว่าง" in second


def test_who_endorses_while_deciding_does_not_decide(app: Flask) -> None:
    """Whoever opened the page before the endorsement is asked for it under the lock."""
    with app.app_context(), unit_of_work():
        _asked()

    def endorse() -> None:
        rights.endorse(story.acting("head50"), _standing(S.ASKED), agrees=True)

    def decide() -> None:
        rights.decide(story.acting("head50"), _any(), grants=True, reason="เหตุผล")

    said = meanwhile(app, endorse, decide)
    assert "เป็นผู้พิจารณาคำขอนี้ไม่ได้" in said
    with app.app_context():
        assert _office().may_publish is False


def _any() -> PublishingRight:
    latest = select(PublishingRight).order_by(PublishingRight.id.desc()).limit(1)
    return db.session.scalars(latest).one()


def test_the_pages_by_role(app: Flask, client_of: ClientOf) -> None:
    admin, officer, head = client_of("admin"), client_of("officer50"), client_of("head50")
    direct = {"office": "P50", "grants": "no", "reason": ""}
    assert admin.post("/rights/decide", data=direct).status_code == 422
    assert admin.post("/rights/decide", data=direct | {"reason": "ตรวจ"}).status_code == 302
    assert officer.post("/rights/decide", data=direct).status_code == 403
    ask = {"form_token": "b" * 32, "reason": WHY}
    bad = ask | {"form": (io.BytesIO(b"<html>"), "x.pdf")}
    refused = officer.post("/rights/new", data=bad)
    assert (refused.status_code, WHY in refused.text) == (422, True)
    unsaid = officer.post(
        "/rights/new", data=ask | {"reason": "", "form": (io.BytesIO(story.png()), "แบบ.png")}
    )
    assert (unsaid.status_code, "โปรดเลือกไฟล์อีกครั้ง" in unsaid.text) == (422, True)
    scan = ask | {"form": (io.BytesIO(story.png()), "แบบ.png")}
    place = officer.post("/rights/new", data=scan).headers["Location"]
    assert officer.get(f"{place}/form").headers["Content-Type"] == "image/png"
    for who in ("officer90", "head90", "bureau"):
        assert client_of(who).get(place).status_code == 404
        assert client_of(who).get(f"{place}/form").status_code == 404
        assert WHY not in client_of(who).get("/rights/").text
    assert client_of("executive").get("/rights/").status_code == 403
    assert officer.post(f"{place}/endorse", data={"answer": "yes"}).status_code == 403
    assert client_of("head90").post(f"{place}/endorse", data={"answer": "yes"}).status_code == 404
    assert "badge" in head.get("/rights/").text
    assert head.post(f"{place}/endorse", data={"answer": "yes"}).status_code == 302
    central = client_of("central")
    kept = central.post(f"{place}/decide", data={"answer": "yes", "reason": " "})
    assert kept.status_code == 422
    told = {"answer": "yes", "reason": "ผ่านการอบรม"}
    assert head.post(f"{place}/decide", data=told).status_code == 403
    assert central.post(f"{place}/decide", data=told).status_code == 302
    with app.app_context():
        assert _office().may_publish is True
    assert officer.post(f"{place}/revoke", data={"reason": "x"}).status_code == 403
    assert central.post(f"{place}/revoke", data={"reason": "ย้าย"}).status_code == 302
    with app.app_context():
        assert _office().may_publish is False
    assert "ย้าย" in officer.get(place).text


def test_without_an_application_one_chooses_the_office_and_sees_who_has_the_right(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context(), unit_of_work():
        _without()
    central = client_of("central")
    central.post("/language/en")
    page = central.get("/rights/decide").text
    assert '<option selected value="">Choose an office</option>' in page
    assert re.search(r"P50 [^<]+ – does not have the right<", page)
    assert re.search(r"P90 [^<]+ – has the right<", page)
    none = central.post("/rights/decide", data={"office": "", "grants": "no", "reason": "x"})
    assert "Choose an office." in none.text
    twice = central.post("/rights/decide", data={"office": "P50", "grants": "no", "reason": "x"})
    alert = re.findall(r'role="alert">(.*?)</div>', twice.text, re.S)[0]
    assert alert.isascii()
    own = client_of("officer50").get("/rights/").text
    assert "ขณะนี้หน่วยงานของท่านไม่มีสิทธิเผยแพร่" in own


def test_the_start_page_leads_to_what_waits(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        _asked()
    path = "/rights/?show=waiting"
    head, central = client_of("head50"), client_of("central")
    assert f'href="{path}"><strong>1</strong>' in head.get("/").text
    assert head.get(path).text.count('<td class="main-cell">') == 1
    waits = central.get(path).text
    assert "ไม่พบคำขอสิทธิที่ตรงกับเงื่อนไข" in waits
    assert "รอท่านดำเนินการ (0)" in waits
    assert '<option value="open">รอดำเนินการทั้งหมด (1)</option>' in waits
    assert central.get("/rights/?show=open").text.count('<td class="main-cell">') == 1
    assert central.get("/rights/").text.count('<td class="main-cell">') == 2
