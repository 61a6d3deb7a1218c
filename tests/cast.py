"""The fixed cast of the tests, and a few made-up members with their networks and channels.

Two offices stand for all: Chiang Mai (P50, zone 3) and Songkhla (P90, zone 6).  Whatever belongs
to one of them must not exist for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import Flask, current_app
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import select

from registry.access.models import Office, RoleAssignment, User
from registry.access.roles import SECOND_FACTOR_REQUIRED, Role
from registry.access.sessions import session_of
from registry.channels.models import AudienceCount, Channel, ChannelKind, ChannelMember
from registry.db import db, unit_of_work
from registry.members.consent_models import Consent, ConsentPurpose, ConsentWording
from registry.members.models import Member, MemberSpan, MemberState, MemberStateChange
from registry.members.normalise import derived
from registry.networks.models import Network, NetworkMember
from registry.vault import keyed_hash

PASSWORD = "สังข์ทอง carries the news 2569"
SINCE = date(2024, 10, 1)
NOON = datetime(2024, 10, 1, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Player:
    """A user of the tests: one role at one office, perhaps limited to a zone or a province."""

    office: str
    role: Role
    zone: int | None = None
    province: str | None = None


CAST = {
    "officer50": Player("P50", Role.PROVINCIAL),
    "officer90": Player("P90", Role.PROVINCIAL),
    "regional3": Player("R3", Role.REGIONAL),
    "head50": Player("P50", Role.HEAD),
    "acting50": Player("P50", Role.ACTING),
    "head90": Player("P90", Role.HEAD),
    "central": Player("C-PRDB", Role.CENTRAL),
    "head_central": Player("C-PRDB", Role.HEAD),
    "bureau": Player("C-NNT", Role.BUREAU),
    "head_bureau": Player("C-NNT", Role.HEAD),
    "executive": Player("C-PRDB", Role.EXECUTIVE),
    "executive3": Player("R3", Role.EXECUTIVE, zone=3),
    "executive50": Player("P50", Role.EXECUTIVE, province="50"),
    "analyst": Player("C-PRDB", Role.ANALYST),
    "admin": Player("C-PRDB", Role.ADMINISTRATOR),
}


@dataclass(frozen=True)
class Face:
    """A made-up member; ``national_id`` and ``phone`` are the canaries of the privacy tests."""

    title: str
    first: str
    last: str
    province: str
    district: str
    network_type: str
    national_id: str
    phone: str


MEMBERS = {
    "malee50": Face(
        "นาง", "มาลี", "ดวงแก้ว", "50", "5001", "village_volunteer", "1500012345676", "0810000501"
    ),
    "somchai50": Face(
        "นาย", "สมชาย", "ใจคำ", "50", "5007", "loudspeaker", "3500098765438", "0810000502"
    ),
    "dao50": Face(
        "นางสาว", "ดาว", "แสงหล้า", "50", "5001", "community_radio", "1509900112235", "0810000503"
    ),
    "kaew51": Face(
        "นาย", "แก้ว", "อินทร", "51", "5101", "village_volunteer", "1510011122234", "0810000511"
    ),
    "aree90": Face(
        "นาง", "อารี", "สุวรรณโณ", "90", "9001", "village_volunteer", "1900023456787", "0810000901"
    ),
    "hasan90": Face(
        "นาย", "ฮาซัน", "หมัดหลี", "90", "9011", "community_radio", "3900087654321", "0810000902"
    ),
}
NETWORKS = {
    "P50": ("เครือข่าย อป.มช. เชียงใหม่", ("malee50", "somchai50", "dao50")),
    "P90": ("เครือข่าย อป.มช. สงขลา", ("aree90", "hasan90")),
    "C-NNT": ("เครือข่ายผู้สื่อข่าวภูมิภาค", ("dao50", "hasan90")),
}


def email(name: str) -> str:
    """The address with which one of the cast signs in."""
    return f"{name}@sang.example.org"


def user(name: str) -> User:
    """One of the cast; needs an application context."""
    return db.session.scalars(select(User).where(User.email == email(name))).one()


def member(name: str) -> Member:
    """One of ``MEMBERS``; needs an application context."""
    return db.session.scalars(select(Member).where(Member.uid == name)).one()


def network(office: str) -> Network:
    """The network of an office of ``NETWORKS``; needs an application context."""
    return db.session.scalars(select(Network).where(Network.name == NETWORKS[office][0])).one()


def channel(owner: str) -> Channel:
    """The channel of a member or, by its code, of an office; needs an application context."""
    return db.session.scalars(select(Channel).where(Channel.name == _channel_name(owner))).one()


def sign_in(app: Flask, client: FlaskClient, name: str) -> None:
    """Sign a browser in without going through the form."""
    with app.app_context(), unit_of_work():
        held = session_of(user(name))
    with client.session_transaction() as session:
        session.update(held)


def code_of(name: str) -> str:
    """What the authenticator app of central staff or an administrator shows now."""
    totp = current_app.extensions["security"].totp_factory._totp
    return str(totp.from_source(user(name).tf_totp_secret).generate().token)


def add() -> None:
    """Add the cast and its members in the caller's transaction."""
    offices = {office.code: office for office in db.session.scalars(select(Office))}
    password = hash_password(PASSWORD)
    db.session.add_all(
        _user(name, player, offices[player.office], password) for name, player in CAST.items()
    )
    wordings = list(db.session.scalars(select(ConsentWording)))
    people = {name: _member(name, face, offices, wordings) for name, face in MEMBERS.items()}
    db.session.flush()
    for code, (title, roster) in NETWORKS.items():
        _network(offices[code], title, [people[name] for name in roster])


