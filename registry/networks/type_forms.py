"""Forms of network types."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

needed = DataRequired(_l("Please fill this in."))


class NewTypeForm(FlaskForm):
    """A new type."""

    code = StringField(_l("Code"), [needed, Length(max=32)])
    name_th = StringField(_l("Name in Thai"), [needed, Length(max=120)])
    name_en = StringField(_l("Name in English"), [needed, Length(max=120)])


class TypeForm(FlaskForm):
    """A type that exists."""

    name_th = StringField(_l("Name in Thai"), [needed, Length(max=120)])
    name_en = StringField(_l("Name in English"), [needed, Length(max=120)])
    position = IntegerField(_l("Place in the list"), [InputRequired(), NumberRange(0, 999)])
    active = BooleanField(_l("Offered for new networks and members"))
