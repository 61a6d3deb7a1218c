"""The demonstration's networks and the central channels through which each is reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from benchmarks.demo.accounts import actor_of
from registry.access.models import Office, OfficeKind
from registry.access.roles import Role
from registry.access.scope import office_by_code
from registry.channels.models import ChannelKind
from registry.channels.services import ChannelValues, Count, open_channel
from registry.db import db, unit_of_work
from registry.members.models import Member
from registry.networks.models import Network
from registry.networks.services import NetworkValues, create, join

PRESS = "เครือข่ายผู้สื่อข่าวภูมิภาค"
VOLUNTEERS, LOUDSPEAKERS, PARTNERS = "village_volunteer", "loudspeaker", "civil_society"


@dataclass(frozen=True)
class Plan:
    """A network to found: its name, type, and the channel that reaches it."""

    name: str
    type_code: str
    channel: str
    kind: ChannelKind


def plans(place: str) -> list[Plan]:
    """The three networks that a provincial office keeps."""
    return [
        Plan(f"เครือข่าย อป.มช. {place}", VOLUNTEERS, f"ไลน์ อป.มช. {place}", ChannelKind.LINE_GROUP),
        Plan(
            f"เครือข่ายหอกระจายข่าว {place}",
            LOUDSPEAKERS,
            f"ไลน์ผู้ดูแลหอกระจายข่าว {place}",
            ChannelKind.LINE_GROUP,
        ),
        Plan(f"เครือข่ายสื่อและภาคี {place}", PARTNERS, f"ไลน์ OA ภาคี {place}", ChannelKind.LINE_OA),
    ]


def network_name(kind: str, place: str) -> str:
    """The network that somebody of a type joins in a place."""
    index = {"อป.มช.": 0, "หอกระจายข่าว": 1}.get(kind, 2)
    return plans(place)[index].name


def make_networks(first_day: date, seed: int) -> None:
    """Found the networks of every provincial office, of headquarters and of the News Bureau."""
    random = Random(seed)  # noqa: S311 - for looks, not for secrets
    kind = OfficeKind.PROVINCIAL.value
    offices = db.session.execute(
        select(Office.code, Office.name_th).where(Office.kind == kind).order_by(Office.code)
    )
    for code, name in [(row[0], row[1]) for row in offices]:
        place = name.removeprefix("สำนักงานประชาสัมพันธ์")
        _found(code, Role.PROVINCIAL, plans(place), first_day, random)
    _found("C-PRDB", Role.CENTRAL, plans("กรุงเทพมหานคร"), first_day, random)
    press = Plan(PRESS, "local_press", "ไลน์ผู้สื่อข่าวภูมิภาค", ChannelKind.LINE_GROUP)
    _found("C-NNT", Role.BUREAU, [press], first_day, random)


def gather_the_press() -> None:
    """The News Bureau's own network: the local press of all provinces, from their first day on."""
    with unit_of_work():
        network = db.session.scalars(select(Network).where(Network.name == PRESS)).one()
        query = select(Member).where(Member.network_type == "local_press", Member.state == "active")
        for member in db.session.scalars(query.order_by(Member.id)):
            on = max(member.joined_on or network.founded_on, network.founded_on)
            join(actor_of("C-NNT", Role.BUREAU), network, [member], on=on)


def _found(code: str, role: Role, wanted: list[Plan], first: date, random: Random) -> None:
    with unit_of_work():
        actor, office = actor_of(code, role), office_by_code(code)
        if office is None:
            raise LookupError(code)
        for plan in wanted:
            founded = first + timedelta(days=int(random.random() ** 3 * 300))
            values = NetworkValues(
                name=plan.name,
                type_code=plan.type_code,
                founded_on=founded,
                province_code=office.province_code if code != "C-NNT" else None,
                founding_activity="โครงการสร้างและพัฒนาเครือข่ายการประชาสัมพันธ์",
            )
            network = create(actor, office, values)
            channel = ChannelValues(plan.kind, plan.channel, founded, network_id=network.id)
            open_channel(actor, office, channel, count=Count(founded, random.randint(25, 480)))


def networks_by_name() -> dict[str, Network]:
    """All networks by name."""
    return {row.name: row for row in db.session.scalars(select(Network))}
