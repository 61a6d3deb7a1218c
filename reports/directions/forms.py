"""Forms of directions."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired

from registry.fields import DayField, OnceForm, at_most, not_past, one_newline
from registry.members.fields import NEEDED, TextField
from reports.directions.models import LONGEST_GIVER
from reports.directions.services import LONGEST, Order

SIZE = {"rows": 6, "maxlength": LONGEST}


class DirectionForm(OnceForm):
    """A direction; who only writes it down says who gave it."""

    text = TextAreaField(
        _l("What is to be done"),
        [DataRequired(_l("Write what is to be done.")), at_most(LONGEST)],
        filters=[one_newline],
        render_kw=SIZE,
    )
    office = SelectField(_l("Office that carries it out"), [NEEDED])
    due_on = DayField(_l("Due on"), [NEEDED, not_past])
    given_by = TextField(_l("Given by (post of the executive)"), longest=LONGEST_GIVER)

    def __init__(self, offices: list[tuple[str, str]], *, in_person: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.office.choices = [("", "–"), *offices]
        if in_person:
            del self.given_by
        else:
            self.given_by.validators = [*self.given_by.validators, NEEDED]
            self.given_by.flags.required = True

    def order(self) -> Order:
        """What was typed."""
        giver = self.given_by.data if self.given_by else None
        return Order(self.text.data or "", self.due_on.data, giver or "")


class AnswerForm(FlaskForm):
    """What the office did; ``version`` is the one that the form was filled from."""

    version = HiddenField(default="-1")
    result = TextAreaField(_l("Result"), [at_most(LONGEST)], filters=[one_newline], render_kw=SIZE)
