"""The form that moves a province to another zone."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired

from registry.fields import DayField, at_most
from registry.geography.queries import provinces, zones
from registry.i18n import name_of

needed = DataRequired(_l("Please fill this in."))


class MoveForm(FlaskForm):
    """Which province, to which zone, from when, by which order."""

    province = SelectField(_l("Province"), [needed])
    zone = SelectField(_l("To zone"), [needed])
    on = DayField(_l("From the day"), [needed])
    reason = StringField(_l("Order or decision"), [needed, at_most(200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nothing = [("", "–")]
        self.province.choices = nothing + [(row.code, name_of(row)) for row in provinces()]
        self.zone.choices = nothing + [(str(row.code), name_of(row)) for row in zones()]
