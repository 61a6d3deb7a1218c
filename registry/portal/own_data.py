"""All that is held about one member, in plain words and without anybody else's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry.channels.models import CHANNEL_KIND_NAMES, Channel, ChannelKind, ChannelMember
from registry.db import db
from registry.documents.cells import Cell
from registry.i18n import name_of
from registry.members.consent_models import PURPOSE_NAMES, Consent, ConsentPurpose
from registry.members.masks import mask_national_id
from registry.members.models import STATE_NAMES, Member, MemberState, MemberStateChange
from registry.messages.ledger_models import (
    DISSEMINATION_STATE_NAMES,
    Dissemination,
    Recipient,
)
from registry.messages.models import KeyMessage
from registry.networks.models import NetworkMember
from registry.portal.models import Certificate, MemberLink
from registry.portal.own_evidence import evidence_part
from registry.portal.own_talk import talk_parts
from registry.portal.parts import Part
from registry.portal.queries import OwnScope

Row = Sequence[Cell]


def own_parts(scope: OwnScope, member: Member) -> list[Part]:
    """Every table of what is held about the member; one without rows says that nothing is held."""
    makers = (
        _states,
        _consents,
        _networks,
        _rosters,
        _channels,
        _received,
        _passed_on,
        evidence_part,
    )
    more = [make(scope) for make in (_links, _certificates)]
    return [_record(member), *(make(scope) for make in makers), *talk_parts(scope), *more]


def _record(member: Member) -> Part:
    rows: list[Row] = [[str(title), value] for title, value in _fields(member)]
    return Part(_("My record"), [_("What"), _("Value")], rows)


def _fields(member: Member) -> list[tuple[Any, Cell]]:
    return [
        (_("Name"), member.display_name),
        (_("Name as it was written"), member.name_raw),
        (_("State"), str(STATE_NAMES[member.as_state])),
        (_("Office"), name_of(member.office)),
        (_("National ID (your office shows all figures to you in person)"), _masked(member)),
        (_("Year of birth (B.E.)"), member.birth_year + 543 if member.birth_year else None),
        (_("Telephone"), member.phone),
        (_("Other telephone"), member.phone_other),
        (_("LINE ID"), member.line_id),
        (_("E-mail"), member.email),
        *_place(member),
        (_("Occupation"), member.occupation),
        (_("Organisation"), member.organisation),
        (_("Position"), member.position),
        (_("Contact person"), member.contact_name),
        (_("Network type"), name_of(member.type)),
        (_("Skills"), member.skills),
        (_("Notes of the office"), member.notes),
        (_("Activity at which you joined"), member.joined_activity),
        (_("Guardian"), member.guardian_name),
        (_("Guardian's consent"), member.guardian_consent_on),
        (_("Recorded on"), member.created_at),
    ]


def _masked(member: Member) -> str | None:
    return mask_national_id(member.national_id) or None


def _place(member: Member) -> list[tuple[Any, Cell]]:
    return [
        (_("House number"), member.house_no),
        (_("Village number"), member.moo),
        (_("Subdistrict"), name_of(member.subdistrict) if member.subdistrict else None),
        (_("District"), name_of(member.district) if member.district else None),
        (_("Province"), name_of(member.province)),
        (_("Postcode"), member.postcode),
    ]


def _states(scope: OwnScope) -> Part:
    query = select(MemberStateChange).where(MemberStateChange.member_id == scope.member_id)
    found = db.session.scalars(query.order_by(MemberStateChange.id))
    rows: list[Row] = [
        [row.on, str(STATE_NAMES[MemberState(row.after)]), row.reason] for row in found
    ]
    return Part(_("Steps of my membership"), [_("Date"), _("State"), _("Reason")], rows)


def _consents(scope: OwnScope) -> Part:
    query = select(Consent).where(Consent.member_id == scope.member_id).order_by(Consent.id)
    rows: list[Row] = [
        [
            str(PURPOSE_NAMES[ConsentPurpose(row.purpose)]),
            row.given_on,
            row.withdrawn_on,
            row.source,
        ]
        for row in db.session.scalars(query)
    ]
    columns = [_("Purpose"), _("Agreed on"), _("Withdrawn on"), _("Where it was given")]
    return Part(_("Consents"), columns, rows)


def _networks(scope: OwnScope) -> Part:
    query = select(NetworkMember).where(NetworkMember.member_id == scope.member_id)
    found = db.session.scalars(query.options(joinedload(NetworkMember.network)))
    rows: list[Row] = [
        [row.network.name, row.from_on, row.to_on, _("Yes") if row.coordinator else _("No")]
        for row in found
    ]
    columns = [_("Network"), _("From"), _("Until"), _("Coordinator")]
    return Part(_("Networks"), columns, rows)


def _rosters(scope: OwnScope) -> Part:
    query = (
        select(Channel.name, ChannelMember.from_on, ChannelMember.to_on)
        .join(Channel, Channel.id == ChannelMember.channel_id)
        .where(ChannelMember.member_id == scope.member_id)
        .order_by(ChannelMember.id)
    )
    rows: list[Row] = [list(row) for row in db.session.execute(query)]
    columns = [_("Channel"), _("From"), _("Until")]
    return Part(_("Offices' channels in which I am"), columns, rows)


def _channels(scope: OwnScope) -> Part:
    query = select(Channel).where(Channel.member_id == scope.member_id).order_by(Channel.id)
    rows: list[Row] = [
        [
            row.name,
            str(CHANNEL_KIND_NAMES[row.as_kind]),
            row.url,
            row.opened_on,
            row.retired_on,
            row.counts[-1].audience if row.counts else None,
        ]
        for row in db.session.scalars(query)
    ]
    columns = [_("Channel"), _("Kind"), _("Web address"), _("From"), _("Until"), _("People")]
    return Part(_("My channels"), columns, rows)


def _received(scope: OwnScope) -> Part:
    query = (
        select(KeyMessage.title, Recipient)
        .join(KeyMessage, KeyMessage.id == Recipient.message_id)
        .where(Recipient.member_id == scope.member_id)
        .order_by(Recipient.published_at)
    )
    rows: list[Row] = [
        [title, row.published_at, row.received_at, row.declined_at]
        for title, row in db.session.execute(query)
    ]
    columns = [_("Message"), _("Published on"), _("Received on"), _("Not passed on")]
    return Part(_("Messages sent to me"), columns, rows)


def _passed_on(scope: OwnScope) -> Part:
    query = select(Dissemination).where(Dissemination.member_id == scope.member_id)
    query = query.options(joinedload(Dissemination.message), joinedload(Dissemination.channel))
    rows: list[Row] = [
        [
            row.message.title,
            row.channel.name,
            str(CHANNEL_KIND_NAMES[ChannelKind(row.channel_kind)]),
            row.at if row.time_known else row.on,
            row.audience_potential,
            row.audience_reported,
            row.basis,
            row.link,
            _("yes") if row.evidence else _("no"),
            str(DISSEMINATION_STATE_NAMES[row.as_state]),
            row.review_reason,
        ]
        for row in db.session.scalars(query.order_by(Dissemination.at))
    ]
    columns = [
        _("Message"),
        _("Channel"),
        _("Channel kind"),
        _("Date passed on"),
        _("Potential reach"),
        _("Reported reach"),
        _("Basis of the estimate"),
        _("Link"),
        _("Picture"),
        _("State"),
        _("Reason"),
    ]
    return Part(_("What I passed on"), columns, rows)


def _links(scope: OwnScope) -> Part:
    query = select(MemberLink).where(MemberLink.member_id == scope.member_id)
    found = db.session.scalars(query.order_by(MemberLink.id))
    rows: list[Row] = [
        [row.issued_at, row.expires_at, row.revoked_at, row.bound_at] for row in found
    ]
    columns = [_("Issued"), _("Valid until"), _("Ended"), _("Kept by one browser since")]
    return Part(_("Personal links"), columns, rows)


def _certificates(scope: OwnScope) -> Part:
    query = select(Certificate).where(Certificate.member_id == scope.member_id)
    rows: list[Row] = [
        [row.made_at, row.code, row.since, row.until, row.messages, row.disseminations, row.reached]
        for row in db.session.scalars(query.order_by(Certificate.id))
    ]
    columns = [
        _("Made"),
        _("Code"),
        _("From"),
        _("Until"),
        _("Messages"),
        _("Accepted"),
        _("Evidenced reach"),
    ]
    return Part(_("Certificates"), columns, rows)