def _user(name: str, player: Player, office: Office, password: str) -> User:
    assignment = RoleAssignment(
        role=player.role.value, zone_code=player.zone, province_code=player.province
    )
    row = User(
        email=email(name),
        name=name,
        password=password,
        office=office,
        created_at=NOON,
        assignments=[assignment],
    )
    if player.role in SECOND_FACTOR_REQUIRED:
        row.tf_primary_method = "authenticator"
        row.tf_totp_secret = current_app.extensions["security"].totp_factory.generate_totp_secret()
    return row


def _member(
    name: str, face: Face, offices: dict[str, Office], wordings: list[ConsentWording]
) -> Member:
    row = Member(
        uid=name,
        title=face.title,
        first_name=face.first,
        last_name=face.last,
        **derived(face.title, face.first, face.last, None),
        national_id=face.national_id,
        national_id_hash=keyed_hash(face.national_id),
        birth_year=1980,
        phone=face.phone,
        district_code=face.district,
        province_code=face.province,
        network_type=face.network_type,
        state=MemberState.ACTIVE.value,
        joined_on=SINCE,
        confirmed_on=SINCE,
        office=offices[f"P{face.province}"],
        created_at=NOON,
        updated_at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    _past(row, wordings)
    db.session.add(_channel(name, ChannelKind.LINE_GROUP, member_id=row.id))
    return row


def _past(row: Member, wordings: list[ConsentWording]) -> None:
    """The member joined and agreed on the same day."""
    db.session.add(MemberStateChange(member_id=row.id, after=row.state, on=SINCE, at=NOON))
    db.session.add(
        MemberSpan(
            member_id=row.id,
            province_code=row.province_code,
            network_type=row.network_type,
            from_on=SINCE,
        )
    )
    for wording in wordings:
        if wording.purpose != ConsentPurpose.PORTRAIT:
            consent = Consent(
                purpose=wording.purpose, wording=wording, given_on=SINCE, source="ใบสมัคร"
            )
            row.consents.append(consent)


def _network(office: Office, name: str, roster: list[Member]) -> None:
    network = Network(
        name=name,
        type_code="village_volunteer",
        office=office,
        province_code=office.province_code,
        founded_on=SINCE,
        created_at=NOON,
    )
    db.session.add(network)
    db.session.flush()
    group = _channel(office.code, ChannelKind.LINE_GROUP, office_id=office.id)
    group.network = network
    db.session.add(group)
    db.session.flush()
    for person in roster:
        span = {"member_id": person.id, "from_on": SINCE}
        db.session.add(NetworkMember(network_id=network.id, **span))
        db.session.add(ChannelMember(channel_id=group.id, **span))


def _channel(owner: str, kind: ChannelKind, **owned_by: int) -> Channel:
    count = AudienceCount(on=SINCE, audience=100, recorded_at=NOON)
    return Channel(
        kind=kind.value,
        name=_channel_name(owner),
        opened_on=SINCE,
        created_at=NOON,
        counts=[count],
        **owned_by,
    )


def _channel_name(owner: str) -> str:
    return f"ไลน์กลุ่ม {owner}"
