"""Forms of requests to publish."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired

from registry.fields import DayField, OnceForm, at_most, not_past, one_newline
from registry.members.fields import NEEDED, TextField
from registry.messages.models import Route
from registry.messages.request_models import NOTICE_NAMES, Notice
from registry.messages.requests import CHECKS, Asked
from registry.messages.rules import ROUTE_NAMES


def not_past_anew(form: RequestForm, field: DayField) -> None:
    """A day that is set now can still come; one that went by meanwhile hinders no correction."""
    if field.data != field.object_data:
        not_past(form, field)


class RequestForm(OnceForm):
    """What the letter says."""

    version = HiddenField()
    route = SelectField(
        _l("To be published"),
        choices=[(route.value, ROUTE_NAMES[route]) for route in CHECKS],
        default=Route.OUTSIDE.value,
    )
    unit = TextField(_l("Unit that asks"), [NEEDED])
    contact = TextField(_l("Contact person and telephone"), longest=300)
    letter_number = TextField(_l("Number of the letter"), [NEEDED], longest=80)
    letter_date = DayField(_l("Date of the letter"), [NEEDED])
    wanted_until = DayField(_l("Wanted until"), [not_past_anew])
    subject = TextField(_l("Subject"), [NEEDED])
    text = TextAreaField(
        _l("Text to be published"),
        [DataRequired(_l("Write what is to be published.")), at_most(20_000)],
        [one_newline],
        render_kw={"rows": 8},
    )
    letter = FileField(_l("The letter (PDF or picture)"))

    def asked(self) -> Asked:
        """What was typed, as the services take it."""
        return Asked(
            route=Route(self.route.data),
            unit=self.unit.data or "",
            contact=self.contact.data or "",
            letter_number=self.letter_number.data or "",
            letter_date=self.letter_date.data,
            wanted_until=self.wanted_until.data,
            subject=self.subject.data or "",
            text=self.text.data or "",
        )


class LetterForm(FlaskForm):
    """One scan."""

    letter = FileField(_l("The letter (PDF or picture)"))


class TellForm(FlaskForm):
    """When and how the unit was told."""

    on = DayField(_l("Told on"), [NEEDED])
    how = SelectField(
        _l("How"),
        choices=[(how.value, name) for how, name in NOTICE_NAMES.items()],
        default=Notice.TELEPHONE.value,
    )
