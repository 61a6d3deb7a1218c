"""Offices: found, and changed in name or closing; see messages.rights for the right.

They are public facts, so no scope limits who reads them.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import phonenumbers
from flask_babel import gettext as _
from sqlalchemy import or_, select

from registry.access.models import Office, User
from registry.access.sessions import end_all
from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.periods.calendar import to_bangkok_date, utc_now

FIELDS = ("name_th", "name_en", "short_th", "phone", "closed_on")
FEWEST_DIGITS = 3
"""Of a telephone number: short ones such as 1111 are numbers, too."""
PRINTED = re.compile(r"\+?\s*\(?\d[\d()\s.–-]*")


def offices(
    *, kind: str = "", text: str = "", open_on: date | None = None, also: str = ""
) -> list[Office]:
    """Offices, headquarters first; perhaps only those open on a day (and one more)."""
    query = select(Office).order_by(Office.kind.in_(["regional", "provincial"]), Office.id)
    if open_on:
        query = query.where(or_(Office.open_on(open_on), Office.code == also))
    if kind:
        query = query.where(Office.kind == kind)
    if text:
        part = f"%{text.strip().replace('%', '')}%"
        query = query.where(or_(Office.name_th.ilike(part), Office.name_en.ilike(part)))
    return list(db.session.scalars(query))


def office_for(code: str) -> Office:
    """One office by its code; raises NotFound."""
    found = db.session.scalar(select(Office).where(Office.code == code))
    if found is None:
        raise NotFound
    return found


def update_office(
    office: Office,
    *,
    name_th: str,
    name_en: str,
    short_th: str,
    phone: str | None,
    closed_on: date | None,
    actor: Actor,
    version: int | None = None,
) -> None:
    """Change an office; its code and its place stay for ever.  Closing it signs its people out.

    Raises:
        Refused: a name is empty, the telephone is no number, the closing lies before the opening,
            or it is the actor's own.
        ChangedMeanwhile: ``version`` is not the version at hand.
    """
    need_version(office, version)
    values = (name_th.strip(), name_en.strip(), short_th.strip(), _phone(phone), closed_on)
    if not all(values[:3]):
        raise Refused(_("Please fill in the three names of the office."))
    if closed_on and office.opened_on and closed_on < office.opened_on:
        raise Refused(_("The closing date lies before the opening of the office."))
    if closed_on and actor.office_id == office.id:
        raise Refused(
            _("Your own account is at this office; move it to another office before closing this.")
        )
    new = dict(zip(FIELDS, values, strict=True))
    changed = [field for field in FIELDS if getattr(office, field) != new[field]]
    if not changed:
        return
    before = {field: getattr(office, field) for field in changed}
    for field in changed:
        setattr(office, field, new[field])
    if closed_on and closed_on <= to_bangkok_date(utc_now()):
        for user_id in db.session.scalars(select(User.id).where(User.office_id == office.id)):
            end_all(user_id)
    after = {field: new[field] for field in changed}
    said: dict[str, Any] = {"code": office.code, "fields": changed, "from": before, "to": after}
    record(actor, Action.OFFICE_UPDATE, "office", office.id, province=office.province_code, **said)
    db.session.flush()


def _phone(typed: str | None) -> str | None:
    """A telephone number as it is printed, extension and all; None for a blank."""
    phone = " ".join((typed or "").split())
    if phone and sum(letter.isdecimal() for letter in phone) < FEWEST_DIGITS:
        raise Refused(
            _(
                "“%(phone)s” is no telephone number; write it as 053-112233 or leave it empty.",
                phone=phone,
            )
        )
    return phone or None


def dialled(phone: str) -> str:
    """What a telephone dials: the first number without its label, its range or its extension.

    Empty where nothing can be dialled.
    """
    text = phonenumbers.normalize_digits_only(phone, keep_non_digits=True)
    printed = [("+" if run.startswith("+") else "", run) for run in PRINTED.findall(text)]
    runs = [(plus, re.findall(r"\d+", run)) for plus, run in printed]
    valid = (_first_valid(plus, groups) for plus, groups in runs)
    short = (plus + "".join(groups) for plus, groups in runs)
    short = (digits for digits in short if len(digits) >= FEWEST_DIGITS)
    return next(filter(None, valid), "") or next(short, "")


def _first_valid(plus: str, groups: list[str]) -> str:
    """The longest valid number that groups of digits begin with; empty where none is."""
    for count in range(len(groups), 0, -1):
        digits = plus + "".join(groups[:count])
        try:
            number = phonenumbers.parse(digits, "TH")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return str(whole) if plus else digits
    return ""
