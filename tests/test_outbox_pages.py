"""The pages of the outbox: tasks by hand, decisions, what is held, feeds and webhooks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select
from werkzeug.test import TestResponse

from registry.access.models import Office
from registry.access.scope import Scope
from registry.channels.models import AudienceCount, ChannelKind
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.messages import services
from registry.messages.ledger_models import Recipient
from registry.messages.models import Publication
from registry.messages.release_models import Release, ReleaseState
from registry.outbox import deciding, holds, hooks, queries
from registry.outbox.backoff import Trouble
from registry.outbox.deciding import Decision
from registry.outbox.hand_models import HandWork
from registry.outbox.hooks import HookValues
from registry.outbox.models import (
    Delivery,
    DeliveryState,
    LineQuota,
    OutboxHold,
    SendingRequest,
    Way,
)
from registry.outbox.webhook_models import Webhook
from tests import cast, outbox_world, story

ClientOf = Callable[[str], FlaskClient]
NAME = "SANG_WEBHOOK_SECRET_P50_TEST"


def task(app: Flask, kind: ChannelKind = ChannelKind.LOUDSPEAKER) -> int:
    """A task by hand of the office in Chiang Mai."""
    with app.app_context(), unit_of_work():
        channel = cast.channel("P50")
        channel.kind = kind.value
        return outbox_world.to_channel(outbox_world.release(), channel, Way.HAND).id


def troubled(app: Flask, state: DeliveryState, count: int = 3) -> int:
    """Deliveries that were not sent; the id of the first."""
    with app.app_context(), unit_of_work():
        channel = outbox_world.bot_channel()
        members = outbox_world.people(count, channel)
        outbox_world.to_members(outbox_world.release(), channel, members)
        rows = list(db.session.scalars(select(Delivery).order_by(Delivery.id)))
        for row in rows:
            row.state, row.error = state.value, Trouble.NO_ANSWER.value
        return rows[0].id


def states(app: Flask) -> dict[str, int]:
    with app.app_context():
        return outbox_world.states()


def test_empty_outbox_says_so(client_of: ClientOf) -> None:
    text = client_of("officer50").get("/outbox/").text
    assert "ไม่มีรายการที่รอ" in text
    assert "ขณะนี้ไม่มีงานที่เจ้าหน้าที่ของหน่วยงานท่านต้องอ่าน" in text


def test_task_is_done_and_the_ledger_learns_of_it(app: Flask, client_of: ClientOf) -> None:
    number = task(app)
    client = client_of("officer50")
    page = client.get(f"/outbox/tasks/{number}").text
    assert "อ่านสองรอบ" in page
    form = {"on": "", "audience": "", "points": ["script", "words", "twice", "hour", "picture"]}
    today = datetime.now(UTC)
    form |= {"on": f"{today:%Y-%m-%d}", "audience": "๑๒๐", "basis": "40 ครัวเรือน × 3 คน"}
    assert client.post(f"/outbox/tasks/{number}/done", data=form).status_code == 302
    with app.app_context():
        work = db.session.get_one(HandWork, number)
        assert (work.audience, work.points) == (120, ["script", "words", "twice", "hour"])
        assert db.session.scalars(select(Publication)).one().audience == 120
        assert db.session.scalars(select(Recipient)).first() is not None
        assert (
            db.session.scalars(select(AudienceCount).where(AudienceCount.audience == 120))
            .one()
            .basis
        )
    assert states(app) == {"sent": 1}
    again = client.post(f"/outbox/tasks/{number}/done", data=form)
    assert again.status_code == 422
    assert "งานนี้ปิดไปแล้ว" in again.text


def test_estimate_without_its_basis_is_refused_and_what_was_typed_stays(
    app: Flask, client_of: ClientOf
) -> None:
    number = task(app)
    form = {"on": f"{datetime.now(UTC):%Y-%m-%d}", "audience": "120", "points": ["twice"]}
    answer = client_of("officer50").post(f"/outbox/tasks/{number}/done", data=form)
    assert answer.status_code == 422
    assert 'value="120"' in answer.text
    assert re.search('value="twice" checked', answer.text)
    assert states(app) == {"queued": 1}


def test_script_can_be_printed(app: Flask, client_of: ClientOf) -> None:
    number = task(app)
    assert story.TEXT.sentence in client_of("officer50").get(f"/outbox/tasks/{number}/script").text


def test_task_is_called_off_with_a_reason(app: Flask, client_of: ClientOf) -> None:
    number = task(app)
    client = client_of("officer50")
    assert client.post(f"/outbox/tasks/{number}/call-off", data={"reason": ""}).status_code == 422
    given = {"reason": "เครื่องขยายเสียงเสีย"}
    assert client.post(f"/outbox/tasks/{number}/call-off", data=given).status_code == 302
    assert states(app) == {"cancelled": 1}


@pytest.mark.parametrize("kind", list(ChannelKind))
def test_every_kind_of_channel_has_a_checklist(
    app: Flask, client_of: ClientOf, kind: ChannelKind
) -> None:
    number = task(app, kind)
    page = client_of("officer50").get(f"/outbox/tasks/{number}").text
    assert page.count('name="points"') >= 2


@pytest.mark.parametrize(
    ("decision", "after"), [("again", "queued"), ("arrived", "sent"), ("give_up", "cancelled")]
)
def test_a_person_decides_about_all_alike(
    app: Flask, client_of: ClientOf, decision: str, after: str
) -> None:
    number = troubled(app, DeliveryState.UNKNOWN)
    client = client_of("officer50")
    assert "ไม่มีคำตอบกลับ" in client.get(f"/outbox/{number}").text
    answer = client.post(f"/outbox/{number}/decide", data={"decision": decision})
    assert answer.status_code == 302
    assert states(app) == {after: 3}
    with app.app_context():
        out = db.session.scalars(select(Publication)).all()
        assert len(out) == (1 if decision == "arrived" else 0)


def test_what_is_sent_again_gets_a_new_key(app: Flask) -> None:
    from tests.line_server import Fault, line_server

    with (
        line_server() as line,
        outbox_world.outbox_to(app, line=line),
        app.app_context(),
    ):
        with unit_of_work():
            channel = outbox_world.bot_channel()
            members = outbox_world.people(2, channel)
            outbox_world.to_members(outbox_world.release(), channel, members)
        line.fault = lambda number: Fault.REDIRECT
        outbox_world.run(2)
        line.fault = lambda number: None
        with unit_of_work():
            first = db.session.scalars(select(Delivery)).first()
            assert first
            deciding.decide(story.acting("officer50"), Scope.all(), first, Decision.AGAIN)
        outbox_world.run()
        assert outbox_world.states() == {"sent": 2}
        assert len(set(db.session.scalars(select(SendingRequest.retry_key)))) == 2


def test_another_office_does_not_decide(app: Flask, client_of: ClientOf) -> None:
    number = troubled(app, DeliveryState.FAILED)
    for name in ("officer90", "regional3"):
        answer = client_of(name).post(f"/outbox/{number}/decide", data={"decision": "give_up"})
        assert answer.status_code == 404
    assert states(app) == {"failed": 3}


def test_outbox_shows_what_needs_a_person(app: Flask, client_of: ClientOf) -> None:
    troubled(app, DeliveryState.FAILED)
    with app.app_context():
        office = cast.user("officer50").office_id
        assert queries.waiting(Scope.all(), office) == 3
    page = client_of("officer50").get("/outbox/").text
    assert "ส่งไม่สำเร็จ: 3" in page
    assert "data-follow" not in page, "nothing is at work"
    assert "มาลี" not in client_of("officer90").get("/outbox/").text


def test_outbox_follows_what_is_at_work(app: Flask, client_of: ClientOf) -> None:
    """Counts are of what runs or failed; with a message, of all that was ever sent of it."""
    troubled(app, DeliveryState.SENT)
    client = client_of("officer50")
    with app.app_context(), unit_of_work():
        message = db.session.scalars(select(Delivery.message_id)).first()
        rows = list(db.session.scalars(select(Delivery).order_by(Delivery.id)))
        rows[0].state, rows[0].release.state = "queued", ReleaseState.RUNNING.value
    page = client.get("/outbox/").text
    assert "ส่งถึงแล้ว 2 จาก 3 รายการ" in page
    assert "data-follow" in page
    with app.app_context(), unit_of_work():
        rows = list(db.session.scalars(select(Delivery).order_by(Delivery.id)))
        rows[0].state, rows[0].release.state = "sent", ReleaseState.DONE.value
    assert "ส่งถึงแล้ว" not in client.get("/outbox/").text
    assert "ส่งถึงแล้ว 3 จาก 3 รายการ" in client.get(f"/outbox/?message={message}").text
    for days, rows_shown in ((30, 1), (32, 0)):
        with app.app_context(), unit_of_work():
            release = db.session.scalars(select(Release)).one()
            release.created_at = datetime.now(UTC) - timedelta(days=days)
        assert client.get("/outbox/?state=sent").text.count('class="main-cell"') == rows_shown


def test_tasks_of_other_offices_come_after_ones_own(app: Flask, client_of: ClientOf) -> None:
    number = task(app)
    with app.app_context():
        offices = [cast.user(name).office_id for name in ("officer50", "regional3")]
        assert [queries.count_tasks(Scope.all(), office) for office in offices] == [1, 0]
        found = [queries.count_tasks(Scope.all(), office, own=False) for office in offices]
        assert found == [0, 1]
        assert [queries.waiting(Scope.all(), office) for office in offices] == [1, 0]
    own, other = (client_of(name).get("/outbox/").text for name in ("officer50", "regional3"))
    assert f"/outbox/tasks/{number}" in own
    assert "งานของหน่วยงานอื่น" not in own
    assert "ขณะนี้ไม่มีงานที่เจ้าหน้าที่ของหน่วยงานท่านต้องอ่าน" in other
    assert other.index("งานของหน่วยงานอื่น: 1 รายการ") < other.index(f"/outbox/tasks/{number}")


def test_way_that_is_not_set_up_is_named(app: Flask, client_of: ClientOf) -> None:
    troubled(app, DeliveryState.QUEUED)
    assert "ยังไม่ได้ตั้งค่าการส่งทางนี้" in client_of("officer50").get("/outbox/").text


def test_held_way_is_opened_again_by_an_administrator(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        db.session.add(OutboxHold(way="line", reason=Trouble.TOKEN.value, since=datetime.now(UTC)))
    assert "LINE ไม่รับโทเค็น" in client_of("officer50").get("/outbox/").text
    admin = client_of("admin")
    assert "LINE ไม่รับโทเค็น" in admin.get("/outbox/connections").text
    assert client_of("officer50").post("/outbox/connections/line/resume").status_code == 403
    assert admin.post("/outbox/connections/line/resume").status_code == 302
    with app.app_context():
        assert db.session.scalar(select(OutboxHold)) is None


def test_ways_of_sending_name_what_is_to_be_set(app: Flask, client_of: ClientOf) -> None:
    given = {"line_channel_token": SecretStr("secret-token"), "webhook_hosts": "site.example.org"}
    with outbox_world.outbox_to(app, **given):
        page = client_of("admin").get("/outbox/connections").text
    for name in ("SANG_LINE_CHANNEL_TOKEN", "SANG_SMTP_HOST", "SANG_WEBHOOK_HOSTS"):
        assert name in page
    assert "secret-token" not in page
    assert "site.example.org" not in page
    assert "SANG_WEBHOOK_SECRET_P50_" in client_of("officer50").get("/outbox/webhooks/").text


def test_every_setting_that_is_named_is_explained() -> None:
    told = (Path(__file__).parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for names in holds.SETTINGS.values() for name in names if name not in told] == []


def test_quota_is_shown_with_a_bar(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        now = datetime.now(UTC)
        db.session.add(LineQuota(id=1, limit=500, used=120, checked_at=now, tried_at=now))
    with outbox_world.outbox_to(app, line_channel_token=SecretStr("x")):
        page = client_of("officer50").get("/outbox/").text
    assert "ใช้ไป 120 จาก 500 ข้อความ เหลือ 380" in page
    assert '<progress max="500" value="120"' in page


def feed_address(app: Flask, client_of: ClientOf, office: str = "officer50") -> str:
    """Switch the feed of the office's network on; the path of its RSS."""
    with app.app_context():
        network = cast.network("P50").id
    client = client_of(office)
    client.post(f"/outbox/feeds/{network}/open")
    page = client.get("/outbox/feeds/").text
    found = re.search(r'<a href="[^"]*(/feeds/[\w-]+/rss\.xml)"', page)
    assert found
    assert f'data-copy="rss-{network}"' in page
    return found[1]


