"""Writing again: corrections to all who had the original, reminders to the silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.access.scope import Scope
from registry.channels.models import ChannelKind, ChannelMember
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.members.consent_models import ConsentPurpose
from registry.members.consents import standing_consent, withdraw_consent
from registry.members.models import Member, MemberState
from registry.members.states import change_state
from registry.messages import due, ledger, publishing, releases, reminders, services
from registry.messages.ledger_models import Recipient
from registry.messages.models import KeyMessage, Publication
from registry.messages.recipients import count_to_remind
from registry.messages.release_models import Purpose, Release, ReleaseState
from registry.messages.release_queries import notice_reach
from registry.networks.models import NetworkMember
from registry.outbox.models import Delivery, DeliveryState, Way
from registry.periods.calendar import to_bangkok_date
from tests import cast, releasing, story

ClientOf = Callable[[str], FlaskClient]
TODAY = to_bangkok_date(datetime.now(UTC))
OFFICER = "officer50"


def _begun(release: Release) -> list[Delivery]:
    """All deliveries, those of machines too, whatever the hour."""
    due.begin(release.id, releasing.at("12:00"))
    return releasing.deliveries(release)


def _names(rows: list[Delivery]) -> set[str]:
    ids = [row.member_id for row in rows if row.member_id]
    return set(db.session.scalars(select(Member.uid).where(Member.id.in_(ids))))


def _leave_rosters(name: str) -> None:
    number = cast.member(name).id
    for model in (ChannelMember, NetworkMember):
        for row in db.session.scalars(select(model).where(model.member_id == number)):
            row.to_on = TODAY
    db.session.flush()


def _withdraw_consent(name: str) -> None:
    consent = standing_consent(cast.member(name), ConsentPurpose.MESSAGES)
    assert consent is not None
    withdraw_consent(story.acting(OFFICER), consent, on=TODAY)


def _notice(message: KeyMessage) -> Release:
    query = select(Release).where(Release.message_id == message.id).order_by(Release.id.desc())
    return db.session.scalars(query).first()


def test_a_correction_reaches_who_had_the_original(app: Flask) -> None:
    """At any hour; those too who left the roster since; its channel, too."""
    with app.app_context(), unit_of_work():
        message = story.published()
        releasing.link("malee50", "somchai50", "dao50", "kaew51")
        _leave_rosters("dao50")
        services.correct(story.acting(OFFICER), message, "วันที่ผิด ที่ถูกคือ 12 มิถุนายน")
        notice = _notice(message)
        assert (notice.purpose, notice.urgent) == (Purpose.CORRECTION.value, True)
        assert due.begin(notice.id, datetime.now(UTC))
        rows = releasing.deliveries(notice)
        assert _names(rows) == {"malee50", "somchai50", "dao50"}
        assert [row.target for row in rows if row.member_id is None] == [
            f"c:{cast.channel('P50').id}"
        ]
        assert {row.channel_id for row in rows} == {cast.channel("P50").id}


def test_a_notice_is_not_forced_on_who_left_or_objected(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        releasing.link("malee50", "somchai50", "dao50")
        _withdraw_consent("malee50")
        change_state(story.acting(OFFICER), cast.member("dao50"), MemberState.LEFT, on=TODAY)
        services.withdraw(story.acting(OFFICER), message, "ข่าวเท็จ")
        assert _notice(message).purpose == Purpose.WITHDRAWAL.value
        assert _names(_begun(_notice(message))) == {"somchai50"}


def test_the_message_says_how_many_the_notice_reached(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, later = story.published(), datetime.now(UTC)
        releasing.link("malee50")
        assert notice_reach(story.ALL, message.id) is None
        services.correct(story.acting(OFFICER), message, "ตัวเลขผิด")
        found = notice_reach(story.ALL, message.id)
        assert (found.recipients, found.reached) == (3, 0)
        rows = _begun(_notice(message))
        own = [row for row in rows if row.member_id]
        releasing.sent(own, later + timedelta(minutes=5))
        assert notice_reach(story.ALL, message.id).reached == 1
        releasing.sent([row for row in rows if not row.member_id], later + timedelta(minutes=9))
        assert notice_reach(story.ALL, message.id).reached == 3
        assert notice_reach(Scope.of_provinces("90"), message.id).recipients == 0
        services.correct(story.acting(OFFICER), message, "ตัวเลขยังผิด")
        assert notice_reach(story.ALL, message.id).reached == 0, "an earlier notice, come late"
        assert db.session.scalar(select(func.count()).select_from(Publication)) == 1
        assert db.session.scalar(select(func.count()).select_from(Recipient)) == 3


def test_what_nobody_has_needs_no_notice(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        assert releases.plan_notice(story.acting(OFFICER), message, Purpose.CORRECTION) is None


def test_a_reminder_goes_to_those_of_whom_nothing_came(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting(OFFICER)
        releasing.link("malee50", "somchai50", "dao50")
        ledger.record_receipt(actor, message, cast.member("malee50").id)
        row = reminders.plan_reminder(actor, message, seen_count=2)
        assert (row.purpose, row.urgent, row.channels) == (Purpose.REMINDER.value, False, [])
        assert _names(_begun(row)) == {"somchai50", "dao50"}
        releasing.sent(releasing.deliveries(row), datetime.now(UTC))
        assert due.end(row.id, datetime.now(UTC))
        assert db.session.scalar(select(func.count()).select_from(Publication)) == 1
        assert db.session.scalar(select(func.count()).select_from(Recipient)) == 3


def test_who_reacts_until_the_morning_is_left_alone(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting(OFFICER)
        releasing.link("somchai50", "dao50")
        row = reminders.plan_reminder(actor, message, seen_count=2)
        ledger.decline(actor, message, cast.member("dao50").id)
        ledger.record_dissemination(actor, story.ALL, story.entry(message, "somchai50"))
        assert _begun(row) == []
        assert row.as_state is ReleaseState.DONE


def test_once_a_day_and_nobody_twice(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting(OFFICER)
        releasing.link("somchai50", "dao50")
        first = reminders.plan_reminder(actor, message, seen_count=2, form_token="d" * 32)
        twin = reminders.plan_reminder(actor, message, seen_count=2, form_token="d" * 32)
        assert twin.id == first.id
        with pytest.raises(Refused, match="พรุ่งนี้"):
            reminders.plan_reminder(actor, message, seen_count=2)
        _begun(first)
        office, now = cast.user(OFFICER).office, datetime.now(UTC)
        assert count_to_remind(office, message.id, now) == {}
        assert count_to_remind(office, message.id, now + timedelta(hours=25)) == {Way.LINE: 2}
        for row in releasing.deliveries(first):
            row.state = DeliveryState.CANCELLED.value
        db.session.flush()
        assert count_to_remind(office, message.id, now) == {Way.LINE: 2}


def test_an_office_reminds_its_own(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message of a bureau in two provinces: each office writes to the members in its care."""
    for name, value in releasing.sends_mail(app).items():
        monkeypatch.setitem(app.extensions, name, value)
    with app.app_context(), unit_of_work():
        message = story.published("bureau", "head_bureau", channel="C-NNT")
        cast.member("hasan90").email = "hasan@example.org"
        cast.member("dao50").email = "dao@example.org"
        releasing.link("dao50")
        north = reminders.plan_reminder(story.acting(OFFICER), message, seen_count=1)
        south = reminders.plan_reminder(story.acting("officer90"), message, seen_count=1)
        assert [(row.way, _names([row])) for row in _begun(north)] == [("line", {"dao50"})]
        assert [(row.way, _names([row])) for row in _begun(south)] == [("email", {"hasan90"})]


