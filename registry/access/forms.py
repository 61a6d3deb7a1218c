"""Forms of the administrator and of one's own account."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TelField,
)
from wtforms.validators import DataRequired

from registry.access.grants import Grant, grants_now
from registry.access.models import User
from registry.access.offices import offices
from registry.access.roles import ROLE_NAMES, Role
from registry.fields import DayField, OnceForm, at_most
from registry.geography.queries import provinces, zones
from registry.i18n import name_of
from registry.periods.calendar import to_bangkok_date, utc_now

needed = DataRequired(_l("Please fill this in."))
LANGUAGES = [("th", "ไทย"), ("en", "English")]


class GrantForm(Form):
    """One role with its limits; a row without a role counts for nothing."""

    role = SelectField(_l("Role"), default="")
    zone = SelectField(_l("Limited to zone"), default="")
    province = SelectField(_l("Limited to province"), default="")
    valid_from = DayField(_l("From the day"))
    valid_to = DayField(_l("Until the day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nothing = [("", "–")]
        self.role.choices = nothing + [(role.value, name) for role, name in ROLE_NAMES.items()]
        self.zone.choices = nothing + [(str(row.code), name_of(row)) for row in zones()]
        self.province.choices = nothing + [(row.code, name_of(row)) for row in provinces()]

    def grant(self) -> Grant | None:
        """What the row says."""
        if not self.role.data:
            return None
        return Grant(
            Role(self.role.data),
            int(self.zone.data) if self.zone.data else None,
            self.province.data or None,
            self.valid_from.data,
            self.valid_to.data,
        )


class UserForm(OnceForm):
    """An account and its roles."""

    version = HiddenField()
    name = StringField(_l("Name and surname"), [needed, at_most(160)])
    email = EmailField(_l("E-mail address"), [needed, at_most(254)])
    position = StringField(_l("Position"), [at_most(160)])
    office = SelectField(_l("Office"), [needed])
    grants = FieldList(FormField(GrantForm), min_entries=3, max_entries=12)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.office.object_data or ""
        rows = offices(open_on=to_bangkok_date(utc_now()), also=kept)
        self.office.choices = [("", "–")] + [(row.code, name_of(row)) for row in rows]

    @classmethod
    def of(cls, user: User) -> UserForm:
        """The form filled with an account (or with what was posted)."""
        rows = [_row(grant) for grant in grants_now(user.assignments)]
        blank = {"role": ""}
        return cls(
            name=user.name,
            email=user.email,
            position=user.position,
            office=user.office.code,
            version=str(user.version),
            grants=[*rows, *[blank] * max(1, 3 - len(rows))],
        )

    def chosen(self) -> list[Grant]:
        """The roles that were chosen."""
        rows = [entry.form.grant() for entry in self.grants]
        return [grant for grant in rows if grant is not None]


def _row(grant: Grant) -> dict[str, Any]:
    zone = "" if grant.zone is None else str(grant.zone)
    dates = {"valid_from": grant.valid_from, "valid_to": grant.valid_to}
    return {"role": grant.role.value, "zone": zone, "province": grant.province or "", **dates}


class ReasonForm(FlaskForm):
    """Why something delicate is done."""

    reason = StringField(_l("Reason"), [needed, at_most(200)])


class OfficeForm(FlaskForm):
    """What can change of an office."""

    version = HiddenField()
    name_th = StringField(_l("Name in Thai"), [needed, at_most(160)])
    name_en = StringField(_l("Name in English"), [needed, at_most(160)])
    short_th = StringField(_l("Short name"), [needed, at_most(60)])
    phone = TelField(_l("Telephone of the office"), [at_most(60)])
    closed_on = DayField(_l("Closed on"))


class ProfileForm(FlaskForm):
    """One's own name and language."""

    name = StringField(_l("Name and surname"), [needed, at_most(160)])
    locale = SelectField(_l("Language"), choices=LANGUAGES)
