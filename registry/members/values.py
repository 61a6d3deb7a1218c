"""What is known about a member when somebody writes it down."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from registry.members.models import Member, MemberKind

MAJORITY = 20
"""Age of majority (Civil and Commercial Code, section 19); below it a guardian consents."""


@dataclass(frozen=True)
class MemberValues:
    """A member's fields, named as on the model and already normalised; absent is None.

    For an organisation ``first_name`` is its whole name and ``contact_name`` the person to ask
    for.  ``phone`` is national digits (``0812345678``), ``birth_year`` is C.E.
    """

    first_name: str
    province_code: str
    network_type: str
    kind: str = MemberKind.PERSON.value
    title: str | None = None
    last_name: str | None = None
    name_raw: str | None = None
    national_id: str | None = None
    national_id_reason: str | None = None
    birth_year: int | None = None
    phone: str | None = None
    phone_other: str | None = None
    line_id: str | None = None
    email: str | None = None
    house_no: str | None = None
    moo: str | None = None
    subdistrict_code: str | None = None
    district_code: str | None = None
    postcode: str | None = None
    occupation: str | None = None
    organisation: str | None = None
    position: str | None = None
    contact_name: str | None = None
    skills: str | None = None
    notes: str | None = None
    joined_activity: str | None = None
    guardian_name: str | None = None
    guardian_consent_on: date | None = None

    @classmethod
    def of(cls, member: Member) -> MemberValues:
        """The values of a member at hand."""
        return cls(**{name: getattr(member, name) for name in FIELDS})

    def as_dict(self) -> dict[str, Any]:
        """The values by field name."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS = tuple(field.name for field in fields(MemberValues))


def is_minor(birth_year: int | None, on: date) -> bool:
    """Whether somebody is below the age of majority, as far as a year of birth can tell."""
    return birth_year is not None and on.year - birth_year < MAJORITY
