"""A merge while somebody else works on what hangs on one of the two records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.channels.models import Channel, ChannelKind, ChannelMember
from registry.channels.services import (
    ChannelValues,
    add_network_to_roster,
    add_to_roster,
    open_channel,
)
from registry.db import db, unit_of_work
from registry.members import transfers
from registry.members.consent_models import Consent, ConsentPurpose
from registry.members.consents import give_consent
from registry.members.models import Member, MemberMerge
from registry.members.transfer_models import RequestKind, TransferRequest
from registry.messages import exchange, review
from registry.messages.entries import DisseminationEntry
from registry.messages.ledger import record_dissemination
from registry.messages.ledger_models import (
    Dissemination,
    DisseminationState,
    MemberNews,
    Question,
)
from registry.networks.models import NetworkMember
from registry.networks.services import join
from registry.portal.models import Certificate, MemberLink
from registry.portal.queries import OwnScope
from registry.portal.results import certify
from registry.portal.services import issue
from tests import cast
from tests.meanwhile import meanwhile
from tests.merging import (
    SINCE,
    SYSTEM,
    TODAY,
    TWIN,
    busy_twin,
    merge,
    owned,
    twin,
    undo,
)


def test_both_ways_at_once_leave_one(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        twin(national_id=None)
        names = ("malee50", TWIN)
    pairs: list[tuple[str, str]] = [names, names[::-1]]

    def step(pair: tuple[str, str]) -> Callable[[], object]:
        return lambda: merge((), *pair)

    assert "รวมเป็นระเบียนเดียวกันแล้ว" in meanwhile(app, step(pairs[0]), step(pairs[1]))
    with app.app_context():
        assert cast.member(TWIN).merged_into_id == cast.member("malee50").id
        assert cast.member("malee50").merged_into_id is None


def test_a_review_at_that_moment_survives_the_way_back(app: Flask) -> None:
    """The ledger holds what was committed when the merge began to move rows, not what it saw."""
    with app.app_context(), unit_of_work():
        busy_twin()

    def accept() -> None:
        review.review(SYSTEM, db.session.scalars(select(Dissemination)).all(), accept=True)

    assert meanwhile(app, accept, merge) == ""
    with app.app_context():
        with unit_of_work():
            undo(db.session.scalars(select(MemberMerge.id)).one())
        states = db.session.scalars(select(Dissemination.state)).all()
        assert set(states) == {DisseminationState.ACCEPTED.value}


def test_a_report_for_the_record_that_goes_is_refused(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        busy_twin()
        row = db.session.scalars(select(Dissemination)).one()
        entry = DisseminationEntry(row.message_id, row.member_id, row.channel_id, row.at)
        later = replace(entry, at=entry.at + timedelta(days=1))
    said = meanwhile(
        app, merge, lambda: record_dissemination(SYSTEM, Scope.of_provinces("50"), later)
    )
    assert "ไม่พบสมาชิก" in said
    with app.app_context():
        assert owned(Dissemination, cast.member("malee50")) == 1


@pytest.mark.parametrize("send", [exchange.ask, exchange.send_news])
def test_nothing_is_sent_from_the_record_that_goes(
    app: Flask, send: Callable[[Actor, Member, str], object]
) -> None:
    """Whoever opened the personal link just before reads that it did not arrive."""
    with app.app_context(), unit_of_work():
        twin()
    said = meanwhile(app, merge, lambda: send(SYSTEM, cast.member(TWIN), "จริงหรือ"))
    assert "ถูกรวม" in said
    with app.app_context():
        assert [owned(model, cast.member(TWIN)) for model in (Question, MemberNews)] == [0, 0]


def _open(member: Member) -> object:
    values = ChannelValues(kind=ChannelKind.LINE_GROUP, name="ไลน์กลุ่มใหม่", opened_on=SINCE)
    return open_channel(SYSTEM, member, values)


def _ask(member: Member) -> object:
    office = db.session.scalars(select(Office).where(Office.code == "P51")).one()
    wish = transfers.Wish(RequestKind.TRANSFER, "ย้ายบ้านแล้ว", province="51")
    return transfers.ask(SYSTEM, office, member, wish)


def _consent(member: Member) -> object:
    return give_consent(SYSTEM, member, ConsentPurpose.REGISTRY, on=TODAY, source="ใบสมัคร")


WRITES: dict[type, Callable[[Member], object]] = {
    Channel: _open,
    NetworkMember: lambda member: join(SYSTEM, cast.network("P50"), [member], on=TODAY),
    ChannelMember: lambda member: add_to_roster(SYSTEM, cast.channel("P50"), [member], on=TODAY),
    Consent: _consent,
    TransferRequest: _ask,
    MemberLink: lambda member: issue(SYSTEM, member),
    Certificate: lambda member: certify(SYSTEM, OwnScope(member_id=member.id), member),
}


@pytest.mark.parametrize("model", WRITES, ids=lambda model: model.__name__)
def test_nothing_is_written_about_the_record_that_goes(app: Flask, model: type) -> None:
    with app.app_context(), unit_of_work():
        there = owned(model, twin())
    said = meanwhile(app, merge, lambda: WRITES[model](cast.member(TWIN)))
    assert "ถูกรวม" in said
    with app.app_context():
        assert owned(model, cast.member(TWIN)) <= there


def test_a_network_enters_a_roster_without_the_record_that_goes(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        join(SYSTEM, cast.network("P50"), [twin()], on=SINCE)

    def add() -> None:
        add_network_to_roster(SYSTEM, cast.channel("P50"), cast.network("P50"), on=TODAY)

    assert meanwhile(app, merge, add) == ""
    with app.app_context():
        assert owned(ChannelMember, cast.member(TWIN)) == 0
