"""Two records of one person: what the survivor takes over, the figures."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.channels.models import Channel, ChannelMember
from registry.db import db, unit_of_work
from registry.members.consent_models import Consent, ConsentPurpose
from registry.members.consents import give_consent, withdraw_consent
from registry.members.duplicates import Probe, find_matches
from registry.members.list_queries import MemberFilters, count_members
from registry.members.models import MemberMerge
from registry.members.values import MemberValues
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.networks.models import NetworkMember
from registry.networks.services import join
from tests import cast
from tests.merging import (
    SINCE,
    SYSTEM,
    TODAY,
    TWIN,
    busy_twin,
    figure,
    members_active,
    merge,
    owned,
    twin,
    undo,
)
from tests.objects import DAY, NOON


def test_the_survivor_takes_everything_over_once(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        busy_twin()
        row = merge(("email", "name"))
        malee, other = cast.member("malee50"), cast.member(TWIN)
        assert (malee.title, malee.email, malee.birth_year) == ("น.ส.", "malee@example.org", 1980)
        assert malee.joined_on == cast.SINCE
        for model in (Channel, Dissemination, Question, MemberNews, Recipient, NetworkMember):
            assert owned(model, other) == 0, model
        assert [owned(model, malee) for model in (Channel, NetworkMember, ChannelMember)] == [
            2,  # her own and the twin's
            2,  # of Chiang Mai once, of the bureau from the twin
            1,
        ]
        received = db.session.scalars(select(Recipient.received_at).filter_by(member_id=malee.id))
        assert sorted(received, key=str) == [NOON, None]
        assert row.survivor_id == malee.id
        event = db.session.scalars(select(AuditEvent).filter_by(action=Action.MEMBER_MERGE)).one()
        assert event.details["from"] == other.id


def test_consents_stand_once_and_the_last_word_holds(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        twin()
        malee, messages = cast.member("malee50"), ConsentPurpose.MESSAGES.value
        merge()
        standing = [row.purpose for row in malee.consents if row.withdrawn_on is None]
        assert sorted(standing) == ["messages", "portrait", "registry"]
        assert [row.given_on for row in malee.consents if row.purpose == messages] == [cast.SINCE]


def test_a_withdrawal_on_either_record_is_heard(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        consents = {row.purpose: row for row in twin().consents}
        withdraw_consent(SYSTEM, consents["messages"], on=DAY)
        give_consent(SYSTEM, cast.member(TWIN), ConsentPurpose.REGISTRY, on=SINCE, source="form")
        merge()
        malee = cast.member("malee50")
        ends = {row.purpose: row.withdrawn_on for row in malee.consents if row.withdrawn_on}
        assert ends == {"messages": DAY}
        assert db.session.scalar(select(func.count(Consent.id)).filter_by(member_id=malee.id)) == 4


def test_spans_that_overlap_become_one(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = twin()
        network, malee = cast.network("P50"), cast.member("malee50")
        rows = update(NetworkMember).where(NetworkMember.member_id == malee.id)
        db.session.execute(rows.values(to_on=date(2025, 6, 1)))
        join(SYSTEM, network, [member], on=SINCE)
        db.session.scalars(
            select(NetworkMember).filter_by(member_id=member.id)
        ).one().coordinator = True
        merge()
        kept = db.session.scalars(select(NetworkMember).filter_by(member_id=malee.id)).one()
        assert (kept.from_on, kept.to_on, kept.coordinator) == (cast.SINCE, None, True)


def test_figures_lists_and_matching_know_the_person_once(app: Flask) -> None:
    scope = Scope.of_provinces("50")
    with app.app_context(), unit_of_work():
        member = busy_twin()
        probe = Probe.of(MemberValues.of(member))
        assert members_active(scope, TODAY) == 4
        whole = figure("retention_rate", scope, TODAY)
        row = merge()
        assert members_active(scope, TODAY) == 3
        assert members_active(scope, DAY) == 4, "the past stays"
        assert figure("retention_rate", scope, TODAY) == pytest.approx(whole)
        assert count_members(scope, MemberFilters())[0] == 3
        for seen in (scope, Scope.all()):
            found = find_matches(seen, [probe])[0]
            assert member.id not in {match.member_id for match in found}
        undo(row.id)
        assert members_active(scope, TODAY) == 4


def test_the_ledger_is_not_readable_at_rest(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        twin()
        merge()
        raw = db.session.connection().exec_driver_sql("SELECT ledger FROM member_merge").scalar()
        assert raw is not None
        assert b"malee@example.org" not in bytes(raw)
        assert "malee@example.org" in str(db.session.scalars(select(MemberMerge.ledger)).one())
        assert datetime.now(UTC) > db.session.scalars(select(MemberMerge.at)).one()
