"""Releases: planned, confirmed, begun, settled; nothing twice, nothing before it was sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry.access.models import Office
from registry.access.versions import ChangedMeanwhile
from registry.audit.services import Actor
from registry.channels.models import Channel, ChannelKind
from registry.db import begin_write, commit, db, unit_of_work
from registry.errors import NotFound, Refused
from registry.members.consent_models import ConsentPurpose
from registry.members.consents import standing_consent, withdraw_consent
from registry.messages import due, publishing, releases, services
from registry.messages.audience import Audience
from registry.messages.ledger_models import Recipient
from registry.messages.models import KeyMessage, MessageState, Publication
from registry.messages.release_models import Purpose, Release, ReleaseState
from registry.outbox import freezing
from registry.outbox.deliveries import Target, make_deliveries
from registry.outbox.models import DeliveryState, Way
from registry.periods.calendar import to_bangkok_date
from registry.periods.dated import Dated, set_from
from tests import cast, releasing, story
from tests.meanwhile import meanwhile

OFFICER = "officer50"


def _recipients(message: KeyMessage) -> set[str]:
    names = {cast.member(name).id: name for name in cast.MEMBERS}
    query = select(Recipient.member_id).where(Recipient.message_id == message.id)
    return {names[number] for number in db.session.scalars(query)}


def _publications() -> int:
    return db.session.scalar(select(func.count()).select_from(Publication)) or 0


def _large_from(count: int) -> None:
    today = to_bangkok_date(releasing.at("00:00", days=0))
    set_from(Dated.LARGE_AUDIENCE, str(count), today, "คำสั่ง", Actor.system(), today=today)


def _past(delivery_release: Release) -> None:
    """Tests plan for tomorrow; what people did must lie in the past."""
    delivery_release.planned_at -= timedelta(days=3)


def test_nothing_is_published_before_a_delivery_was_sent(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, channel = story.approved(), cast.channel("P50")
        releasing.join(channel)
        release = releasing.planned(message, [channel], seen=3)
        rows = releasing.begun(release)
        assert [(row.target, row.way) for row in rows] == [(f"c:{channel.id}", Way.LINE.value)]
        assert (release.as_state, message.as_state) == (
            ReleaseState.RUNNING,
            MessageState.PROOFREAD,
        )
        assert (_publications(), _recipients(message)) == (0, set())
        releasing.sent(rows, release.planned_at)
        row = db.session.scalars(select(Publication)).one()
        assert (row.release_id, row.at, row.actor_id) == (
            release.id,
            release.planned_at,
            cast.user(OFFICER).id,
        )
        assert (
            row.approved_minutes == (release.planned_at - story.WRITTEN).total_seconds() // 60 - 20
        )
        assert (message.as_state, message.published_at) == (MessageState.PUBLISHED, row.at)
        assert _recipients(message) == {"malee50", "somchai50", "dao50"}


def test_the_pulse_ends_what_is_settled(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            channel = cast.channel("P50")
            releasing.join(channel)
            release = releasing.planned(story.approved(), [channel])
            number = release.id
            for row in releasing.begun(release):
                row.state = DeliveryState.UNKNOWN.value
        assert due.run_due()
        assert not due.run_due()
        ended = db.session.get_one(Release, number)
        assert ended.as_state is ReleaseState.DONE
        assert ended.ended_at is not None


def test_begun_again_doubles_nothing(app: Flask) -> None:
    """A process killed before its commit begins anew; one killed after it finds all done."""
    with app.app_context():
        with unit_of_work():
            message = story.approved()
            mail = releasing.channel("P50", ChannelKind.FACE_TO_FACE, ["malee50"])
            number = releasing.planned(message, [cast.channel("P50"), mail]).id
            moment = releasing.at("10:00")
        begin_write()
        assert due.begin(number, moment)
        db.session.rollback()
        assert releasing.deliveries(db.session.get_one(Release, number)) == []
        for _ in range(2):
            with unit_of_work():
                due.begin(number, moment)
        with unit_of_work():
            release = db.session.get_one(Release, number)
            assert len(releasing.deliveries(release)) == 2
            for row in releasing.deliveries(release) * 2:
                releases.settle(Actor.system(), row, story.PUBLISHED + timedelta(hours=1))
            assert _publications() == 2
            assert release.as_state is ReleaseState.RUNNING


def test_at_night_machines_wait_and_people_do_not(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        group, tower = (
            cast.channel("P50"),
            releasing.channel("P50", ChannelKind.LOUDSPEAKER, ["malee50"]),
        )
        releasing.join(group)
        release = releasing.planned(story.approved(), [group, tower], clock="22:00")
        assert [row.way for row in releasing.begun(release)] == [Way.HAND.value]
        assert release.machines_at == releasing.at("06:00", days=2)
        assert release.waits
        early = releasing.at("05:59", days=2)
        assert len(releasing.begun(release, early)) == 1
        found = releasing.begun(release, releasing.at("06:00", days=2))
        assert sorted(row.way for row in found) == [Way.HAND.value, Way.LINE.value]
        assert not release.waits


def test_what_was_late_does_not_go_out_at_night(app: Flask) -> None:
    """The outbox stood still from the afternoon into the night."""
    with app.app_context(), unit_of_work():
        group = cast.channel("P50")
        releasing.join(group)
        release = releasing.planned(story.approved(), [group], clock="15:00")
        assert releasing.begun(release, releasing.at("23:30")) == []
        assert release.machines_at == releasing.at("06:00", days=2)


def test_a_crisis_passes_the_night_and_the_second_person(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        _large_from(1)
        group, message = cast.channel("P50"), story.approved()
        releasing.join(group)
        message.crisis_reason = "น้ำท่วมฉับพลัน"
        release = releasing.planned(message, [group], clock="22:00")
        assert release.as_state is ReleaseState.SCHEDULED
        assert len(releasing.begun(release)) == 1


def test_a_large_audience_waits_for_a_second_person(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        _large_from(3)
        release = releasing.planned(story.approved(), [cast.channel("P50")])
        assert release.as_state is ReleaseState.WAITING
        assert releasing.begun(release) == []
        with pytest.raises(Refused, match="คนอื่น"):
            releases.confirm(story.acting(OFFICER), release, version=release.version)
        with pytest.raises(NotFound):
            releases.confirm(story.acting("head90"), release, version=release.version)
        with pytest.raises(ChangedMeanwhile):
            releases.confirm(story.acting("head50"), release, version=release.version - 1)
        releases.confirm(story.acting("head50"), release, version=release.version)
        assert release.confirmed_by == cast.user("head50").id
        assert len(releasing.begun(release)) == 1


def test_the_second_person_can_be_turned_off(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        _large_from(1)
        today = to_bangkok_date(releasing.at("00:00", days=0))
        set_from(Dated.SECOND_PERSON, "no", today, "คำสั่ง", Actor.system(), today=today)
        release = releasing.planned(story.approved(), [cast.channel("P50")])
        assert release.as_state is ReleaseState.SCHEDULED


def test_the_number_seen_must_still_be_true(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        with pytest.raises(releases.CountChanged) as changed:
            releasing.planned(message, [cast.channel("P50")], seen=4)
        assert changed.value.counted.people == 3
        assert releasing.planned(message, [cast.channel("P50")], seen=3).counted["people"] == 3


def test_a_form_sent_twice_makes_one_release(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, token = story.approved(), "c" * 32
        first = releasing.planned(message, [cast.channel("P50")], token=token)
        assert releasing.planned(message, [cast.channel("P50")], token=token).id == first.id


def test_a_channel_is_served_by_one_release_only(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        page = releasing.channel("P50", ChannelKind.FACEBOOK, ["dao50"])
        first = releasing.planned(message, [cast.channel("P50")])
        with pytest.raises(Refused, match="อยู่แล้ว"):
            releasing.planned(message, [cast.channel("P50")])
        second = releasing.planned(message, [cast.channel("P50"), page])
        assert second.channels == [page.id]
        releases.cancel(story.acting(OFFICER), first, "ผิดช่องทาง")
        assert releasing.planned(message, [cast.channel("P50")]).channels == [
            cast.channel("P50").id
        ]


def test_two_who_press_at_once_make_one_release(app: Flask) -> None:
    """On PostgreSQL the message's row is held, on SQLite the write lock is."""
    with app.app_context(), unit_of_work():
        number, channel = story.approved().id, cast.channel("P50").id

    def press(user: str, token: str) -> Callable[[], object]:
        return lambda: releases.plan(
            story.acting(user),
            db.session.get_one(KeyMessage, number),
            Audience(),
            [channel],
            purpose=Purpose.FIRST,
            seen_count=3,
            form_token=token * 32,
        )

    said = meanwhile(app, press(OFFICER, "a"), press("acting50", "b"))
    assert "อยู่แล้ว" in said
    assert meanwhile(app, press(OFFICER, "a"), press(OFFICER, "a")) == ""
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Release)) == 1


