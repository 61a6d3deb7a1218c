"""Reports are kept to their day, held beyond it, and destroyed by two people with a certificate."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.jobs import run_pending
from registry.periods import catalogue
from registry.periods.keeping_models import Disposal
from registry.periods.models import SealedPeriod
from reports import keeping
from reports.chain import home
from reports.closing import reissue
from reports.documents import sealed_document
from reports.sealing import silent
from reports.verify import verify
from tests.closed import CODE, close_months, lighten
from tests.stage import Scene

ClientOf = Callable[[str], FlaskClient]
OTHER, REASON = "2568-11", "พ้นกำหนดเก็บรักษาตามระเบียบแล้ว"
AFTER = date(2036, 1, 1)
"""The day after that to which December 2568 is kept."""
NAMES = {f"{name}.parquet" for name in ("zone", "province", "province_zone", "network_type")}
PLACE = "/reports/keeping/"


@pytest.fixture
def closed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Two closed months whose time of keeping is over."""
    lighten(monkeypatch)
    monkeypatch.setattr("reports.keeping_views.today", lambda: AFTER)
    return scene("two closed months to be kept", lambda app: close_months(app, OTHER, CODE))


def _ids(app: Flask, *codes: str) -> list[str]:
    with app.app_context():
        return [str(row.id) for code in codes if (row := catalogue.sealed(code))]


def _propose(app: Flask, client: FlaskClient, *codes: str, reason: str = REASON) -> int:
    data = {"report": _ids(app, *codes), "reason": reason}
    return client.post(f"{PLACE}propose", data=data).status_code


def _decide(app: Flask, client: FlaskClient, approve: str = "1", remark: str = "") -> int:
    with app.app_context():
        number = db.session.scalars(select(Disposal.id).order_by(Disposal.id.desc())).first()
    data = {"approve": approve, "remark": remark}
    return client.post(f"{PLACE}lists/{number}/decide", data=data).status_code


def _row(code: str) -> SealedPeriod:
    db.session.rollback()
    row = catalogue.sealed(code)
    assert row is not None
    return row


def test_one_proposes_another_decides_and_a_certificate_remains(
    closed: Flask, client_of: ClientOf
) -> None:
    central, admin = client_of("central"), client_of("admin")
    assert _propose(closed, central, OTHER, CODE) == 302
    assert "badge" in admin.get("/users/").text
    assert _decide(closed, central) == 403
    assert _decide(closed, admin) == 302
    assert _decide(closed, admin, "0", REASON) == 422, "it is decided"
    with closed.app_context():
        assert verify(_row(CODE)).problems == []
        assert run_pending() == 1
        for code in (OTHER, CODE):
            row = _row(code)
            assert row.destroyed_at is not None
            left = {path.name for path in home(row).rglob("*") if path.is_file()}
            assert left == {"manifest.json", "renderings.json", "figures.parquet", *NAMES}
            assert verify(row).problems == [], "what stays is as it was, and so is the chain"
            with pytest.raises(Refused, match="พ้นกำหนดเก็บรักษา"):
                sealed_document(code, "csv")
            with pytest.raises(Refused, match="พ้นกำหนดเก็บรักษา"):
                reissue(Actor.system("cli"), code, REASON)
        events = select(AuditEvent.action).where(AuditEvent.action.like("report:d%"))
        assert sorted(db.session.scalars(events)) == [
            *("report:destroy",) * 3,  # the third is that of the certificate
            *("report:disposal", "report:disposal-decide"),
        ]
        proof = _row(CODE).manifest_sha256
    page = central.get(f"/reports/{CODE}").text
    assert "ข้อมูลและเอกสารถูกทำลาย" in page
    assert "สมาชิกปัจจุบัน" in page, "the figures stay"
    certificate = central.get(f"{PLACE}lists/1/certificate.pdf")
    assert certificate.mimetype == "application/pdf"
    read = ["pdftotext", "-raw", "-", "-"]
    text = subprocess.run(read, input=certificate.data, capture_output=True, check=True).stdout
    said = text.decode().replace("\n", "")
    assert "ธันวาคม 2568" in said
    assert proof[:16] in said


def test_a_bit_flipped_in_what_stays_is_found(closed: Flask, client_of: ClientOf) -> None:
    _propose(closed, client_of("central"), CODE)
    _decide(closed, client_of("admin"))
    with closed.app_context():
        run_pending()
        path = home(_row(CODE)) / "figures.parquet"
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:-1] + b"!")
        assert [one.file for one in verify(_row(CODE)).problems][:1] == ["figures.parquet"]


