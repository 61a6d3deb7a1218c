"""The facts as unbound ibis tables: one definition for SQLite, PostgreSQL, DuckDB and Spark.

Columns and types are those of the models and are named here only where a measure needs them, so
that this is also the list of what a sealed period keeps.  ``PRESENCE`` names the columns of which
a measure asks only whether they are filled: a sealed period keeps a mark in their place.
"""

from __future__ import annotations

from functools import cache

import ibis
from ibis.expr.types import Table
from sqlalchemy import Boolean, Date, DateTime, Integer
from sqlalchemy.types import TypeDecorator, TypeEngine

from registry.access.models import Office
from registry.channels.models import AudienceCount, Channel
from registry.db import Base
from registry.geography.models import District, ProvinceZone
from registry.members.consent_models import Consent
from registry.members.models import Member, MemberSpan
from registry.messages.exchange_models import QuestionResolution
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.messages.models import KeyMessage, MessageMove, Publication
from registry.messages.release_models import Release
from registry.networks.models import Network, NetworkMember
from registry.outbox.models import Delivery
from registry.periods.models import TimeStandard
from registry.periods.office_report_models import OfficeReport, OwedReport

MODELS: tuple[type[Base], ...] = (
    *(MemberSpan, Member, Consent, Network, NetworkMember),
    *(Publication, Recipient, Dissemination, Channel, AudienceCount),
    *(Question, MemberNews, KeyMessage, Office, ProvinceZone, District, TimeStandard),
    *(MessageMove, Release, Delivery, QuestionResolution),
    *(OwedReport, OfficeReport),
)
_PLACED = ("month", "on", "province_code", "network_type")
COLUMNS: dict[str, tuple[str, ...]] = {
    "member_span": (
        *("id", "member_id", "province_code", "network_type"),
        *("from_on", "to_on", "starts", "ends"),
    ),
    "member": ("id", "district_code", "confirmed_on", "phone", "line_id", "email"),
    "consent": ("id", "member_id", "purpose", "given_on", "withdrawn_on"),
    "network": ("id", "type_code", "office_id", "province_code", "founded_on", "closed_on"),
    "network_member": ("id", "network_id", "member_id", "from_on", "to_on"),
    "publication": (
        *("id", *_PLACED, "message_id", "channel_id", "office_id"),
        *("channel_kind", "message_kind", "approved_minutes"),
    ),
    "recipient": (
        *(*_PLACED, "message_id", "member_id", "publication_id", "office_id"),
        *("channel_kind", "message_kind", "published_at", "received_at", "received_via"),
    ),
    "dissemination": (
        *("id", *_PLACED, "message_id", "member_id", "channel_id", "office_id"),
        *("channel_kind", "message_kind", "at", "time_known"),
        *("audience_potential", "audience_reported", "state", "link", "evidence"),
    ),
    "channel": ("id", "member_id", "office_id", "network_id", "kind", "opened_on", "retired_on"),
    "audience_count": ("id", "channel_id", "on", "audience"),
    "question": ("id", *_PLACED, "message_id", "member_id", "asked_at", "answered_at"),
    "member_news": ("id", *_PLACED, "member_id"),
    "key_message": ("id", "kind", "topic"),
    "office": ("id", "code", "province_code", "zone_code"),
    "province_zone": ("id", "province_code", "zone_code", "valid_from", "valid_to"),
    "district": ("code", "province_code"),
    "time_standard": ("id", "step", "minutes", "valid_from"),
    "message_move": ("id", "message_id", "after", "at"),
    "release": ("id", "message_id", "purpose"),
    "delivery": (
        "id",
        "release_id",
        "message_id",
        "channel_id",
        "member_id",
        "state",
        "settled_at",
    ),
    "question_resolution": ("id", "question_id", "at", "reopened_at"),
    "owed_report": ("id", "month", "on", "office_id", "period", "due_on"),
    "office_report": ("id", "office_id", "period", "state", "first_submitted_at"),
}
LATER = frozenset(
    {
        *("message_move", "release", "delivery", "question_resolution"),
        *("owed_report", "office_report"),
    }
)
"""Tables that came after the first periods were sealed: those have none, and what rests on them
is absent there.  A column is never added to a table that was sealed before; a new table is."""
MARK = "x"
"""Stands where a member has such a contact, or a dissemination such a proof."""
PRESENCE = {"member": ("phone", "line_id", "email"), "dissemination": ("link", "evidence")}

MONTH_ENDS = "month_ends_"
_TABLES = {model.__tablename__: model.__table__ for model in MODELS}


@cache
def table(name: str) -> Table:
    """A fact table by its name; only the columns of ``COLUMNS``."""
    columns = _TABLES[name].c
    return ibis.table({key: _type(columns[key].type) for key in COLUMNS[name]}, name=name)


def _type(kind: TypeEngine[object]) -> str:
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    for sql, name in ((Boolean, "boolean"), (Integer, "int64"), (Date, "date")):
        if isinstance(kind, sql):
            return name
    return "timestamp" if isinstance(kind, DateTime) else "string"


def month_ends(first: int, last: int) -> Table:
    """The months from one to another, each with its last day ``on``.

    No database holds them: they come with the SQL; see :func:`registry.facts.query.asked`.
    """
    return ibis.table({"month": "int64", "on": "date"}, name=f"{MONTH_ENDS}{first}_{last}")
