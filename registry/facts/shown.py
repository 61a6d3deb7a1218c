"""What a row behind a figure shows: its columns by fact, and values as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.channels.models import Channel
from registry.db import db
from registry.documents.cells import Cell
from registry.facts.cuts import DIMENSIONS, MEMBERS_CHANNEL, OFFICES_CHANNEL
from registry.facts.labels import names
from registry.geography.models import District
from registry.i18n import name_of
from registry.members.models import Member
from registry.members.queries import visible
from registry.messages.ledger_models import DISSEMINATION_STATE_NAMES
from registry.messages.models import KeyMessage
from registry.networks.models import Network
from registry.periods.calendar import to_bangkok_date
from registry.periods.names import named


@dataclass(frozen=True)
class Shown:
    """A column of the rows behind a figure.

    Attributes:
        column: in the rows of the fact.
        kind: how its values read: ``day``, ``moment`` (its day), ``number``, ``hours`` (kept in
            minutes), or a kind of thing that has a name.
        personal: whether it may tell who somebody is.
    """

    title: Any
    column: str
    kind: str
    personal: bool = False


DAY = Shown(_l("Date"), "on", "day")
PROVINCE = Shown(DIMENSIONS["province"], "province", "province")
TYPE = Shown(DIMENSIONS["network_type"], "network_type", "network_type")
KIND = Shown(DIMENSIONS["channel_kind"], "channel_kind", "channel_kind")
OFFICES_KIND = Shown(OFFICES_CHANNEL, "channel_kind", "channel_kind")
MEMBERS_KIND = Shown(MEMBERS_CHANNEL, "channel_kind", "channel_kind")
OFFICE = Shown(DIMENSIONS["office"], "office_id", "office")
MESSAGE = Shown(_l("Key message"), "message_id", "message")
MEMBER = Shown(_l("Member"), "member_id", "member", personal=True)
MINUTES = Shown(_l("Minutes"), "minutes", "number")

COLUMNS: dict[str, tuple[Shown, ...]] = {
    "networks": (
        Shown(_l("Network"), "id", "network"),
        *(PROVINCE, TYPE, OFFICE),
        Shown(_l("Founded on"), "founded_on", "day"),
    ),
    "channels": (
        PROVINCE,
        KIND,
        TYPE,
        Shown(_l("Channel"), "id", "channel", personal=True),
        Shown(_l("Audience"), "audience", "number"),
    ),
    "members": (PROVINCE, TYPE, MEMBER, Shown(_l("Counted since"), "from_on", "day")),
    "records": (
        *(PROVINCE, TYPE, MEMBER),
        Shown(_l("District"), "district_code", "district"),
        Shown(_l("Confirmed on"), "confirmed_on", "day"),
    ),
    "members_before": (PROVINCE, TYPE, MEMBER),
    "arrivals": (DAY, PROVINCE, TYPE, MEMBER),
    "departures": (DAY, PROVINCE, TYPE, MEMBER),
    "districts": (
        PROVINCE,
        Shown(_l("District"), "district", "district"),
        Shown(_l("Members"), "members", "number"),
    ),
    "publications": (DAY, MESSAGE, OFFICE, PROVINCE, OFFICES_KIND, TYPE, MINUTES),
    "recipients": (
        *(DAY, MESSAGE, PROVINCE, TYPE, OFFICES_KIND, MEMBER),
        Shown(_l("Minutes to receive"), "receive_minutes", "number"),
        Shown(_l("Minutes to pass on"), "pass_minutes", "number"),
    ),
    "disseminations": (
        *(DAY, MESSAGE, PROVINCE, TYPE, MEMBERS_KIND, MEMBER),
        Shown(_l("Potential reach"), "audience_potential", "number"),
        Shown(_l("Reported reach"), "audience_reported", "number"),
        Shown(_l("State"), "state", "state"),
    ),
    "noticed": (DAY, MESSAGE, OFFICE, PROVINCE, TYPE, OFFICES_KIND, MEMBER),
    "questions": (
        *(DAY, PROVINCE, TYPE, MEMBER),
        Shown(_l("Hours to answer"), "minutes", "hours"),
        Shown(_l("Hours to settle"), "resolve_minutes", "hours"),
    ),
    "news": (DAY, PROVINCE, TYPE, MEMBER),
    "office_reports": (
        *(OFFICE, PROVINCE),
        Shown(_l("Period"), "period", "period"),
        Shown(_l("Due on"), "due_on", "day"),
        Shown(_l("First submitted on"), "first_submitted_at", "moment"),
    ),
}
COLUMNS["foundings"] = COLUMNS["networks"]


def cells(columns: Sequence[Shown], rows: Iterable[Sequence[Any]], who: Scope) -> list[list[Cell]]:
    """Rows with names in place of keys; members and channels only those that ``who`` sees."""
    table = [list(row) for row in rows]
    for place, column in enumerate(columns):
        found = _readable(column.kind, {row[place] for row in table}, who)
        for row in table:
            row[place] = found.get(row[place])
    return table


def _readable(kind: str, values: set[Any], who: Scope) -> dict[Any, Cell]:
    values = values - {None}
    match kind:
        case "number":
            return {value: _number(value) for value in values}
        case "hours":
            return {value: round(float(value) / 60, 1) for value in values}
        case "day":
            return {value: date.fromisoformat(str(value)[:10]) for value in values}
        case "moment":
            return {value: _day_of(value) for value in values}
        case "period":
            return {value: named(value) for value in values}
        case "state":
            return {state.value: str(name) for state, name in DISSEMINATION_STATE_NAMES.items()}
        case "province" | "network_type" | "channel_kind":
            return dict(names(kind))
    return _named(kind, values, who)


def _day_of(moment: Any) -> date:
    """The day in Bangkok of a moment as a database gives it, in UTC."""
    found = datetime.fromisoformat(str(moment))
    return to_bangkok_date(found if found.tzinfo else found.replace(tzinfo=UTC))


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else round(float(value), 1)


def _named(kind: str, keys: set[Any], who: Scope) -> dict[Any, Cell]:
    if kind in ("district", "office"):
        model, key = (District, District.code) if kind == "district" else (Office, Office.id)
        return {getattr(row, key.key): name_of(row) for row in _rows(model, key, keys)}
    if kind == "member":
        return {row.id: row.display_name for row in _rows(Member, Member.id, keys, visible(who))}
    column, conditions = _TITLES[kind], []
    if kind == "channel":
        own = select(Member.id).where(visible(who))
        conditions = [Channel.member_id.is_(None) | Channel.member_id.in_(own)]
    query = select(column.class_.id, column).where(column.class_.id.in_(sorted(keys)))
    return dict(db.session.execute(query.where(*conditions)).all())


_TITLES: dict[str, Any] = {
    "message": KeyMessage.title,
    "network": Network.name,
    "channel": Channel.name,
}


def _rows(model: Any, key: Any, keys: set[Any], *conditions: Any) -> list[Any]:
    return list(db.session.scalars(select(model).where(key.in_(sorted(keys)), *conditions)))
