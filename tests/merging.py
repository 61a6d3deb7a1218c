"""Two records of one person to merge, and everything that the database holds about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.channels.models import ChannelKind
from registry.channels.services import ChannelValues, add_to_roster, open_channel
from registry.db import Base, db
from registry.facts.evaluate import evaluate
from registry.facts.spans import Months
from registry.members import merge_undo, merging
from registry.members.consent_models import ConsentPurpose
from registry.members.merge_queries import merge_to_undo
from registry.members.models import Member, MemberMerge
from registry.members.services import register
from registry.members.values import MemberValues
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.networks.services import join
from registry.periods.calendar import month_of
from tests import cast
from tests.objects import NOON, World, _message, _new_message, _place, _publication

SYSTEM = Actor.system()
SINCE = date(2025, 3, 1)
TODAY = date(2026, 2, 10)
TWIN = "twin"
REASON = "โทรศัพท์สอบถามแล้ว"
LEFT_OUT = {"audit_event", "audit_head", "audit_link", "audit_personal", "job", "member_merge"} | {
    "fact_mark",
    "fact_touch",
    "fact_before_dissemination",
    "fact_before_recipient",
    "sign_in",
    "throttle",
    "user_session",
}


def twin(uid: str = TWIN, **changes: Any) -> Member:
    """A second record of มาลี in Chiang Mai, who joined half a year later."""
    values = {"title": "น.ส.", "phone": "0810000501", "email": "malee@example.org"} | changes
    member = register(
        SYSTEM,
        db.session.scalars(select(Office).where(Office.code == "P50")).one(),
        MemberValues("มาลี", "50", "village_volunteer", last_name="ดวงแก้ว", **values),
        on=SINCE,
        consents=(ConsentPurpose.MESSAGES, ConsentPurpose.PORTRAIT),
    )
    member.uid = uid
    db.session.flush()
    return member


def busy_twin() -> Member:
    """The twin with something in every table that a merge touches."""
    member = twin()
    values = ChannelValues(kind=ChannelKind.LINE_GROUP, name="ไลน์กลุ่ม twin", opened_on=SINCE)
    open_channel(SYSTEM, member, values)
    join(SYSTEM, cast.network("P50"), [member], on=SINCE)
    join(SYSTEM, cast.network("C-NNT"), [member], on=SINCE)
    add_to_roster(SYSTEM, cast.channel("P50"), [member], on=SINCE)
    world = World("P50")
    shared, own = _message(world), _new_message(world)
    publication = _publication(world)
    for message, person, received in (
        (shared, cast.member("malee50"), None),
        (shared, member, NOON),
        (own, member, None),
    ):
        db.session.add(_recipient(world, message.id, person.id, publication, received))
    placed = _place(world) | {"member_id": member.id}
    db.session.add(_dissemination(placed, shared.id))
    db.session.add(Question(**placed, text="จริงหรือ", asked_at=NOON))
    db.session.add(MemberNews(**placed, text="ถนนขาด", sent_at=NOON))
    db.session.flush()
    return member


def _recipient(
    world: World, message: int, member: int, publication: int, received: datetime | None
) -> Recipient:
    return Recipient(
        **_place(world),
        message_id=message,
        member_id=member,
        publication_id=publication,
        office_id=cast.network("P50").office_id,
        channel_kind="line_group",
        message_kind="public_use",
        published_at=NOON,
        received_at=received,
    )


def _dissemination(placed: dict[str, Any], message: int) -> Dissemination:
    return Dissemination(
        **placed,
        message_id=message,
        channel_id=cast.channel(TWIN).id,
        office_id=cast.network("P50").office_id,
        channel_kind="line_group",
        message_kind="public_use",
        at=NOON,
        source="officer",
        recorded_at=NOON,
    )


def merge(
    takes: tuple[str, ...] = (), survivor: str = "malee50", merged: str = TWIN, on: date = TODAY
) -> MemberMerge:
    people = cast.member(survivor), cast.member(merged)
    return merging.merge(SYSTEM, *people, takes, on=on, reason=REASON)


def undo(number: int) -> None:
    merge_undo.undo(SYSTEM, merge_to_undo(Scope.all(), number))


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but for trails, and for what only ever goes up."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            rows = db.session.execute(select(table).order_by(*table.primary_key)).mappings()
            found[table.name] = [
                {name: row[name] for name in row if name not in ("version", "updated_at")}
                for row in rows
            ]
    return found


def figure(name: str, scope: Scope, day: date) -> float | None:
    return evaluate(scope, [name], Months(month_of(day), month_of(day)))[0].value


def members_active(scope: Scope, day: date) -> float | None:
    return figure("members_active", scope, day)


def owned(model: Any, member: Member) -> int:
    query = select(func.count()).select_from(model).where(model.member_id == member.id)
    return int(db.session.scalar(query) or 0)
