"""Many rows at once do what one row at a time does, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from registry.audit.actions import Action
from registry.audit.models import AuditEvent, AuditPersonal
from registry.audit.services import Actor, Happened, record, record_many
from registry.audit.verify import verify
from registry.bulk import CHUNK, insert_rows, reserve_ids, update_rows
from registry.db import ReadOnlyTransaction, db, unit_of_work
from registry.members.consent_models import Consent
from registry.members.models import Member
from tests import cast

NAMES = ("member_id", "purpose", "basis", "given_on", "source", "by_guardian")


def consents(count: int) -> list[tuple[object, ...]]:
    number = cast.member("malee50").id
    return [(number, "portrait", "consent", date(2026, 1, 2), f"#{n}", n % 2 == 0)
            for n in range(count)]  # fmt: skip


def test_values_arrive_as_the_model_takes_them(app: Flask) -> None:
    with app.app_context():
        rows = consents(CHUNK + 5)
        with unit_of_work():
            insert_rows(Consent, NAMES, rows)
        query = select(Consent).where(Consent.purpose == "portrait").order_by(Consent.id)
        found = db.session.scalars(query).all()
        assert [one.source for one in found] == [row[4] for row in rows]
        assert found[0].given_on == date(2026, 1, 2)
        assert [found[0].by_guardian, found[1].by_guardian] == [True, False]


def test_personal_values_are_encrypted(app: Flask) -> None:
    with app.app_context():
        number = cast.member("malee50").id
        with unit_of_work():
            rows = [(number, "1509900454549", datetime(2026, 1, 2, tzinfo=UTC))]
            update_rows(Member, ("national_id", "updated_at"), rows)
        db.session.expire_all()
        assert cast.member("malee50").national_id == "1509900454549"
        raw = db.session.connection().exec_driver_sql(
            f"SELECT national_id FROM member WHERE id = {number}"
        )
        assert b"15099" not in bytes(raw.scalar_one())


def test_reserved_ids_are_nobody_elses(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        mine = list(reserve_ids(Consent, 3))
        rows = [(number, *row) for number, row in zip(mine, consents(3), strict=True)]
        insert_rows(Consent, ("id", *NAMES), rows)
        later = list(reserve_ids(Consent, 2))
        assert sorted({*mine, *later}) == [*mine, *later]


def test_what_the_table_refuses_is_refused(app: Flask) -> None:
    with app.app_context():
        rows = [(1, "50", "0")] * 2
        with pytest.raises(IntegrityError), unit_of_work():
            insert_rows(Member, ("id", "province_code", "first_name"), rows)


def test_a_reader_cannot_write(app: Flask) -> None:
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Consent))
        with pytest.raises(ReadOnlyTransaction):
            insert_rows(Consent, NAMES, consents(1))
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(Consent)) == before


def test_many_events_are_like_one_each(app: Flask) -> None:
    with app.app_context():
        changes, actor = {"phone": ["1", "2"]}, Actor(1, "web", 2)
        with unit_of_work():
            record(actor, Action.MEMBER_UPDATE, "member", 7, province="50", changes=changes,
                   fields=["phone"])  # fmt: skip
            happened = Happened(8, "50", changes, {"fields": ["phone"]})
            record_many(actor, Action.MEMBER_UPDATE, "member", [happened, happened])
        query = select(AuditEvent).where(AuditEvent.object_id.in_(["7", "8"]))
        one, *many = db.session.scalars(query.order_by(AuditEvent.object_id)).all()
        for other in many:
            told = ("transaction", "actor_id", "via", "action", "province", "details", "office_id")
            assert [getattr(other, n) for n in told] == [getattr(one, n) for n in told]
        kept = db.session.scalars(select(AuditPersonal)).all()
        assert [row.changes for row in kept if row.event_id in {m.id for m in many}] == [
            changes
        ] * 2
        assert verify().holds
