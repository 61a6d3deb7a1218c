"""Filters of the audit trail, and the reason for opening a personal part."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from registry.audit.names import NAMES, OBJECTS
from registry.audit.queries import Filters
from registry.fields import DayField, at_most
from registry.geography.queries import provinces
from registry.i18n import name_of


class FilterForm(Form):
    """What to look for; lives in the address of the page."""

    actor = StringField(_l("User"), [at_most(160)])
    action = SelectField(_l("What happened"), [Optional()])
    object_type = SelectField(_l("Kind of record"), [Optional()], validate_choice=False)
    object_id = StringField(_l("Number of the record"), [at_most(64)])
    province = SelectField(_l("Province"), [Optional()])
    first = DayField(_l("From the day"))
    last = DayField(_l("Until the day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", _l("All"))]
        self.action.choices = everything + [(one.value, name) for one, name in NAMES.items()]
        self.object_type.choices = everything + list(OBJECTS.items())
        self.province.choices = everything + [(row.code, name_of(row)) for row in provinces()]

    def filters(self) -> Filters:
        """The filters that were chosen."""
        return Filters(**{name: value for name, value in self.data.items() if value})


class WhyForm(FlaskForm):
    """Why a personal part is opened."""

    reason = StringField(
        _l("Reason"),
        [
            DataRequired(_l("Please state a reason.")),
            Length(min=5, message=_l("Say in a few words more why.")),
            at_most(200),
        ],
    )
