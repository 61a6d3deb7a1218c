"""What the survivor of a merge takes over: rows that would say the same thing twice become one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import or_, select, update

from registry.channels.models import Channel, ChannelMember
from registry.db import Base, db
from registry.members.consent_models import Consent
from registry.members.distinct import pass_on
from registry.members.models import Member
from registry.members.transfer_models import TransferRequest
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.networks.models import NetworkMember
from registry.outbox.line_models import Inbound, LineAccount, LineCode
from registry.outbox.models import Delivery, DeliveryState, SendingRequest
from registry.portal.models import Certificate, MemberLink

PLAIN = (Channel, Dissemination, Question, MemberNews, TransferRequest, Certificate, Inbound)
"""Tables whose rows change hands as they are."""
Span = NetworkMember | ChannelMember


def move_all(survivor: Member, merged: Member) -> None:
    """Hand over everything; links of the merged record open nothing any more."""
    _join_spans(NetworkMember, "network_id", survivor, merged)
    _join_spans(ChannelMember, "channel_id", survivor, merged)
    _join_consents(survivor, merged)
    _join_deliveries(survivor, merged)
    _join_recipients(survivor, merged)
    _join_accounts(survivor, merged)
    pass_on(merged.id, survivor.id)
    for model in PLAIN:
        _hand_over(model, survivor, merged)
    links = update(MemberLink).where(
        MemberLink.member_id == merged.id, MemberLink.revoked_at.is_(None)
    )
    db.session.execute(links.values(revoked_at=datetime.now(UTC)))
    db.session.expire_all()


def _hand_over(model: type[Base], survivor: Member, merged: Member) -> None:
    table = Base.metadata.tables[model.__tablename__]
    values: dict[str, Any] = {"member_id": survivor.id}
    if "version" in table.c:
        values["version"] = table.c.version + 1
    db.session.execute(update(table).where(table.c.member_id == merged.id).values(values))


def _join_spans(
    model: type[NetworkMember] | type[ChannelMember], place: str, survivor: Member, merged: Member
) -> None:
    """Days in one network or on one roster: two spans that overlap are one."""
    pair = (survivor.id, merged.id)
    query = select(model).where(model.member_id.in_(pair)).order_by(model.from_on, model.id)
    rows: list[Span] = list(db.session.scalars(query))
    for row in [row for row in rows if row.member_id == merged.id]:
        own = [
            other
            for other in rows
            if other.member_id == survivor.id
            and getattr(other, place) == getattr(row, place)
            and _overlap(other, row)
        ]
        if own:
            _join(own, row)
            rows = [other for other in rows if other not in own[1:]]
        else:
            row.member_id = survivor.id
    db.session.flush()


def _overlap(one: Span, other: Span) -> bool:
    starts = one.from_on < (other.to_on or date.max) and other.from_on < (one.to_on or date.max)
    return starts or one.from_on == other.from_on


def _join(own: list[Span], row: Span) -> None:
    keep, *others = own
    spans = [*own, row]
    ends = [span.to_on for span in spans]
    first, last = min(span.from_on for span in spans), max(end or date.max for end in ends)
    coordinator = any(isinstance(span, NetworkMember) and span.coordinator for span in spans)
    for span in (*others, row):
        db.session.delete(span)
    db.session.flush()
    keep.from_on, keep.to_on = first, None if None in ends else last
    if isinstance(keep, NetworkMember):
        keep.coordinator = coordinator
    db.session.flush()


def _join_consents(survivor: Member, merged: Member) -> None:
    """The last word holds: a withdrawal ends what was given before it, on either record.

    Of two that stand for one purpose the older stays and the other remains with the merged
    record, so that one withdrawal is enough.
    """
    query = select(Consent).where(Consent.member_id.in_((survivor.id, merged.id)))
    rows = list(db.session.scalars(query.order_by(Consent.given_on, Consent.id)))
    for purpose in {row.purpose for row in rows}:
        of_purpose = [row for row in rows if row.purpose == purpose]
        said_no = max((row.withdrawn_on for row in of_purpose if row.withdrawn_on), default=None)
        standing = [row for row in of_purpose if row.withdrawn_on is None]
        for row in standing:
            if said_no is not None and row.given_on <= said_no:
                row.withdrawn_on = said_no
        doubled = [row for row in standing if row.withdrawn_on is None][1:]
        for row in of_purpose:
            row.member_id = merged.id if row in doubled else survivor.id
    db.session.flush()


def _join_recipients(survivor: Member, merged: Member) -> None:
    """A message reached the person once: the earlier known receipt is the one that counts."""
    query = select(Recipient).where(Recipient.member_id.in_((survivor.id, merged.id)))
    rows: dict[int, list[Recipient]] = {}
    for row in db.session.scalars(query):
        rows.setdefault(row.message_id, []).append(row)
    for found in rows.values():
        found.sort(key=lambda row: (*_known(row), row.member_id != survivor.id))
        for later in found[1:]:
            db.session.delete(later)
    db.session.flush()
    _hand_over(Recipient, survivor, merged)


def _known(row: Recipient) -> tuple[bool, datetime]:
    return row.received_at is None, row.received_at or row.published_at


def _join_deliveries(survivor: Member, merged: Member) -> None:
    """What waits for both records goes to the person once; whom a request has is left to it."""
    twin = select(Delivery.release_id).where(Delivery.member_id == survivor.id)
    begun = select(SendingRequest.id).where(SendingRequest.first_tried_at.is_not(None))
    doubled = update(Delivery).where(
        Delivery.member_id == merged.id,
        Delivery.state == DeliveryState.QUEUED.value,
        Delivery.release_id.in_(twin),
        or_(Delivery.request_id.is_(None), Delivery.request_id.not_in(begun)),
    )
    ended = {"state": DeliveryState.CANCELLED.value, "settled_at": datetime.now(UTC)}
    db.session.execute(
        doubled.values({**ended, "request_id": None}),
        execution_options={"synchronize_session": False},
    )
    _hand_over(Delivery, survivor, merged)


def _join_accounts(survivor: Member, merged: Member) -> None:
    """A person has one LINE account here: the survivor's, else the merged record's."""
    now, linked = datetime.now(UTC), LineAccount.unlinked_at.is_(None)
    of_both = select(LineAccount.member_id).where(
        LineAccount.member_id.in_((survivor.id, merged.id)), linked
    )
    if len(set(db.session.scalars(of_both))) == 2:
        own = update(LineAccount).where(LineAccount.member_id == merged.id, linked)
        db.session.execute(own.values(unlinked_at=now, unlink_reason="merged"))
    _hand_over(LineAccount, survivor, merged)
    codes = update(LineCode).where(
        LineCode.member_id == merged.id, LineCode.used_at.is_(None), LineCode.ended_at.is_(None)
    )
    db.session.execute(codes.values(ended_at=now))