def test_two_processes_begin_a_release_once(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        number = releasing.planned(story.approved(), [cast.channel("P50")]).id
    moment = releasing.at("10:00")
    assert (
        meanwhile(app, lambda: due.begin(number, moment), lambda: due.begin(number, moment)) == ""
    )
    with app.app_context():
        assert len(releasing.deliveries(db.session.get_one(Release, number))) == 1


def test_who_plans_what(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        with pytest.raises(Refused, match="หน่วยงาน"):
            releasing.planned(message, [cast.channel("P90")])
        with pytest.raises(Refused):
            releasing.planned(message, [cast.channel("P90")], user="officer90")
        with pytest.raises(Refused, match="เลือกอย่างน้อย"):
            releasing.planned(message, [])
        draft = services.create(story.acting(OFFICER), story.TEXT)
        with pytest.raises(Refused, match="ยังไม่พร้อม"):
            releasing.planned(draft, [cast.channel("P50")])
        with pytest.raises(Refused, match="หนึ่งปี"):
            releases.plan(
                story.acting(OFFICER),
                message,
                Audience(),
                [cast.channel("P50").id],
                purpose=Purpose.FIRST,
                planned_at=releasing.at("10:00", days=400),
                seen_count=None,
            )


def test_called_off_before_it_runs(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        release = releasing.planned(story.approved(), [cast.channel("P50")])
        with pytest.raises(Refused, match="เหตุผล|ยกเลิก"):
            releases.cancel(story.acting(OFFICER), release, " ")
        with pytest.raises(NotFound):
            releases.cancel(story.acting("officer90"), release, "ผิด")
        releases.cancel(story.acting(OFFICER), release, "เขียนผิด")
        assert (release.as_state, release.reason) == (ReleaseState.CANCELLED, "เขียนผิด")
        assert releasing.begun(release) == []
        with pytest.raises(Refused):
            releases.cancel(story.acting(OFFICER), release, "อีกครั้ง")


def test_called_off_while_machines_wait_for_the_morning(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        group = cast.channel("P50")
        releasing.join(group)
        tower = releasing.channel("P50", ChannelKind.LOUDSPEAKER, ["malee50"])
        release = releasing.planned(story.approved(), [group, tower], clock="22:00")
        tasks = releasing.begun(release)
        releases.cancel(story.acting(OFFICER), release, "เขียนผิด")
        db.session.expire_all()
        assert [row.as_state for row in tasks] == [DeliveryState.CANCELLED]
        assert len(releasing.begun(release, releasing.at("06:00", days=2))) == 1


def test_of_what_runs_the_rest_is_called_off(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        tower = releasing.channel("P50", ChannelKind.LOUDSPEAKER, ["malee50"])
        release = releasing.planned(message, [cast.channel("P50"), tower])
        rows = releasing.begun(release)
        _past(release)
        releasing.sent(rows[:1], story.PUBLISHED, OFFICER)
        releases.cancel(story.acting(OFFICER), release, "สายไป")
        assert [row.as_state for row in rows] == [DeliveryState.SENT, DeliveryState.CANCELLED]
        assert (release.as_state, message.is_out) == (ReleaseState.DONE, True)
        with pytest.raises(Refused):
            releases.cancel(story.acting(OFFICER), release, "สายไป")


def test_what_is_being_sent_is_not_taken_back(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        releasing.begun(releasing.planned(message, [cast.channel("P50")]))
        with pytest.raises(Refused, match="กำลังส่ง"):
            services.take_back(story.acting(OFFICER), message)
        with pytest.raises(Refused, match="กำลังส่ง"):
            services.send_back(story.acting("head50"), message, "แก้ชื่อ")
        assert message.as_state is MessageState.PROOFREAD


@pytest.mark.parametrize("end", ["taken back", "withdrawn"])
def test_what_is_no_longer_wanted_does_not_begin(app: Flask, end: str) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.approved(), story.acting(OFFICER)
        page = releasing.channel("P50", ChannelKind.FACEBOOK)
        if end == "withdrawn":
            publishing.publish(actor, message, [page.id], at=story.PUBLISHED)
        release = releasing.planned(message, [cast.channel("P50")], purpose=Purpose.FIRST)
        if end == "withdrawn":
            services.withdraw(actor, message, "ข้อมูลผิด")
        else:
            services.take_back(actor, message)
        assert releasing.begun(release) == []
        assert release.as_state is ReleaseState.CANCELLED
        assert release.reason


def test_the_counts_equal_the_deliveries_and_the_recipients(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LINE to a group and to accounts, e-mail, by hand; who withdrew is not written to."""
    for name, value in releasing.sends_mail(app).items():
        monkeypatch.setitem(app.extensions, name, value)
    with app.app_context(), unit_of_work():
        everybody = list(cast.MEMBERS)
        oa = releasing.channel("C-PRDB", ChannelKind.LINE_OA, everybody, name="OA")
        mail = releasing.channel("C-PRDB", ChannelKind.EMAIL, everybody, name="อีเมล")
        tower = releasing.channel("C-PRDB", ChannelKind.LOUDSPEAKER, ["kaew51"], name="หอ")
        releasing.link("malee50", "somchai50", "aree90")
        for name in ("malee50", "dao50", "hasan90"):
            cast.member(name).email = f"{name}@example.org"
        consent = standing_consent(cast.member("hasan90"), ConsentPurpose.MESSAGES)
        withdraw_consent(story.acting("officer90"), consent, on=to_bangkok_date(story.PUBLISHED))
        message = story.approved("central", "head_central")
        release = releasing.planned(message, [oa, mail, tower], user="central")
        rows = releasing.begun(release)
        made = {way: sum(row.way == way for row in rows) for way in ("line", "email", "hand")}
        assert made == release.counted["deliveries"] == {"line": 3, "email": 1, "hand": 1}
        assert release.counted["unreached"] == {"objection": 1}
        mails = [row.member_id for row in rows if row.way == "email"]
        assert mails == [cast.member("dao50").id]
        _past(release)
        releasing.sent(rows, story.PUBLISHED, "central")
        assert _recipients(message) == {"malee50", "somchai50", "aree90", "dao50", "kaew51"}
        assert len(_recipients(message)) == release.counted["people"] == 5
        assert due.end(release.id, story.PUBLISHED)
        assert release.as_state is ReleaseState.DONE


def test_the_audience_narrows_the_recipients(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        audience = Audience(network_types=("loudspeaker",))
        release = releasing.planned(message, [cast.channel("P50")], audience=audience, seen=1)
        releasing.sent(releasing.begun(release), story.PUBLISHED, OFFICER)
        assert _recipients(message) == {"somchai50"}


def test_what_people_did_lies_in_the_past(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        rows = releasing.begun(releasing.planned(message, [cast.channel("P50")]))
        for wrong in (story.WRITTEN, releasing.at("12:00")):
            with pytest.raises(Refused):
                releases.settle(story.acting(OFFICER), rows[0], wrong)
        assert _publications() == 0


def test_the_earliest_channel_is_the_beginning(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        tower = releasing.channel("P50", ChannelKind.LOUDSPEAKER, ["malee50"])
        rows = releasing.begun(releasing.planned(message, [cast.channel("P50"), tower]))
        later = story.PUBLISHED + timedelta(hours=2)
        releasing.sent(rows[:1], later, OFFICER)
        releasing.sent(rows[1:], story.PUBLISHED, OFFICER)
        assert message.published_at == story.PUBLISHED
        assert sorted(row.approved_minutes or 0 for row in message.publications) == [20, 140]
        moves = [row.after for row in message.moves].count(MessageState.PUBLISHED.value)
        assert moves == 1


def _move(channel: Channel, office: str) -> None:
    """A LINE group was claimed by another office."""
    row = db.session.scalars(select(Office).where(Office.code == office)).one()
    channel.office_id, channel.network_id = row.id, None
    db.session.flush()


def test_who_lost_the_right_to_publish_does_not(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        release = releasing.planned(story.approved(), [cast.channel("P50")])
        release.office.may_publish = False
        assert releasing.begun(release) == []
        assert release.as_state is ReleaseState.CANCELLED
        assert "เพิกถอนสิทธิ" in (release.reason or "")


def test_a_channel_that_became_anothers_is_left_out(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        group = cast.channel("P50")
        tower = releasing.channel("P50", ChannelKind.LOUDSPEAKER, ["malee50"], name="หอบ้านเหนือ")
        release = releasing.planned(story.approved(), [group, tower])
        _move(tower, "P90")
        assert [row.target for row in releasing.begun(release)] == [f"c:{group.id}"]
        assert release.channels == [group.id]
        assert "หอบ้านเหนือ" in (release.reason or "")
        assert release.counted["channels"] == 1


def test_a_release_without_a_channel_left_is_called_off(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        tower = releasing.channel("P50", ChannelKind.LOUDSPEAKER, ["malee50"])
        group = cast.channel("P50")
        releasing.join(group)
        night = releasing.planned(story.approved(), [group, tower], clock="22:00")
        releasing.begun(night)
        for row in (group, tower):
            _move(row, "P90")
        releasing.begun(night, releasing.at("06:00", days=2))
        assert night.as_state is ReleaseState.CANCELLED
        assert night.reason
        assert {row.as_state for row in releasing.deliveries(night)} == {DeliveryState.CANCELLED}


def test_what_became_large_waits_for_a_second_person(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        _large_from(4)
        tower = releasing.channel("P50", ChannelKind.LOUDSPEAKER, ["malee50", "somchai50"])
        release = releasing.planned(story.approved(), [tower])
        assert release.as_state is ReleaseState.SCHEDULED
        for name in ("dao50", "kaew51"):
            releasing.enlist(tower, name)
        assert releasing.begun(release) == []
        assert (release.as_state, release.counted["people"]) == (ReleaseState.WAITING, 4)
        releases.confirm(story.acting("head50"), release, version=release.version)
        assert len(releasing.begun(release)) == 1


def test_many_deliveries_are_made_step_by_step(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in between it goes on; nobody is in two; nothing is sent before all are made."""
    monkeypatch.setattr(due, "BATCH", 2)
    for name, value in releasing.sends_mail(app).items():
        monkeypatch.setitem(app.extensions, name, value)
    everybody = list(cast.MEMBERS)
    with app.app_context():
        with unit_of_work():
            oa = releasing.channel("C-PRDB", ChannelKind.LINE_OA, everybody, name="OA")
            mail = releasing.channel("C-PRDB", ChannelKind.EMAIL, everybody, name="อีเมล")
            releasing.link("malee50", "somchai50", "aree90")
            for name in everybody:
                cast.member(name).email = f"{name}@example.org"
            message = story.approved("central", "head_central")
            release = releasing.planned(message, [oa, mail], user="central")
            number, moment = release.id, release.planned_at
            planned = release.counted["people"]
        made = []
        for step in range(8):
            begin_write()
            due.begin(number, moment)
            (db.session.rollback if step == 1 else commit)()
            release = db.session.get_one(Release, number)
            made.append(len(releasing.deliveries(release)))
            if release.machines_done:
                break
            assert not freezing.to_freeze([Way.LINE, Way.EMAIL], moment)
        assert made == [2, 2, 5, 6]
        assert made[-1] == planned == len(everybody)
        assert release.machines_done
        assert freezing.to_freeze([Way.LINE, Way.EMAIL], moment)
        ways = [row.way for row in releasing.deliveries(release)]
        assert ways.count(Way.LINE.value) == 3


def test_a_second_release_leaves_out_who_has_the_message(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        everybody = list(cast.MEMBERS)
        message = story.approved("central", "head_central")
        tower = releasing.channel("C-PRDB", ChannelKind.LOUDSPEAKER, ["malee50", "dao50"])
        oa = releasing.channel("C-PRDB", ChannelKind.LINE_OA, everybody, name="OA")
        releasing.link("malee50", "somchai50", "aree90")
        first = releasing.planned(message, [tower], user="central")
        releasing.sent(releasing.begun(first), story.PUBLISHED, "central")
        assert _recipients(message) == {"malee50", "dao50"}
        second = releasing.planned(message, [oa], user="central", purpose=Purpose.ONWARD)
        rows = releasing.begun(second)
        told = {row.member_id for row in rows}
        assert told == {cast.member(name).id for name in ("somchai50", "aree90")}
        assert second.counted["people"] == second.counted["deliveries"]["line"] == 2
        assert second.counted["unreached"]["has_it"] == 2


def test_a_notice_goes_where_the_message_was_on_its_way(app: Flask) -> None:
    """A push in flight when somebody presses “Correct” is no publication yet."""
    with app.app_context(), unit_of_work():
        message = story.approved()
        group, oa = cast.channel("P50"), releasing.channel("C-PRDB", ChannelKind.LINE_OA, ["dao50"])
        releasing.join(group)
        releasing.link("dao50")
        tower = releasing.channel("P50", ChannelKind.LOUDSPEAKER, ["malee50"])
        release = releasing.planned(message, [group, tower])
        machine, by_hand = releasing.begun(release)[::-1]
        releasing.sent([by_hand], story.PUBLISHED, OFFICER)
        machine.state = DeliveryState.SENDING.value
        make_deliveries(release, [Target(Way.LINE, "m:1", oa.id, cast.member("dao50").id)])
        own = releasing.deliveries(release)[-1]
        own.state = DeliveryState.UNKNOWN.value
        notice = releases.plan_notice(story.acting(OFFICER), message, Purpose.CORRECTION)
        assert notice is not None
        assert notice.channels == [tower.id, group.id, oa.id]
        told = {row.target for row in releasing.begun(notice, releasing.at("12:00"))}
        dao = cast.member("dao50").id
        assert told == {f"c:{group.id}", f"c:{tower.id}", f"m:{dao}"}


def test_nothing_goes_out_after_its_last_day(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        message.valid_until = to_bangkok_date(releasing.at("10:00", days=0))
        with pytest.raises(Refused, match=message.title):
            releasing.planned(message, [cast.channel("P50")])


def test_what_ran_out_while_it_waited_is_called_off(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        release = releasing.planned(message, [cast.channel("P50")])
        message.valid_until = to_bangkok_date(releasing.at("10:00", days=0)) - timedelta(days=1)
        assert releasing.begun(release) == []
        assert release.as_state is ReleaseState.CANCELLED
        assert release.reason


def test_a_crisis_is_over_once_it_was_reviewed(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        message.crisis_reason = "น้ำหลาก"
        assert releases.is_urgent(message, Purpose.ONWARD)
        message.reviewed_at = cast.NOON
        assert not releases.is_urgent(message, Purpose.ONWARD)
        assert releases.is_urgent(message, Purpose.FIRST)
