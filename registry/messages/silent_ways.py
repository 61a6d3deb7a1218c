"""How those who have not reacted can be asked again: by machine, by telephone, or not at all."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.db import db
from registry.members.consent_models import Consent
from registry.members.models import Member, MemberSpan
from registry.members.queries import STANDS
from registry.messages.numbers import PAGE, silent_rows
from registry.messages.unreached import active, willing
from registry.messages.ways import sends_mail
from registry.outbox.accounts import LINKED, PRESENT
from registry.outbox.line_models import LineAccount


class Asked(StrEnum):
    """The way to somebody who has not reacted; machines first."""

    LINE = "line"
    EMAIL = "email"
    PHONE = "phone"
    LEFT_ALONE = "left_alone"


ASKED_NAMES = {
    Asked.LINE: _l("By LINE, to their own account"),
    Asked.EMAIL: _l("By e-mail"),
    Asked.PHONE: _l("By telephone or in person"),
    Asked.LEFT_ALONE: _l("Not to be asked: no longer active, or withdrew the consent to messages"),
}


def _way(on: date) -> ColumnElement[str]:
    """The first way that leads to a member; each table is asked by its own index."""
    able = and_(STANDS, _has(active(on), MemberSpan), _has(willing(on), Consent))
    linked = _has(select(LineAccount.member_id).where(LINKED), LineAccount)
    ways = [(~able, Asked.LEFT_ALONE), (and_(PRESENT, linked), Asked.LINE)]
    if sends_mail():
        ways.append((func.coalesce(Member.email, "") != "", Asked.EMAIL))
    named = [(condition, literal(way.value)) for condition, way in ways]
    return case(*named, else_=literal(Asked.PHONE.value))


def _has(rows: Select[int], model: Any) -> ColumnElement[bool]:
    return rows.where(model.member_id == Member.id).correlate(Member).exists()


def silent_by_way(scope: Scope, message_id: int, on: date) -> dict[Asked, int]:
    """How many of the silent each way leads to; everybody counts once, by the first way."""
    rows = _rows(scope, message_id, on).subquery()
    query = rows.select().with_only_columns(rows.c.way, func.count()).group_by(rows.c.way)
    found = {Asked(way): count for way, count in db.session.execute(query)}
    return {way: found[way] for way in Asked if way in found}


def list_silent(
    scope: Scope, message_id: int, on: date, *, by: str = "", page: int = 1
) -> list[Row[Any]]:
    """A page of the silent by name: the member, the row of the ledger, the way to them.

    Args:
        by: only those to whom this way leads; empty for all.
    """
    silent, order = silent_rows(scope, message_id), (Member.name_key, Member.id)
    some = silent.where(_way(on) == by) if by else silent
    some = some.with_only_columns(Member.id).order_by(*order)
    ids = list(db.session.scalars(some.limit(PAGE).offset((page - 1) * PAGE)))
    rows = silent.add_columns(_way(on).label("way")).where(Member.id.in_(ids)).order_by(*order)
    places = (joinedload(Member.district), joinedload(Member.province))
    return list(db.session.execute(rows.options(*places)))


def _rows(scope: Scope, message_id: int, on: date) -> Select[*tuple[Any, ...]]:
    return silent_rows(scope, message_id).with_only_columns(Member.id, _way(on).label("way"))