def test_what_is_held_is_kept_even_if_it_was_approved(closed: Flask, client_of: ClientOf) -> None:
    central, admin = client_of("central"), client_of("admin")
    assert _propose(closed, central, OTHER, CODE) == 302
    assert _decide(closed, admin) == 302
    held = {"period": CODE, "reason": "ศาลปกครองเรียกใช้เป็นพยานหลักฐาน"}
    assert central.post(f"{PLACE}hold", data=held).status_code == 302
    with closed.app_context():
        run_pending()
        assert _row(OTHER).destroyed_at is not None
        assert _row(CODE).destroyed_at is None
        assert verify(_row(CODE)).problems == []
    page = central.get(PLACE).text
    assert "ศาลปกครอง" in page
    assert "ไม่ทำลาย เนื่องจากมีการระงับไว้" in page
    assert f'id="report-{_ids(closed, CODE)[0]}"' not in page
    assert central.post(f"{PLACE}hold", data=held).status_code == 422, "it is held already"
    assert central.post(f"{PLACE}holds/1/lift", data={"reason": "สั้น"}).status_code == 422
    lifted = central.post(f"{PLACE}holds/1/lift", data={"reason": "คดีถึงที่สุดแล้ว"})
    assert lifted.status_code == 302
    assert f'id="report-{_ids(closed, CODE)[0]}"' in central.get(PLACE).text


def test_what_is_not_due_or_lacks_a_reason_is_refused(
    closed: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    central, admin = client_of("central"), client_of("admin")
    answer = central.post(
        f"{PLACE}propose", data={"report": _ids(closed, CODE), "reason": "เก็บไว้เก้าคำ"[:8]}
    )
    assert answer.status_code == 422
    assert "checked" in answer.text, "what was chosen is not lost"
    assert _propose(closed, central) == 422
    assert _propose(closed, central, OTHER) == 302
    assert _propose(closed, central, OTHER) == 422, "it is listed"
    assert _decide(closed, admin, "0") == 422, "who refuses says why"
    assert _decide(closed, admin, "0", "ยังต้องใช้ในการตรวจสอบ") == 302
    assert _propose(closed, central, OTHER) == 302, "after a refusal it may be proposed again"
    monkeypatch.setattr("reports.keeping_views.today", lambda: date(2035, 12, 31))
    assert _propose(closed, central, CODE) == 422, "it is the last day"
    assert central.get(f"{PLACE}lists/1/certificate.pdf").status_code == 404


def test_killed_in_between_it_goes_on(
    closed: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    _propose(closed, client_of("central"), OTHER, CODE)
    _decide(closed, client_of("admin"))

    args = {"disposal": 1, "user": 1, "office": 1}

    class Killed(BaseException):
        pass

    def die(folder: Path) -> None:
        next(folder.glob("*.parquet")).unlink()
        raise Killed

    with closed.app_context():
        with monkeypatch.context() as patch:
            patch.setattr(keeping, "clear", die)
            with pytest.raises(Killed):
                keeping.destroy(args, silent)
        db.session.rollback()
        assert _row(OTHER).destroyed_at is None
        keeping.destroy(args, silent)
        assert _row(OTHER).destroyed_at is not None
        assert _row(CODE).destroyed_at is not None


def test_an_archive_that_is_not_there_is_no_report_destroyed(
    closed: Flask, client_of: ClientOf
) -> None:
    central, admin = client_of("central"), client_of("admin")
    _propose(closed, central, CODE)
    _decide(closed, admin)
    with closed.app_context():
        place = home(_row(CODE))
        away = place.rename(place.with_name("away"))
        run_pending()
        assert _row(CODE).destroyed_at is None
        away.rename(place)
        assert verify(_row(CODE)).problems == []
    page = admin.get(PLACE).text
    assert "ทำลายไม่ได้" in page
    assert admin.get(f"{PLACE}lists/1/certificate.pdf").status_code == 404
    assert admin.post(f"{PLACE}lists/1/go-on").status_code == 302
    with closed.app_context():
        run_pending()
        assert _row(CODE).destroyed_at is not None
    assert admin.get(f"{PLACE}lists/1/certificate.pdf").status_code == 200
    held = {"period": CODE, "reason": "ขอใช้ในการสอบสวนข้อเท็จจริง"}
    assert central.post(f"{PLACE}hold", data=held).status_code == 422, "it is too late"


def test_a_day_that_was_altered_in_the_catalogue_is_found(
    closed: Flask, client_of: ClientOf
) -> None:
    with closed.app_context():
        with unit_of_work():
            row = catalogue.sealed(CODE)
            assert row is not None
            row.keep_until = date(2030, 1, 1)
        assert [one.kind for one in verify(_row(CODE)).problems] == ["catalogue"]
    _propose(closed, client_of("central"), CODE)
    _decide(closed, client_of("admin"))
    with closed.app_context():
        run_pending()
        assert _row(CODE).destroyed_at is None


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_one_approves_while_another_refuses_and_one_of_them_has_decided(
    closed: Flask, client_of: ClientOf
) -> None:
    _propose(closed, client_of("central"), CODE)
    with closed.app_context(), ThreadPoolExecutor(2) as pool:
        both = [pool.submit(_deciding, closed, who) for who in (True, False)]
        assert sorted(one.result() for one in both) == ["decided", "refused"]
        run_pending()
        row = keeping.disposal(1)
        assert (row.state == "done") == bool(row.approved) == bool(_row(CODE).destroyed_at)


def _deciding(app: Flask, approve: bool) -> str:
    with app.app_context():
        try:
            with unit_of_work():
                keeping.decide(Actor(1000 + approve, "web", 1), 1, REASON, approve=approve)
                time.sleep(0.3)
        except Refused:
            return "refused"
        return "decided"
