"""Forms of network types."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired

from registry.errors import Refused
from registry.fields import at_most
from registry.members import normalise
from registry.members.fields import NEEDED, TextField

LAST_PLACE = 999

needed = DataRequired(_l("Please fill this in."))


def _place(text: str) -> int:
    digits = normalise.arabic(text)
    if not (digits.isascii() and digits.isdigit() and int(digits) <= LAST_PLACE):
        raise Refused(
            _(
                "“%(text)s” is not a place in the list; write a number from 0 to %(last)s.",
                text=text,
                last=LAST_PLACE,
            )
        )
    return int(digits)


class NewTypeForm(FlaskForm):
    """A new type."""

    code = StringField(_l("Code"), [needed, at_most(32)])
    name_th = StringField(_l("Name in Thai"), [needed, at_most(120)])
    name_en = StringField(_l("Name in English"), [needed, at_most(120)])


class TypeForm(FlaskForm):
    """A type that exists."""

    name_th = StringField(_l("Name in Thai"), [needed, at_most(120)])
    name_en = StringField(_l("Name in English"), [needed, at_most(120)])
    position = TextField(
        _l("Place in the list"),
        [NEEDED],
        reader=_place,
        longest=4,
        render_kw={"inputmode": "numeric"},
    )
    active = BooleanField(_l("Offered for new networks and members"))
