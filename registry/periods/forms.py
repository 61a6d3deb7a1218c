"""The form that sets a standard time."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired

from registry.fields import DayField, at_most
from registry.periods.standards import LONGEST, STEP_NAMES

needed = DataRequired(_l("Please fill this in."))


class StandardForm(FlaskForm):
    """A step, its minutes, from which day, by which order; ``seen`` as in ``DatedForm``."""

    seen = HiddenField()
    step = SelectField(_l("Step"), [needed])
    minutes = IntegerField(_l("Minutes"), [needed], render_kw={"min": 1, "max": LONGEST})
    valid_from = DayField(_l("From the day"), [needed])
    source = StringField(_l("Order or place in the manual"), [needed, at_most(200)])

    def __init__(self) -> None:
        super().__init__()
        self.step.choices = [(step.value, name) for step, name in STEP_NAMES.items()]
