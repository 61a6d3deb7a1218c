"""Which messages and which facts of the ledger a scope sees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from registry.access.models import Office, OfficeKind
from registry.access.scope import Scope
from registry.geography.queries import province_zones
from registry.members.queries import of_offices
from registry.messages.models import OUT, KeyMessage
from registry.networks.models import Network, NetworkMember
from registry.periods.calendar import to_bangkok_date


def message_within(scope: Scope) -> ColumnElement[bool]:
    """Messages of offices in the scope, and what offices above them have published.

    Headquarters publishes for everybody, a regional office for the provinces of its zone; they
    are there to be published onward.  A neighbour's message does not exist.
    """
    if scope.everything:
        return true()
    zones = province_zones(to_bangkok_date(datetime.now(UTC)))
    above = or_(
        Office.kind == OfficeKind.BUREAU.value,
        and_(
            Office.kind == OfficeKind.REGIONAL.value,
            Office.zone_code.in_(sorted({zones[code] for code in scope.provinces})),
        ),
    )
    published = and_(
        KeyMessage.state.in_(sorted(OUT)), KeyMessage.office_id.in_(select(Office.id).where(above))
    )
    return or_(of_offices(scope, KeyMessage.office_id), published)


def facts_within(scope: Scope, fact: Any) -> ColumnElement[bool]:
    """Rows of the ledger: a fact keeps the province of its day.

    A bureau sees those that its own publications brought about; questions and news, which no
    publication brings about, by the members of its networks.
    """
    if scope.everything:
        return true()
    inside = fact.province_code.in_(sorted(scope.provinces))
    if not scope.network_offices:
        return inside if scope.provinces else false()
    offices = sorted(scope.network_offices)
    if hasattr(fact, "office_id"):
        return or_(inside, fact.office_id.in_(offices))
    ours = (
        select(NetworkMember.member_id)
        .join(Network, Network.id == NetworkMember.network_id)
        .where(Network.office_id.in_(offices), NetworkMember.to_on.is_(None))
    )
    return or_(inside, fact.member_id.in_(ours))
