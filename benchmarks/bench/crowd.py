"""A registry with many members, made once and copied for every run."""

from __future__ import annotations

from itertools import islice

from sqlalchemy import select

from benchmarks.bench.people import Somebody, people
from registry.access.models import Office, OfficeKind
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.members.bulk import NewChannel, NewMember, Source, register_many
from registry.members.consent_models import ConsentPurpose
from registry.members.values import MemberValues

CHUNK = 20_000
SEED = 2569
AGREED = (ConsentPurpose.REGISTRY, ConsentPurpose.MESSAGES)


def fill(number: int) -> None:
    """Register so many made-up members, in an empty registry."""
    offices = _offices()
    crowd = people(number, SEED)
    while some := list(islice(crowd, CHUNK)):
        with unit_of_work():
            members = [_member(one, offices) for one in some]
            register_many(Actor.system("bench"), members, Source(0, "bench.xlsx", "0" * 64))
        db.session.remove()


def _offices() -> dict[str, int]:
    query = select(Office.province_code, Office.id).where(
        Office.kind == OfficeKind.PROVINCIAL.value
    )
    found = {str(row.province_code): row.id for row in db.session.execute(query)}
    headquarters = db.session.scalars(select(Office.id).order_by(Office.id)).first() or 0
    found.setdefault("10", headquarters)
    return found


def values_of(one: Somebody) -> MemberValues:
    """A made-up person as the registry keeps one."""
    return MemberValues(
        first_name=one.first,
        province_code=one.province,
        network_type=one.network_type,
        title=one.title,
        last_name=one.last,
        national_id=one.national_id,
        birth_year=one.birth_year,
        phone=one.phone,
        line_id=one.line_id,
        house_no=one.house,
        moo=one.moo,
        subdistrict_code=one.subdistrict,
        district_code=one.subdistrict[:4],
        postcode=one.postcode,
        occupation=one.job,
        joined_activity=one.activity,
    )


def _member(one: Somebody, offices: dict[str, int]) -> NewMember:
    return NewMember(
        values=values_of(one).as_dict(),
        on=one.joined,
        office=offices[one.province],
        channels=[NewChannel(one.channel, f"ช่องทางของ{one.first}", audience=one.audience)],
        consents=AGREED,
    )
