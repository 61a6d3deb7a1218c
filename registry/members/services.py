"""Registering members and keeping their records: each step leaves its audit event."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.models import Office
from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.geography.models import District, Province, Subdistrict
from registry.members import normalise
from registry.members.consent_models import ConsentPurpose
from registry.members.consents import give_consent
from registry.members.masks import mask_national_id
from registry.members.models import Member, MemberKind, MemberState, MemberStateChange, NetworkType
from registry.members.spans import last_span, open_span, replace_span
from registry.members.values import MemberValues, is_minor
from registry.periods.calendar import to_bangkok_date
from registry.vault import keyed_hash

REVEALABLE = frozenset({"national_id", "phone", "phone_other"})


class AlreadyRegistered(Refused):
    """The national ID belongs to a member already."""


def register(
    actor: Actor,
    office: Office,
    values: MemberValues,
    *,
    on: date,
    state: MemberState = MemberState.ACTIVE,
    consents: Collection[ConsentPurpose] = (),
    form_token: str | None = None,
    source: str = "form",
    confirmed_on: date | None = None,
) -> Member:
    """Register a member with an office.

    Args:
        on: the day of joining; an active member counts from then.
        state: ``ACTIVE``, or ``APPLIED`` where somebody still has to decide.
        consents: the purposes agreed to, in the wordings in force on that day.
        form_token: what makes a form that is sent twice one member.

    Raises:
        Refused: a value is impossible, a minor lacks a guardian's consent, the office is closed.
        AlreadyRegistered: the national ID belongs to somebody.
    """
    check_values(values, on)
    now = datetime.now(UTC)
    if not office.open_on(to_bangkok_date(now)):
        raise Refused(_("%(office)s is closed; choose another office.", office=office.name_th))
    member = Member(
        **values.as_dict(),
        national_id_hash=claim_national_id(values.national_id, None),
        state=state.value,
        joined_on=on,
        confirmed_on=confirmed_on or on,
        office_id=office.id,
        source=source,
        form_token=form_token,
        created_at=now,
        updated_at=now,
    )
    db.session.add(member)
    db.session.flush()
    _begin(member, state, on, actor)
    _record(actor, Action.MEMBER_REGISTER, member, changes_of(None, values), office=office.code)
    for purpose in consents:
        give_consent(actor, member, purpose, on=on, source="form")
    return member


def _begin(member: Member, state: MemberState, on: date, actor: Actor) -> None:
    step = MemberStateChange(after=state.value, on=on, at=member.created_at, actor_id=actor.user_id)
    member.history.append(step)
    if state is MemberState.ACTIVE:
        open_span(member, on)


def update(
    actor: Actor,
    member: Member,
    values: MemberValues,
    *,
    on: date,
    version: int | None = None,
) -> Member:
    """Change a member's record; another province or network type counts from ``on``.

    Raises:
        Refused: a value is impossible, or ``on`` lies before the last such change.
        ChangedMeanwhile: ``version`` is not the version at hand.
    """
    need_version(member, version)
    before = MemberValues.of(member)
    check_values(values, on)
    changes = changes_of(before, values)
    if not changes:
        return member
    if values.national_id != before.national_id:
        member.national_id_hash = claim_national_id(values.national_id, member.id)
    _assign(member, values)
    _follow(member, before, on)
    _record(actor, Action.MEMBER_UPDATE, member, changes, fields=sorted(changes))
    return member


def _assign(member: Member, values: MemberValues) -> None:
    for name, value in values.as_dict().items():
        setattr(member, name, value)
    names = {name: getattr(member, name) for name in normalise.NAMES}
    for name, value in normalise.derived(**names).items():
        setattr(member, name, value)
    member.updated_at = datetime.now(UTC)
    db.session.flush()


def _follow(member: Member, before: MemberValues, on: date) -> None:
    """Close and open a span where what counts has changed."""
    moved = member.province_code != before.province_code
    if not moved and member.network_type == before.network_type:
        return
    refuse_before_last_change(member, on)
    replace_span(member, on, "move" if moved else "type")


def refuse_before_last_change(member: Member, on: date) -> None:
    """History is not rewritten: a change lies on or after the one before it.

    Raises:
        Refused: it does not.
    """
    span = last_span(member)
    days = [step.on for step in member.history if step.undone_at is None]
    if span is not None:
        days += [span.from_on] + ([span.to_on] if span.to_on else [])
    if days and on < max(days):
        raise Refused(
            _(
                "The day lies before the last change of %(name)s; choose that day or a later one.",
                name=member.display_name,
            )
        )


def confirm_record(actor: Actor, member: Member, *, on: date) -> None:
    """Note that somebody asked the member and the record is right."""
    before, member.confirmed_on = member.confirmed_on, on
    member.updated_at = datetime.now(UTC)
    _record(actor, Action.MEMBER_UPDATE, member, {"confirmed_on": [before, on]}, kind="confirm")


def reveal(actor: Actor, member: Member, field: str) -> str:
    """A masked number in full; the audit event says who looked at what.

    Raises:
        Refused: the field is not one that is masked.
    """
    if field not in REVEALABLE:
        raise Refused(_("This field cannot be shown; choose one of those on the member's page."))
    _record(actor, Action.MEMBER_REVEAL, member, None, fields=[field])
    return getattr(member, field) or ""


def check_values(values: MemberValues, on: date) -> None:
    """Refuse a record that cannot be.

    Raises:
        Refused: with one sentence.
    """
    if not values.first_name:
        raise Refused(_("The name is missing; write at least the first name."))
    person = values.kind == MemberKind.PERSON
    if person and is_minor(values.birth_year, on) and not _guarded(values):
        raise Refused(
            _(
                "A person under 20 years of age needs a guardian: write the guardian's name and "
                "the day on which the guardian agreed."
            )
        )
    if db.session.get(NetworkType, values.network_type) is None:
        raise Refused(_("This network type does not exist; choose one from the list."))
    _check_place(values)


def _guarded(values: MemberValues) -> bool:
    return bool(values.guardian_name and values.guardian_consent_on)


def _check_place(values: MemberValues) -> None:
    """Each place lies in the one above it."""
    fits = db.session.get(Province, values.province_code) is not None
    if values.district_code:
        district = db.session.get(District, values.district_code)
        fits = district is not None and district.province_code == values.province_code
    if fits and values.subdistrict_code:
        subdistrict = db.session.get(Subdistrict, values.subdistrict_code)
        fits = subdistrict is not None and subdistrict.district_code == values.district_code
    if not fits:
        raise Refused(
            _("The subdistrict, district and province do not fit together; choose them again.")
        )


def claim_national_id(number: str | None, own_id: int | None) -> str | None:
    """The hash of a national ID that nobody else has.

    Raises:
        AlreadyRegistered: somebody has it.
    """
    if number is None:
        return None
    digest = keyed_hash(number)
    holder = db.session.scalar(select(Member.id).where(Member.national_id_hash == digest))
    if holder is not None and holder != own_id:
        raise AlreadyRegistered(
            _(
                "This national ID is already registered; look at the possible duplicates "
                "below instead of registering the person again."
            )
        )
    return digest


def changes_of(before: MemberValues | None, after: MemberValues) -> dict[str, list[Any]]:
    """What differs, field by field; a national ID is masked here already."""
    old = _safe(before).as_dict() if before else {}
    new = _safe(after).as_dict()
    changes = {
        name: [old.get(name), value] for name, value in new.items() if old.get(name) != value
    }
    if before is not None and before.national_id != after.national_id:
        changes["national_id"] = [old["national_id"], new["national_id"]]
    return changes


def _safe(values: MemberValues) -> MemberValues:
    return replace(values, national_id=mask_national_id(values.national_id) or None)


def _record(
    actor: Actor, action: Action, member: Member, changes: dict[str, Any] | None, **details: Any
) -> None:
    db.session.flush()
    record(
        actor,
        action,
        "member",
        member.id,
        province=member.province_code,
        changes=changes,
        **details,
    )