def test_feed_tells_messages_and_owns_up(
    app: Flask, client_of: ClientOf, anonymous: FlaskClient
) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        message.title, message.body = "น้ำ <ท่วม> & \x0bลม", "ข้อ\x01ความ"
        number = message.id
    path = feed_address(app, client_of)
    item = ElementTree.fromstring(anonymous.get(path).data).find("channel/item")  # noqa: S314
    assert item is not None
    assert item.findtext("title") == "น้ำ <ท่วม> & ลม"
    with app.app_context(), unit_of_work():
        row = db.session.get_one(Publication, 1).message
        assert row.id == number
        services.withdraw(story.acting("officer50"), row, "ข้อมูลผิด")
    told = anonymous.get(path.replace("rss", "atom"))
    assert told.mimetype == "application/atom+xml"
    entry = ElementTree.fromstring(told.data).find("{*}entry")  # noqa: S314
    assert entry is not None
    assert (entry.findtext("{*}title") or "").startswith("ถอนข้อความ")
    assert "ข้อความ" not in (entry.findtext("{*}content") or "")


def test_feed_that_did_not_change_is_not_sent_again(
    app: Flask, client_of: ClientOf, anonymous: FlaskClient
) -> None:
    path = feed_address(app, client_of)
    first = anonymous.get(path)
    again = anonymous.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


