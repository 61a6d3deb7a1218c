"""A closed period that is issued anew: a revision beside the old one, with what differs."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from registry.access.scope import Scope
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.disk import locked
from registry.errors import Refused
from registry.jobs import run_pending
from registry.periods import catalogue
from reports import closing, pdf, xlsx
from reports.archive import folder_name
from reports.books import book_of, report_of
from reports.chain import archive_root, home
from reports.closing import close, reissue
from reports.comparing import differences
from reports.documents import closed as closed_period
from reports.manifest import MANIFEST, Manifest
from reports.verify import verify
from tests import cast, closer
from tests.closed import CODE, close_months, lighten
from tests.ledger import add_ledger
from tests.nursery import Child
from tests.stage import Scene, Stage

ACTOR = Actor.system("cli")
REASON = "สำนักงานเชียงใหม่ส่งรายงานเพิ่มหลังปิดงวด"
ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def closed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A closed month; few figures are reckoned, and no documents made."""
    lighten(monkeypatch)
    return scene("a closed month of some figures", close_months)


def _late_facts(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        add_ledger(CODE, seed=99, each=2)


def test_the_new_revision_holds_the_late_facts_and_the_old_one_stays(closed: Flask) -> None:
    _late_facts(closed)
    with closed.app_context():
        before = catalogue.sealed_figures(CODE, 1)["publications", ""].value
        done = reissue(ACTOR, CODE, REASON)
        assert (done.revision, done.folder) == (2, f"{CODE}-r2")
        first, second = catalogue.revisions(CODE)
        assert catalogue.sealed(CODE) == second
        assert second.reason == REASON
        assert catalogue.sealed_figures(CODE, 1)["publications", ""].value == before
        assert catalogue.sealed_figures(CODE)["publications", ""].value == (before or 0) + 2 * len(
            cast.NETWORKS
        )
        said = Manifest.load(home(second) / MANIFEST)
        assert said.replaces is not None
        assert (said.replaces.revision, said.reason) == (1, REASON)
        assert said.replaces.manifest_sha256 == first.manifest_sha256
        assert [verify(row).problems for row in (first, second)] == [[], []]
        events = db.session.scalars(
            select(AuditEvent.action).where(AuditEvent.action.like("report:%"))
        ).all()
        assert events == ["report:close", "report:reissue"]


def test_what_differs_is_told_figure_by_figure(closed: Flask) -> None:
    _late_facts(closed)
    with closed.app_context(), force_locale("th"):
        reissue(ACTOR, CODE, REASON)
        first, second = (book_of(row) for row in catalogue.revisions(CODE))
        found = {(one.measure, one.cut): one for one in differences(first, second)}
        told = found["publications", ""]
        assert (told.after or 0) - (told.before or 0) == 2 * len(cast.NETWORKS)
        assert ("publications", "province=50") in found
        assert list(differences(second, second)) == []
        row = catalogue.sealed(CODE)
        assert row is not None
        data = pdf.data_of(report_of(row))
        assert data["changes"]["rows"]
        assert any(REASON in str(fact["value"]) for fact in data["facts"])
        part = report_of(row).limited(Scope.of_provinces("90"))
        assert part.replaced is not None
        assert {one.cut for one in differences(part.replaced, part.book)} == {"province=90"}
        assert xlsx.workbook_of(part)


def test_a_first_revision_tells_of_no_changes(closed: Flask) -> None:
    with closed.app_context():
        row = catalogue.sealed(CODE)
        assert row is not None
        assert pdf.data_of(report_of(row))["changes"] is None


@pytest.mark.parametrize(
    ("code", "reason", "thai"),
    [
        (CODE, "", "เหตุผล"),
        (CODE, "สั้นไป", "เหตุผล"),
        (CODE, "ย" * 501, "เหตุผล"),
        ("2568-11", REASON, "ยังไม่ปิดงวด"),
        ("2569-Q9", REASON, "ไม่ใช่รหัสงวด"),
    ],
)
def test_what_cannot_be_issued_anew_is_refused_in_one_sentence(
    closed: Flask, code: str, reason: str, thai: str
) -> None:
    with closed.app_context(), force_locale("th"):
        with pytest.raises(Refused, match=thai):
            reissue(ACTOR, code, reason)
        assert len(catalogue.revisions(CODE)) == 1


def test_asked_twice_it_is_done_once_and_nobody_replaces_what_they_have_not_seen(
    closed: Flask,
) -> None:
    with closed.app_context(), force_locale("th"):
        done = [reissue(ACTOR, CODE, REASON, seen=1) for _ in range(2)]
        assert [one.revision for one in done] == [2, 2]
        db.session.rollback()
        for actor, reason in ((ACTOR, "เหตุผลอื่นที่ไม่เหมือนเดิม"), (Actor(1, "web", 1), REASON)):
            with pytest.raises(Refused, match="ฉบับที่ 2"):
                reissue(actor, CODE, reason, seen=1)
        assert reissue(ACTOR, CODE, REASON, seen=2).revision == 3


@pytest.mark.parametrize("reason", ["", REASON])
def test_whoever_waited_for_one_that_was_killed_after_its_commit_loses_nothing(
    closed: Flask, stage: Stage, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """What they read before they waited is old: the draft of the killed one is no stray."""
    code, revision = (CODE, 2) if reason else ("2568-11", 1)

    @contextmanager
    def after_another(root: Path) -> Iterator[None]:
        first = Child(closer.main, stage.url, str(stage.instance), code, "rename", reason)
        assert first.wait()[0] == -signal.SIGKILL
        with locked(root):
            yield

    monkeypatch.setattr(closing, "locked", after_another)
    with closed.app_context():
        other = Actor(cast.user("central").id, "web", cast.user("central").office_id)
        late = partial(reissue, reason="เหตุผลของคนที่มาทีหลัง") if reason else close
        with pytest.raises(Refused):
            late(other, code)
        db.session.rollback()
        row = catalogue.sealed(code)
        assert row is not None
        assert row.revision == revision
        assert verify(row).problems == []


@pytest.mark.parametrize("step", ["enter", "rename"])
def test_killed_at_any_point_it_leaves_all_or_nothing(
    closed: Flask, stage: Stage, step: str
) -> None:
    code, said = Child(closer.main, stage.url, str(stage.instance), CODE, step, REASON).wait()
    assert code == -signal.SIGKILL, said
    with closed.app_context():
        rows = catalogue.revisions(CODE)
        assert len(rows) == (2 if step == "rename" else 1)
        assert [verify(row).problems for row in rows] == [[]] * len(rows)
        db.session.rollback()
        done = reissue(ACTOR, CODE, REASON)
        names = sorted(path.name for path in archive_root().iterdir() if path.is_dir())
        assert names == [folder_name(CODE, number) for number in range(1, done.revision + 1)]


def test_the_seal_that_replaces_names_what_it_replaces(closed: Flask) -> None:
    with closed.app_context():
        reissue(ACTOR, CODE, REASON)
        db.session.rollback()
        first, second = catalogue.revisions(CODE)
        kept = first.manifest_sha256
        with unit_of_work():
            db.session.get_one(type(first), first.id).manifest_sha256 = "0" * 64
        second = catalogue.revisions(CODE)[1]
        assert any(problem.kind == "chain" for problem in verify(second).problems)
        assert kept != "0" * 64


def test_central_staff_issue_anew_on_the_page_and_others_may_not(
    closed: Flask, client_of: ClientOf
) -> None:
    _late_facts(closed)
    central = client_of("central")
    page = central.get(f"/reports/{CODE}").text
    assert "ออกรายงานฉบับแก้ไข" in page
    for name in ("executive", "officer50", "head50"):
        assert "ออกรายงานฉบับแก้ไข" not in client_of(name).get(f"/reports/{CODE}").text
        assert (
            client_of(name).post(f"/reports/{CODE}/reissue", data={"reason": REASON}).status_code
            == 403
        )
    short = central.post(f"/reports/{CODE}/reissue", data={"reason": "สั้น"})
    assert short.status_code == 422
    assert ">สั้น</textarea>" in short.text, "what was typed is kept"
    started = central.post(f"/reports/{CODE}/reissue", data={"reason": REASON})
    assert started.status_code == 302
    again = {"reason": REASON, "revision": 1}
    assert central.post(f"/reports/{CODE}/reissue", data=again).location == started.location
    other = central.post(f"/reports/{CODE}/reissue", data={"reason": "เหตุผลอื่นที่ไม่เหมือนเดิม"})
    assert other.status_code == 422, "the reason of the second is not dropped in silence"
    with closed.app_context():
        run_pending()
        row = catalogue.sealed(CODE)
        assert row is not None
        assert row.revision == 2
        assert row.closed_by == cast.user("central").id
    assert "ออกฉบับแก้ไขแล้ว" in central.get(started.location).text
    page = client_of("executive").get(f"/reports/{CODE}").text
    assert REASON in page
    assert f"one={CODE}-r1&amp;other={CODE}-r2&amp;only=1" in page


def test_an_earlier_revision_can_still_be_downloaded(closed: Flask, client_of: ClientOf) -> None:
    with closed.app_context():
        reissue(ACTOR, CODE, REASON)
        assert closed_period(CODE).revision == 2
        with pytest.raises(Refused, match="7"):
            closed_period(CODE, 7)
    central = client_of("central")
    old, new = (
        central.post(f"/reports/{CODE}/download.csv", data={"revision": number}).data
        for number in (1, 2)
    )
    assert f'"{CODE}",1,'.encode() in old
    assert f'"{CODE}",2,'.encode() in new


def test_two_reports_stand_side_by_side_within_the_scope(
    closed: Flask, client_of: ClientOf
) -> None:
    _late_facts(closed)
    with closed.app_context():
        reissue(ACTOR, CODE, REASON)
        values = [
            catalogue.sealed_figures(CODE, number)["publications", "province=50"].value
            for number in (1, 2)
        ]
    address = f"/reports/compare?one={CODE}-r1&other={CODE}-r2"
    page = client_of("officer50").get(address).text
    assert "เปรียบเทียบรายงาน" in page
    for value in values:
        assert f">{value:,.0f}</td>" in page
    for cut in ("province%3D90", "zone%3D3", ""):
        answer = client_of("officer50").get(f"{address}&cut={cut}")
        assert answer.status_code == 200
        assert "ไม่มีตัวเลขของพื้นที่นี้" in answer.text
        assert "<tbody>" not in answer.text
    assert "ไม่มีตัวเลขของพื้นที่นี้" in client_of("bureau").get("/reports/compare").text
    whole = client_of("central").get(f"{address}&cut=").text
    narrow = client_of("central").get(f"{address}&cut=&only=1").text
    assert 0 < narrow.count("<tr>") < whole.count("<tr>")
    assert "ไม่เปลี่ยนแปลง" in whole
    assert "ไม่เปลี่ยนแปลง" not in narrow
    alike = f"/reports/compare?one={CODE}-r2&other={CODE}-r2&only=1"
    assert "ตัวเลขทุกค่าเท่าเดิม" in client_of("central").get(alike).text
    assert client_of("central").get("/reports/compare").status_code == 200
    for wrong in ("one=x", f"one={CODE}-r9", "other=2569-Q9-r1"):
        assert client_of("central").get(f"/reports/compare?{wrong}").status_code == 400


def test_a_figure_is_shown_over_all_closed_periods_within_the_scope(
    closed: Flask, client_of: ClientOf
) -> None:
    with closed.app_context():
        close(ACTOR, "2568-11")
        values = [
            catalogue.sealed_figures(code)["publications", cut].value
            for code in ("2568-11", CODE)
            for cut in ("", "province=50")
        ]
    address = "/reports/series?measure=publications&kind=month"
    page = client_of("central").get(f"{address}&cut=").text
    for value in values[::2]:
        assert f">{value:,.0f}</td>" in page
    assert page.count("<polyline") == 1
    own = client_of("officer50").get(address).text
    for value in values[1::2]:
        assert f">{value:,.0f}</td>" in own
    for wrong in ("cut=", "cut=province%3D90", "cut=zone%3D3", "measure=password", "kind=day"):
        answer = client_of("officer50").get(f"/reports/series?{wrong}")
        assert answer.status_code == 400, wrong


def test_a_change_of_the_rule_is_marked(closed: Flask, client_of: ClientOf) -> None:
    with closed.app_context():
        close(ACTOR, "2568-11")
        with unit_of_work():
            older = catalogue.sealed_figures("2568-11")["publications", ""]
            older.version = 0
    page = client_of("central").get("/reports/series?measure=publications&kind=month&cut=").text
    assert 'class="break"' in page
    assert "เกณฑ์เปลี่ยน" in page