def test_a_reminder_is_refused(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor = story.acting(OFFICER)
        message = story.published()
        with pytest.raises(Refused, match="ไม่มีผู้"):
            reminders.plan_reminder(actor, message, seen_count=None)
        releasing.link("dao50")
        with pytest.raises(releases.CountChanged):
            reminders.plan_reminder(actor, message, seen_count=0)
        services.withdraw(actor, message, "ผิด")
        with pytest.raises(Refused, match="ยังไม่ได้เผยแพร่"):
            reminders.plan_reminder(actor, message, seen_count=1)


def test_the_button_on_the_page(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = story.published().id
        releasing.link("somchai50")
    client, address = client_of(OFFICER), f"/messages/{number}/silent"
    assert "ส่งถึง 1 คนอีกครั้ง" in client.get(address).get_data(as_text=True)
    assert "คนอีกครั้ง" not in client_of("head50").get(address).get_data(as_text=True)
    answer = client.post(f"/releases/remind/{number}", data={"seen": "1"})
    assert "/releases/" in answer.location
    assert "พรุ่งนี้" in client.get(address).get_data(as_text=True)
    again = client.post(f"/releases/remind/{number}", data={"seen": "1"})
    assert again.location.endswith(address)


def test_the_page_says_how_each_can_be_asked(app: Flask, client_of: ClientOf) -> None:
    """By machine where somebody linked an account; the others with telephone, masked."""
    with app.app_context(), unit_of_work():
        number, dao = story.published().id, cast.member("dao50").id
        releasing.link("somchai50")
        _withdraw_consent("malee50")
    client, address = client_of(OFFICER), f"/messages/{number}/silent"
    text = client.get(address).get_data(as_text=True)
    for line in ("ทาง LINE บัญชีของตนเอง: 1", "ทางโทรศัพท์หรือพบด้วยตนเอง: 1", "ไม่ควรถามซ้ำ"):
        assert line in text
    phoned = client.get(f"{address}?by=phone").get_data(as_text=True)
    assert "08x-xxx-0503" in phoned
    assert "0810000503" not in phoned
    assert f"/phone/{dao}?message={number}" in phoned
    assert "สมชาย ใจคำ" not in phoned
    assert client.get(f"{address}?by=nonsense").status_code == 200
    alone = client.get(f"{address}?by=left_alone").get_data(as_text=True)
    assert "มาลี" in alone
    assert "/phone/" not in alone.split("<table")[1]


def test_a_group_carries_the_correction_by_machine(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, channel = story.published(), cast.channel("P50")
        page = releasing.channel("P50", ChannelKind.FACEBOOK, name="เพจ")
        publishing.publish(story.acting(OFFICER), message, [page.id])
        releasing.join(channel)
        services.correct(story.acting(OFFICER), message, "ชื่อผิด")
        ways = {row.channel_id: row.way for row in _begun(_notice(message))}
        assert ways == {channel.id: Way.LINE.value, page.id: Way.HAND.value}
