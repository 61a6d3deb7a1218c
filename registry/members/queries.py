"""Reading members: what lies outside the scope does not exist.

A member is seen by those who look after the province, by the office that registered them, and
by the offices in whose networks they are.  Only the first two may change the record.  A record
that was merged into another does not exist for anybody; it only leads to its survivor.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from registry.access.models import Office, OfficeKind
from registry.access.scope import Scope
from registry.db import db, once
from registry.errors import NotFound
from registry.geography.models import Province
from registry.geography.queries import province_zones
from registry.members.consent_models import Consent, ConsentPurpose, ConsentWording
from registry.members.models import Member, MemberStateChange, NetworkType
from registry.networks.models import Network, NetworkMember
from registry.periods.calendar import to_bangkok_date
from registry.thai import dictionary_order

STANDS = Member.merged_into_id.is_(None)
"""Condition on members whose record was not merged into another."""


def whole_zones(scope: Scope) -> frozenset[int]:
    """The zones all of whose provinces lie in the scope, by today's mapping."""
    zones = province_zones(to_bangkok_date(datetime.now(UTC)))
    partly = {zone for code, zone in zones.items() if code not in scope.provinces}
    return frozenset(zones.values()) - partly


def of_offices(
    scope: Scope, column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    """Condition that the office named by a column lies in the scope.

    A provincial office does with its province, a regional one with all provinces of its zone,
    a bureau only for its own people (and for those who see everything).
    """
    return true() if scope.everything else column.in_(once(("offices", scope), lambda: _ids(scope)))


def _ids(scope: Scope) -> list[int]:
    places = or_(
        and_(
            Office.kind == OfficeKind.PROVINCIAL.value,
            Office.province_code.in_(sorted(scope.provinces)),
        ),
        and_(
            Office.kind == OfficeKind.REGIONAL.value,
            Office.zone_code.in_(sorted(whole_zones(scope))),
        ),
        Office.id.in_(sorted(scope.network_offices)),
    )
    return sorted(db.session.scalars(select(Office.id).where(places)))


def changeable(scope: Scope) -> ColumnElement[bool]:
    """Condition on members whose record may be changed."""
    return STANDS if scope.everything else and_(STANDS, _own(scope))


def linked(scope: Scope) -> ColumnElement[bool]:
    """Condition on members of the scope's networks whose record others look after."""
    if scope.everything or not scope.personal:
        return false()
    in_own_networks = (
        select(NetworkMember.member_id)
        .join(Network, Network.id == NetworkMember.network_id)
        .where(NetworkMember.to_on.is_(None), of_offices(scope, Network.office_id))
    )
    return and_(STANDS, Member.id.in_(in_own_networks), ~_own(scope))


def visible(scope: Scope) -> ColumnElement[bool]:
    """Condition on members that may be seen; personal data only for those who may see it."""
    if not scope.personal:
        return false()
    return changeable(scope) if scope.everything else or_(changeable(scope), linked(scope))


def _own(scope: Scope) -> ColumnElement[bool]:
    """An empty list is left out: with one, no index would be used."""
    places, offices = sorted(scope.provinces), sorted(scope.network_offices)
    found = [Member.province_code.in_(places)] if places else []
    return or_(false(), *found, *([Member.office_id.in_(offices)] if offices else []))


def _one(condition: ColumnElement[bool], member_id: int) -> Member:
    query = (
        select(Member)
        .where(Member.id == member_id, condition)
        .options(
            joinedload(Member.office),
            joinedload(Member.province),
            joinedload(Member.district),
            joinedload(Member.subdistrict),
            joinedload(Member.type),
        )
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"member {member_id}")
    return found


def member_for(scope: Scope, member_id: int) -> Member:
    """A member that may be seen.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    return _one(visible(scope), member_id)


def member_to_change(scope: Scope, member_id: int) -> Member:
    """A member whose record may be changed.

    Raises:
        NotFound: there is none, or another office looks after it.
    """
    return _one(and_(visible(scope), changeable(scope)), member_id)


def is_changeable(scope: Scope, member: Member) -> bool:
    """The same rule for a member at hand."""
    return looks_after(scope, member) and member.merged_into_id is None


def looks_after(scope: Scope, member: Member) -> bool:
    """Whether the scope's offices look after a member, be the record merged or not."""
    return scope.covers(member.province_code) or member.office_id in scope.network_offices


def survivor_of(scope: Scope, member_id: int) -> int | None:
    """The record to which merges lead from another one; None where none does or it is not seen."""
    found, leads = member_id, select(Member.merged_into_id)
    while (after := db.session.scalar(leads.where(Member.id == found))) is not None:
        found = after
    if found == member_id:
        return None
    return db.session.scalar(select(Member.id).where(Member.id == found, visible(scope)))


def members_by_ids(scope: Scope, ids: list[int]) -> list[Member]:
    """Those of some members that may be seen, by name."""
    query = select(Member).where(Member.id.in_(ids), visible(scope)).order_by(Member.name_key)
    places = (joinedload(Member.district), joinedload(Member.province))
    return list(db.session.scalars(query.options(*places)))


def member_by_token(scope: Scope, token: str) -> Member | None:
    """The member that a form already made when it was sent the first time."""
    if not token:
        return None
    return db.session.scalar(select(Member).where(Member.form_token == token, visible(scope)))


def history_of(scope: Scope, member_id: int) -> list[MemberStateChange]:
    """The steps of a member's life cycle, the latest first."""
    query = (
        select(MemberStateChange)
        .join(Member, Member.id == MemberStateChange.member_id)
        .where(Member.id == member_id, visible(scope))
        .order_by(MemberStateChange.id.desc())
    )
    return list(db.session.scalars(query))


def consent_for(scope: Scope, member_id: int, consent_id: int) -> Consent:
    """One consent of a member whose record may be changed.

    Raises:
        NotFound: there is none, or it is another's.
    """
    query = (
        select(Consent)
        .join(Member, Member.id == Consent.member_id)
        .where(Consent.id == consent_id, Member.id == member_id, changeable(scope))
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"consent {consent_id}")
    return found


def network_types(also: str | None = None) -> list[NetworkType]:
    """The types in use (and one more), in the administrator's order; public facts."""
    query = select(NetworkType).where(or_(NetworkType.active.is_(True), NetworkType.code == also))
    return list(db.session.scalars(query.order_by(NetworkType.position, NetworkType.code)))


def wordings() -> list[ConsentWording]:
    """The newest wording in force of each purpose, in the order of the purposes."""
    day = to_bangkok_date(datetime.now(UTC))
    query = select(ConsentWording).where(ConsentWording.valid_from <= day)
    newest = {
        row.purpose: row for row in db.session.scalars(query.order_by(ConsentWording.version))
    }
    return [newest[purpose] for purpose in ConsentPurpose if purpose in newest]


def provinces_in(scope: Scope) -> list[Province]:
    """The provinces in which a member may be registered: a bureau's people live anywhere."""
    query = select(Province)
    if not scope.everything and not scope.network_offices:
        query = query.where(Province.code.in_(sorted(scope.provinces)))
    return sorted(db.session.scalars(query), key=lambda row: dictionary_order(row.name_th))
