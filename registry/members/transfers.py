"""A member of another office: asking to link or take over, and deciding; both offices see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from registry.access.models import Office, OfficeKind
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import Channel, ChannelMember
from registry.db import db
from registry.errors import Refused
from registry.members.models import Member, MemberState
from registry.members.spans import replace_span
from registry.members.standing import need_standing
from registry.members.transfer_models import RequestKind, RequestState, TransferRequest
from registry.networks.models import Network, NetworkMember
from registry.networks.services import join


@dataclass(frozen=True)
class Wish:
    """What an office asks for.

    Attributes:
        network: of the asking office, for a link.
        province: where the member lives now, for a transfer; None keeps the province.
    """

    kind: RequestKind
    reason: str
    network: Network | None = None
    province: str | None = None


def ask(actor: Actor, office: Office, member: Member, wish: Wish) -> TransferRequest:
    """Ask the member's office; one of the same kind that waits already is given back as it is.

    Raises:
        Refused: there is no reason, no network for a link, or no province for a transfer; or the
            record was just merged into another one.
    """
    need_standing(member)
    if not wish.reason.strip():
        raise Refused(_("Write why you ask; the other office decides by it."))
    if wish.kind is RequestKind.LINK and wish.network is None:
        raise Refused(_("Choose the network of your office that the member is in."))
    moves = wish.kind is RequestKind.TRANSFER and office.kind != OfficeKind.BUREAU
    if moves and wish.province is None:
        raise Refused(_("Choose the province where the member lives now."))
    waiting = _waiting(office, member, wish.kind)
    if waiting is not None:
        return waiting
    request = TransferRequest(
        member_id=member.id,
        kind=wish.kind.value,
        from_office_id=member.office_id,
        to_office_id=office.id,
        to_province=wish.province if wish.kind is RequestKind.TRANSFER else None,
        to_network_id=wish.network.id if wish.network else None,
        reason=wish.reason.strip(),
        asked_at=datetime.now(UTC),
        asked_by=actor.user_id,
    )
    db.session.add(request)
    _record(actor, Action.MEMBER_TRANSFER_REQUEST, request, member, kind=wish.kind.value)
    return request


def _waiting(office: Office, member: Member, kind: RequestKind) -> TransferRequest | None:
    query = select(TransferRequest).where(
        TransferRequest.member_id == member.id,
        TransferRequest.kind == kind.value,
        TransferRequest.to_office_id == office.id,
        TransferRequest.state == RequestState.REQUESTED.value,
    )
    return db.session.scalar(query)


def accept(actor: Actor, request: TransferRequest, *, on: date, reason: str = "") -> None:
    """Let the asking office have its wish, from a day on.

    Raises:
        Refused: it was decided already.
    """
    _decide(actor, request, RequestState.ACCEPTED, reason)
    member = request.member
    if request.kind == RequestKind.LINK:
        network = db.session.get_one(Network, request.to_network_id)
        join(actor, network, [member], on=on)
    else:
        _take_over(member, request, on)
    _record(actor, Action.MEMBER_TRANSFER_DECIDE, request, member, kind=request.kind, to="accepted")


def refuse(actor: Actor, request: TransferRequest, *, reason: str) -> None:
    """Leave the member where they are; the asking office reads why.

    Raises:
        Refused: there is no reason, or it was decided already.
    """
    if not reason.strip():
        raise Refused(_("Write why you refuse; the other office reads it."))
    _decide(actor, request, RequestState.REFUSED, reason)
    _record(actor, Action.MEMBER_TRANSFER_DECIDE, request, request.member, to="refused")


def withdraw(actor: Actor, request: TransferRequest) -> None:
    """The asking office no longer wants it.

    Raises:
        Refused: it was decided already.
    """
    _decide(actor, request, RequestState.WITHDRAWN, "")
    _record(actor, Action.MEMBER_TRANSFER_DECIDE, request, request.member, to="withdrawn")


def _decide(actor: Actor, request: TransferRequest, state: RequestState, reason: str) -> None:
    if request.state != RequestState.REQUESTED:
        raise Refused(_("This request was decided already; reload the page to see how."))
    request.state, request.decision_reason = state.value, reason.strip() or None
    request.decided_at, request.decided_by = datetime.now(UTC), actor.user_id


def _take_over(member: Member, request: TransferRequest, on: date) -> None:
    _leave_rosters(member, member.office_id, on)
    member.office_id = request.to_office_id
    member.updated_at = datetime.now(UTC)
    if not request.to_province or request.to_province == member.province_code:
        return
    member.province_code = request.to_province
    member.district_code = member.subdistrict_code = member.postcode = None
    db.session.flush()
    if member.as_state is MemberState.ACTIVE:
        replace_span(member, on, "move")


def _leave_rosters(member: Member, office_id: int, on: date) -> None:
    """End the member's places in networks and channels of the office that gives them away."""
    for place, row, key in (
        (Network, NetworkMember, NetworkMember.network_id),
        (Channel, ChannelMember, ChannelMember.channel_id),
    ):
        own = select(place.id).where(place.office_id == office_id)
        here = update(row).where(row.member_id == member.id, row.to_on.is_(None), key.in_(own))
        db.session.execute(here.values(to_on=on))


def _record(
    actor: Actor, action: Action, request: TransferRequest, member: Member, **details: Any
) -> None:
    db.session.flush()
    record(
        actor,
        action,
        "transfer_request",
        request.id,
        province=member.province_code,
        office=str(request.to_office_id),
        **details,
    )
