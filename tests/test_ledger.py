"""The ledger: recipients once, nothing counted twice, and refusals that say why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from registry.access.scope import Scope
from registry.channels.models import AudienceCount, Channel, ChannelKind
from registry.db import begin_write, db, unit_of_work
from registry.errors import NotFound, Refused
from registry.members.consent_models import ConsentPurpose
from registry.members.consents import standing_consent, withdraw_consent
from registry.members.models import MemberState
from registry.members.states import change_state
from registry.messages import ledger, publishing
from registry.messages.entries import Fault
from registry.messages.ledger import Result
from registry.messages.ledger_models import Dissemination, Recipient
from registry.messages.models import KeyMessage
from registry.messages.numbers import numbers_of
from registry.networks.models import NetworkMember
from tests import cast, story

ALL = story.ALL


def _recipients(message: KeyMessage) -> set[str]:
    names = {cast.member(name).id: name for name in cast.MEMBERS}
    query = select(Recipient.member_id).where(Recipient.message_id == message.id)
    found = list(db.session.scalars(query))
    assert len(found) == len(set(found))
    return {names[number] for number in found}


def _channel(owner: str, **given: Any) -> Channel:
    base = cast.channel(owner)
    row = Channel(
        kind=given.pop("kind", ChannelKind.FACEBOOK).value,
        name=given.pop("name", "เพจใหม่"),
        member_id=base.member_id,
        office_id=base.office_id,
        opened_on=cast.SINCE,
        created_at=cast.NOON,
        **given,
    )
    db.session.add(row)
    db.session.flush()
    return row


def test_recipients_are_those_on_the_rosters_that_day(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        assert _recipients(story.published()) == {"malee50", "somchai50", "dao50"}


def test_a_later_publication_adds_only_new_members(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved("bureau", "head_bureau")
        first = publishing.publish(
            story.acting("bureau"), message, [cast.channel("C-NNT").id], at=story.PUBLISHED
        )
        later = story.PUBLISHED + timedelta(days=2)
        second = publishing.publish(
            story.acting("officer50"), message, [cast.channel("P50").id], at=later
        )
        assert _recipients(message) == {"dao50", "hasan90", "malee50", "somchai50"}
        dao = db.session.scalars(
            select(Recipient).where(Recipient.member_id == cast.member("dao50").id)
        ).one()
        assert (dao.publication_id, dao.on) == (first[0].id, date(2026, 6, 10))
        malee = db.session.scalars(
            select(Recipient).where(Recipient.member_id == cast.member("malee50").id)
        ).one()
        assert (malee.publication_id, malee.on) == (second[0].id, date(2026, 6, 12))
        assert (malee.province_code, malee.office_id) == ("50", cast.network("P50").office_id)


def test_who_left_is_no_recipient(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = cast.member("malee50")
        change_state(story.acting("officer50"), member, MemberState.INACTIVE, on=date(2026, 6, 1))
        gone = db.session.scalars(
            select(NetworkMember).where(NetworkMember.member_id == cast.member("dao50").id)
        )
        for row in gone:
            row.to_on = date(2026, 6, 1)
        message = story.published()
        assert _recipients(message) == {"somchai50", "dao50"}  # dao is on the channel's roster


def test_who_withdrew_consent_gets_no_more_messages(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        standing = standing_consent(cast.member("malee50"), ConsentPurpose.MESSAGES)
        assert standing is not None
        withdraw_consent(story.acting("officer50"), standing, on=date(2026, 6, 1))
        assert _recipients(story.published()) == {"somchai50", "dao50"}


def test_passing_on_implies_receipt(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        ledger.decline(actor, message, cast.member("malee50").id)
        row = ledger.record_dissemination(actor, ALL, story.entry(message))
        recipient = db.session.get(Recipient, (row.month, message.id, row.member_id))
        assert recipient.received_at == row.at
        assert recipient.declined_at is None
        assert (row.audience_potential, row.province_code) == (100, "50")


def test_the_first_receipt_stays(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, who = story.published(), cast.member("dao50").id
        early, late = story.PUBLISHED + timedelta(minutes=5), story.PUBLISHED + timedelta(hours=5)
        for at in (early, late):
            row = ledger.record_receipt(story.acting("officer50"), message, who, at=at)
        assert row.received_at == early
        with pytest.raises(NotFound):
            ledger.record_receipt(story.acting("officer50"), message, cast.member("aree90").id)
        with pytest.raises(Refused):
            ledger.record_receipt(story.acting("officer50"), message, who, at=story.WRITTEN)


def test_a_report_sent_twice_is_one(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        token = "b" * 32
        first = ledger.record_dissemination(actor, ALL, story.entry(message), form_token=token)
        later = replace(story.entry(message), at=story.PUBLISHED + timedelta(hours=1, seconds=3))
        second = ledger.record_dissemination(actor, ALL, later, form_token=token)
        assert first.id == second.id


def test_a_sheet_sent_twice_changes_nothing(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        told = [story.entry(message, name) for name in ("malee50", "dao50")] * 2
        results = [
            [one.result for one in ledger.record_many(actor, ALL, told, source="sheet")]
            for _ in range(2)
        ]
        assert results[0] == [Result.NEW] * 2 + [Result.ALREADY] * 2
        assert results[1] == [Result.ALREADY] * 4
        assert db.session.scalar(select(func.count()).select_from(Dissemination)) == 2


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("before the publication", {"at": story.PUBLISHED - timedelta(minutes=1)}, "at"),
    ("in the future", {"at": datetime.now(UTC) + timedelta(hours=1)}, "at"),
    ("no member then", {"at": datetime(2023, 6, 1, tzinfo=UTC)}, "at"),
    ("a script as a link", {"link": "javascript:alert(1)"}, "link"),
    ("a negative number", {"audience_reported": -1}, "audience"),
    ("no such message", {"message_id": 999_999}, "message"),
    ("no such member", {"member_id": 999_999}, "member"),
    ("no such channel", {"channel_id": 999_999}, "channel"),
]


@pytest.mark.parametrize(
    ("given", "field"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_cannot_be_is_refused(app: Flask, given: dict[str, Any], field: str) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        with pytest.raises(Fault) as refusal:
            ledger.record_dissemination(
                story.acting("officer50"), ALL, story.entry(message, **given)
            )
        assert refusal.value.field == field
        assert len(str(refusal.value)) > 10
        assert db.session.scalar(select(Dissemination.id)) is None


def test_another_members_channel_is_refused(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        strange = story.entry(message, channel_id=cast.channel("dao50").id)
        office = story.entry(message, channel_id=cast.channel("P50").id)
        for entry in (strange, office):
            with pytest.raises(Fault, match="ไม่ใช่ของสมาชิก"):
                ledger.record_dissemination(story.acting("officer50"), ALL, entry)


def test_a_closed_channel_is_refused(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        cast.channel("malee50").retired_on = date(2026, 6, 1)
        db.session.flush()
        with pytest.raises(Fault, match="ปิดไปแล้ว"):
            ledger.record_dissemination(story.acting("officer50"), ALL, story.entry(message))


def test_not_active_on_that_day(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, member = story.published(), cast.member("malee50")
        change_state(story.acting("officer50"), member, MemberState.INACTIVE, on=date(2026, 6, 11))
        told = story.entry(message, at=story.PUBLISHED + timedelta(days=3))
        with pytest.raises(Fault, match="วันดังกล่าว"):
            ledger.record_dissemination(story.acting("officer50"), ALL, told)
        ledger.record_dissemination(story.acting("officer50"), ALL, story.entry(message))


def test_an_estimate_says_on_what_it_rests(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        tower = _channel("somchai50", kind=ChannelKind.LOUDSPEAKER, name="หอกระจายข่าว")
        told = story.entry(message, "somchai50", channel_id=tower.id, audience_reported=300)
        with pytest.raises(Fault, match="ค่าประมาณ"):
            ledger.record_dissemination(actor, ALL, told)
        row = ledger.record_dissemination(actor, ALL, replace(told, basis="100 ครัวเรือน × 3 คน"))
        assert (row.basis, row.audience_potential) == ("100 ครัวเรือน × 3 คน", None)
        db.session.add(
            AudienceCount(
                channel_id=tower.id,
                on=cast.SINCE,
                audience=280,
                basis="นับเสา",
                recorded_at=cast.NOON,
            )
        )
        db.session.flush()
        later = replace(told, at=story.PUBLISHED + timedelta(days=1))
        row = ledger.record_dissemination(actor, ALL, later)
        assert (row.basis, row.audience_potential) == ("นับเสา", 280)


def test_outside_the_scope_nothing_exists(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        songkhla = Scope.of_provinces("90")
        with pytest.raises(Fault) as refusal:
            ledger.record_dissemination(
                story.acting("officer90"), songkhla, story.entry(message, "aree90")
            )
        assert refusal.value.field == "message"
        central = story.published("bureau", "head_bureau", channel="C-NNT")
        with pytest.raises(Fault) as refusal:
            ledger.record_dissemination(story.acting("officer90"), songkhla, story.entry(central))
        assert refusal.value.field == "member"
        told = story.entry(central, "hasan90")
        assert ledger.record_dissemination(story.acting("officer90"), songkhla, told).id


def test_potential_counts_once_and_the_next_inherits(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        hours = [
            ledger.record_dissemination(
                actor, ALL, story.entry(message, at=story.PUBLISHED + timedelta(hours=hour),
                                        audience_reported=10 * hour)
            )
            for hour in (1, 2, 3)
        ]  # fmt: skip
        ledger.record_dissemination(actor, ALL, story.entry(message, "dao50"))
        found = numbers_of(ALL, message.id)
        assert (found.potential, found.reported, found.evidenced) == (200, 60, None)
        assert (found.recipients, found.received, found.passed_on) == (3, 2, 2)
        ledger.withdraw(actor, hours[0])
        ledger.review(actor, [hours[1]], accept=False, reason="ไม่เห็นภาพ")
        found = numbers_of(ALL, message.id)
        assert (found.potential, found.reported) == (200, 30)
        ledger.withdraw(actor, hours[2])
        found = numbers_of(ALL, message.id)
        assert (found.potential, found.reported, found.passed_on) == (100, None, 1)


def test_evidence_counts_only_when_accepted(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        proven = ledger.record_dissemination(
            actor, ALL, story.entry(message, audience_reported=80, link="https://example.org/1")
        )
        bare = ledger.record_dissemination(
            actor, ALL, story.entry(message, "dao50", audience_reported=500)
        )
        assert numbers_of(ALL, message.id).evidenced is None
        assert ledger.review(actor, [proven, bare], accept=True) == 2
        found = numbers_of(ALL, message.id)
        assert (found.evidenced, found.reported) == (80, 580)
        with pytest.raises(Refused, match="ยังขาด"):
            ledger.review(actor, [bare], accept=False)


def test_figures_end_where_the_scope_ends(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.published("bureau", "head_bureau", channel="C-NNT")
        actor = story.acting("bureau")
        for name in ("dao50", "hasan90"):
            ledger.record_dissemination(actor, ALL, story.entry(message, name, audience_reported=7))
        here = numbers_of(Scope.of_provinces("90"), message.id)
        assert (here.recipients, here.passed_on, here.reported, here.potential) == (1, 1, 7, 100)
        assert numbers_of(ALL, message.id).reported == 14


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["malee50", "somchai50", "dao50"]),
            st.integers(0, 4),
            st.none() | st.integers(0, 500),
            st.sampled_from(["keep", "accept", "send_back", "withdraw"]),
        ),
        max_size=8,
    )
)
def test_numbers_equal_a_plain_count(
    app: Flask, told: list[tuple[str, int, int | None, str]]
) -> None:
    """However reports come and go, the figures are those of a count by hand."""
    with app.app_context():
        begin_write()
        message, actor = story.published(), story.acting("officer50")
        live: dict[str, list[int | None]] = {}
        seen: set[tuple[str, int]] = set()
        for name, day, audience, fate in told:
            entry = story.entry(
                message, name, at=story.PUBLISHED + timedelta(days=day), audience_reported=audience
            )
            outcome = ledger.record_many(actor, ALL, [entry], source="grid")[0]
            assert (outcome.result is Result.NEW) == ((name, day) not in seen)
            if outcome.result is not Result.NEW:
                continue
            row = db.session.scalars(
                select(Dissemination).where(Dissemination.id == outcome.id)
            ).one()
            if fate == "withdraw":
                ledger.withdraw(actor, row)
            else:
                seen.add((name, day))
                if fate != "keep":
                    ledger.review(actor, [row], accept=fate == "accept", reason="ไม่ชัด")
                if fate != "send_back":
                    live.setdefault(name, []).append(audience)
        found = numbers_of(ALL, message.id)
        figures = [number for some in live.values() for number in some if number is not None]
        assert found.passed_on == len(live)
        assert found.potential == (100 * len(live) or None)
        assert found.reported == (sum(figures) if figures else None)
        assert found.passed_on <= found.received <= found.recipients == 3
        db.session.rollback()


def test_no_reader_writes(app: Flask) -> None:
    """The set-based statements too need a declared write."""
    with app.app_context():
        with unit_of_work():
            message = story.published()
            number = message.id
        message = db.session.get(KeyMessage, number)
        row = message.publications[0]
        with pytest.raises(Exception, match="begin_write|readonly|read-only"):
            db.session.execute(delete(Recipient).where(Recipient.publication_id == row.id))
        db.session.rollback()
