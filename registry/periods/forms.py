"""The form that sets a standard time."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired

from registry.errors import Refused
from registry.fields import DayField, at_most
from registry.members import normalise
from registry.members.fields import NEEDED, TextField
from registry.periods.standards import STEP_NAMES, require_minutes

needed = DataRequired(_l("Please fill this in."))


def _minutes(text: str) -> int:
    """A time as the page shows it, commas and all, or in Thai digits."""
    digits = normalise.arabic(text).replace(",", "").replace(" ", "")
    if not re.fullmatch("[0-9]{1,9}", digits):
        raise Refused(
            _("“%(text)s” is not a number of minutes; write digits such as 1,440.", text=text[:40])
        )
    minutes = int(digits)
    require_minutes(minutes)
    return minutes


class StandardForm(FlaskForm):
    """A step, its minutes, from which day, by which order; ``seen`` as in ``DatedForm``."""

    seen = HiddenField()
    step = SelectField(_l("Step"), [needed])
    minutes = TextField(
        _l("Minutes"),
        [NEEDED],
        reader=_minutes,
        longest=12,
        render_kw={"inputmode": "numeric"},
    )
    valid_from = DayField(_l("From the day"), [needed])
    source = StringField(_l("Order or place in the manual"), [needed, at_most(200)])

    def __init__(self) -> None:
        super().__init__()
        self.step.choices = [(step.value, name) for step, name in STEP_NAMES.items()]
