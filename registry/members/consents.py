"""Consent per purpose: given in a wording of a version, withdrawn at any time, never erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.members.consent_models import Consent, ConsentPurpose, ConsentWording
from registry.members.models import Member
from registry.members.standing import need_standing
from registry.members.values import is_minor


def wordings_of(purpose: ConsentPurpose) -> list[ConsentWording]:
    """All versions of the words for a purpose, the newest first."""
    query = select(ConsentWording).where(ConsentWording.purpose == purpose.value)
    return list(db.session.scalars(query.order_by(ConsentWording.version.desc())))


def in_force(wordings: Sequence[ConsentWording], day: date) -> ConsentWording | None:
    """Of some versions (the newest first) the one of a day; the oldest for days before them."""
    valid = (wording for wording in wordings if wording.valid_from <= day)
    return next(valid, wordings[-1] if wordings else None)


def wording_on(purpose: ConsentPurpose, day: date) -> ConsentWording | None:
    """The words in force for a purpose on a day."""
    return in_force(wordings_of(purpose), day)


def standing_consent(member: Member, purpose: ConsentPurpose) -> Consent | None:
    """The consent of a member that was given for a purpose and not withdrawn."""
    query = select(Consent).where(
        Consent.member_id == member.id,
        Consent.purpose == purpose.value,
        Consent.withdrawn_on.is_(None),
    )
    return db.session.scalar(query)


def give_consent(
    actor: Actor, member: Member, purpose: ConsentPurpose, *, on: date, source: str
) -> Consent:
    """Note that a member agreed to a purpose; giving it again changes nothing.

    Args:
        source: where it can be read: the form, a sheet, the member's own page.

    Raises:
        Refused: a minor agrees without a guardian, or the record was just merged into another.
    """
    need_standing(member)
    standing = standing_consent(member, purpose)
    if standing is not None:
        return standing
    minor = is_minor(member.birth_year, on)
    if minor and not (member.guardian_name and member.guardian_consent_on):
        raise Refused(
            _(
                "%(name)s is under 20 years of age; write down the guardian's consent first.",
                name=member.display_name,
            )
        )
    wording = wording_on(purpose, on)
    consent = Consent(
        member_id=member.id,
        purpose=purpose.value,
        wording_id=wording.id if wording else None,
        given_on=on,
        source=source,
        by_guardian=minor,
    )
    db.session.add(consent)
    version = wording.version if wording else None
    _record(actor, Action.CONSENT_GIVE, member, purpose=purpose.value, version=version)
    return consent


def withdraw_consent(actor: Actor, consent: Consent, *, on: date) -> None:
    """Note that a member no longer agrees; what was done before stays lawful.

    Raises:
        Refused: it was withdrawn already, or the day lies before the consent.
    """
    if consent.withdrawn_on is not None:
        raise Refused(_("This consent was withdrawn already; reload the page."))
    if on < consent.given_on:
        raise Refused(_("A consent cannot be withdrawn before it was given; choose a later day."))
    consent.withdrawn_on = on
    _record(actor, Action.CONSENT_WITHDRAW, consent.member, purpose=consent.purpose)


def _record(actor: Actor, action: Action, member: Member, **details: Any) -> None:
    db.session.flush()
    record(actor, action, "member", member.id, province=member.province_code, **details)
