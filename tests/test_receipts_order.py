"""Receipts and reports come in any order, from anywhere: the earliest moment is the receipt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.messages import ledger
from registry.messages.ledger_models import Dissemination, Recipient
from registry.messages.models import KeyMessage
from registry.messages.receipts import IMPLIED, MOVED
from tests import cast, story

FIRST = story.PUBLISHED
TOLD, REPORTED = ("link", "line", "phone"), ("report by link", "report by line", "report by phone")


def tell(message: KeyMessage, how: str, at: datetime) -> None:
    """A receipt by a way, or a report by it that implies one."""
    member = cast.member("malee50")
    if how in TOLD:
        ledger.record_receipt(Actor(None, how), message, member.id, at=at, via=how)
        return
    source = {"link": "link", "line": "line", "phone": "officer"}[how.rpartition(" ")[2]]
    entry = story.entry(message, at=at)
    ledger.record_many(Actor(None, source), story.ALL, [entry], source=source, daily=False)


def receipt_of(message: KeyMessage) -> Recipient:
    db.session.flush()
    db.session.expire_all()
    query = select(Recipient).where(
        Recipient.message_id == message.id, Recipient.member_id == cast.member("malee50").id
    )
    return db.session.scalars(query).one()


events = st.lists(
    st.tuples(st.sampled_from(TOLD + REPORTED), st.integers(1, 5)), min_size=1, max_size=5
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events)
def test_the_earliest_moment_stands_in_any_order(app: Flask, told: list[tuple[str, int]]) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        for how, minutes in told:
            tell(message, how, FIRST + timedelta(minutes=minutes))
        row, earliest = receipt_of(message), min(minutes for _how, minutes in told)
        said = {how for how, minutes in told if how in TOLD and minutes == earliest}
        assert row.received_at == FIRST + timedelta(minutes=earliest)
        if said:
            assert row.received_via in said
        else:
            assert row.received_via == (MOVED if any(how in TOLD for how, _ in told) else IMPLIED)
        db.session.rollback()


def _told_first(message: KeyMessage) -> None:
    tell(message, "phone", FIRST + timedelta(minutes=9))
    tell(message, "report by link", FIRST + timedelta(minutes=3))


def _told_last(message: KeyMessage) -> None:
    tell(message, "report by link", FIRST + timedelta(minutes=3))
    tell(message, "phone", FIRST + timedelta(minutes=9))


def test_a_receipt_that_was_told_outlives_a_withdrawn_report_in_both_orders(app: Flask) -> None:
    def left(steps: Callable[[KeyMessage], None]) -> tuple[datetime | None, str | None]:
        with app.app_context(), unit_of_work():
            message = story.published()
            steps(message)
            report = db.session.scalars(select(Dissemination)).one()
            ledger.withdraw(Actor(None, "link"), report)
            row = receipt_of(message)
            found = (row.received_at, row.received_via)
            db.session.rollback()
            return found

    assert left(_told_last) == left(_told_first)
    assert left(_told_last)[0] is not None


def test_what_a_phone_kept_moves_what_only_followed_but_not_what_was_told(app: Flask) -> None:
    """A time that a phone tells later is trusted where nothing was told before."""
    with app.app_context(), unit_of_work():
        who, early = cast.member("malee50").id, FIRST + timedelta(minutes=1)
        for first, expected in (("report by line", 1), ("line", 5)):
            message = story.published()
            tell(message, first, FIRST + timedelta(minutes=5))
            ledger.record_receipt(
                Actor(None, "link"), message, who, at=early, via="link", waited=True
            )
            assert receipt_of(message).received_at == FIRST + timedelta(minutes=expected)
        db.session.rollback()
