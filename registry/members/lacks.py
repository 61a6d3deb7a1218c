"""What the list can be narrowed to: members who lack a consent or a network."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from registry.members.consent_models import Consent, ConsentPurpose
from registry.members.models import Member
from registry.networks.models import NetworkMember

CONSENT, NETWORK = "consent", "network"
LACKS_NAMES = {CONSENT: _l("Without consent"), NETWORK: _l("Without a network")}


def lacking(what: str) -> ColumnElement[bool]:
    """Condition on members without a standing consent to be registered, or in no network now.

    Args:
        what: a key of :data:`LACKS_NAMES`.
    """
    if what == NETWORK:
        inside = select(NetworkMember.id).where(
            NetworkMember.member_id == Member.id, NetworkMember.to_on.is_(None)
        )
        return ~inside.exists()
    agreed = select(Consent.id).where(
        Consent.member_id == Member.id,
        Consent.purpose == ConsentPurpose.REGISTRY.value,
        Consent.withdrawn_on.is_(None),
    )
    return ~agreed.exists()
