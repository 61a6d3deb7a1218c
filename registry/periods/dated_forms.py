"""Forms that set a value from a day on: one for each kind of setting, and one to take back."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from registry.fields import DayField, at_most
from registry.messages.checklist import default_points
from registry.periods.dated import KINDS, Dated, as_text

needed = DataRequired(_l("Please fill this in."))
NUMERIC = {"inputmode": "numeric"}


class DatedForm(FlaskForm):
    """From which day a setting has its value, and by which order.

    ``values`` names the fields of the value, ``seen`` the change that the page showed before it
    was confirmed.
    """

    values: ClassVar[tuple[str, ...]] = ("value",)
    name = HiddenField()
    seen = HiddenField()
    valid_from = DayField(_l("From the day"), [needed])
    source = StringField(_l("Order or reason"), [needed, at_most(200)])

    def typed(self) -> str:
        """The value as one types it."""
        return self["value"].data or ""

    def in_english(self) -> str:
        """The same in English, where it has words."""
        return ""

    def offer(self, value: Any) -> None:
        """Begin with a value."""
        self["value"].data = as_text(value)


class NumberForm(DatedForm):
    """A whole number."""

    value = StringField(_l("Value"), [needed, at_most(20)], render_kw=NUMERIC)


class SwitchForm(DatedForm):
    """On or off."""

    value = SelectField(_l("Value"), choices=[("on", _l("turned on")), ("off", _l("turned off"))])


class HoursForm(DatedForm):
    """Two times of the day."""

    values = ("begin", "end")
    begin = StringField(_l("From (time)"), [needed], render_kw={"placeholder": "21:00"} | NUMERIC)
    end = StringField(_l("Until (time)"), [needed], render_kw={"placeholder": "06:00"} | NUMERIC)

    def typed(self) -> str:
        """Both times."""
        return f"{self.begin.data}-{self.end.data}"

    def offer(self, value: Any) -> None:
        """Begin with both times."""
        self.begin.data, self.end.data = value


class PointsForm(DatedForm):
    """Points of a checklist, one on each line, in Thai and perhaps in English."""

    values = ("value", "english")
    value = TextAreaField(_l("Points in Thai"), [needed, at_most(8000)], render_kw={"rows": 9})
    english = TextAreaField(
        _l("The same points in English"), [at_most(8000)], render_kw={"rows": 9}
    )

    def in_english(self) -> str:
        """The points in English."""
        return self.english.data or ""

    def offer(self, value: Any) -> None:
        """Begin with both wordings; nothing set yet stands for the default points."""
        points = default_points() if value is None else value
        self.value.data = as_text(points)
        self.english.data = "\n".join(point["en"] for point in points if point["en"])


FORMS: dict[type, type[DatedForm]] = {
    int: NumberForm,
    bool: SwitchForm,
    list: HoursForm,
    type(None): PointsForm,
}


def form_of(name: Dated) -> DatedForm:
    """The form that sets a setting."""
    return FORMS[type(KINDS[name].default)]()


class TakeBackForm(FlaskForm):
    """Why a value is taken back; ``seen`` is the mark of what the page showed."""

    seen = HiddenField()
    reason = StringField(_l("Reason"), [at_most(200)])