def test_closed_feed_opens_nothing(app: Flask, client_of: ClientOf, anonymous: FlaskClient) -> None:
    path = feed_address(app, client_of)
    newer = feed_address(app, client_of)
    assert path != newer
    assert anonymous.get(path).status_code == 404
    with app.app_context():
        network = cast.network("P50").id
    client_of("officer50").post(f"/outbox/feeds/{network}/close")
    assert anonymous.get(newer).status_code == 404


def test_address_of_a_feed_stands_in_no_log(
    app: Flask,
    client_of: ClientOf,
    anonymous: FlaskClient,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = feed_address(app, client_of)
    anonymous.get(path)
    said = capsys.readouterr()
    assert path.split("/")[2] not in said.err + said.out
    assert "/feeds/…" in said.err


def _new_hook(app: Flask, client: FlaskClient, office: str, **typed: str) -> TestResponse:
    """What comes of the form of a new webhook, filled in well but for what is typed."""
    with app.app_context():
        channel = str(cast.channel(office).id)
    form = {"channel": channel, "name": "เว็บไซต์จังหวัด", "secret_name": NAME}
    with outbox_world.outbox_to(app, webhook_hosts="www.example.org"):
        sent = form | {"url": "https://www.example.org/hook"} | typed
        return client.post("/outbox/webhooks/", data=sent)


def test_webhook_is_added_and_retired(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, "made-up-key")
    client = client_of("officer50")
    for wrong in ({"url": "https://evil.example/"}, {"secret_name": "SANG_SECRET_KEY"}):
        assert _new_hook(app, client, "P50", **wrong).status_code == 422
    assert _new_hook(app, client, "P50").status_code == 302
    assert "made-up-key" not in client.get("/outbox/webhooks/").text
    with app.app_context():
        hook = db.session.scalars(select(Webhook)).one().id
    client.post(f"/outbox/webhooks/{hook}/retire")
    with app.app_context():
        assert db.session.scalars(select(Webhook)).one().retired_at


def test_no_office_signs_with_the_key_of_another_one(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = "SANG_WEBHOOK_SECRET_P90_TEST"
    for name in (NAME, own):
        monkeypatch.setenv(name, "made-up-key")
    client = client_of("officer90")
    refused = _new_hook(app, client, "P90")
    assert refused.status_code == 422
    assert "SANG_WEBHOOK_SECRET_P90_" in refused.text
    assert _new_hook(app, client, "P90", secret_name=own).status_code == 302
    with app.app_context():
        assert list(db.session.scalars(select(Webhook.secret_name))) == [own]


def test_a_code_that_begins_like_another_ones_does_not_open_its_keys(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "SANG_WEBHOOK_SECRET_P50_1_SITE"
    monkeypatch.setenv(name, "made-up-key")
    values = HookValues("เว็บไซต์", "https://www.example.org/hook", name, idempotent=False)
    allowed = outbox_world.outbox_to(app, webhook_hosts="www.example.org")
    with allowed, app.app_context(), unit_of_work():
        assert hooks.key_prefix("C-NNT") == "SANG_WEBHOOK_SECRET_C_NNT_"
        hooks.add(story.acting("officer50"), cast.channel("P50"), values)
        db.session.scalars(select(Office).where(Office.code == "P11")).one().code = "P50-1"
        with pytest.raises(Refused, match="SANG_WEBHOOK_SECRET_P50_"):
            hooks.add(story.acting("officer50"), cast.channel("P50"), values)
