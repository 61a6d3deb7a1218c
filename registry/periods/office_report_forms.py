"""Forms of the reports of offices, and of how often each office reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired

from registry.fields import DayField, at_most, one_newline
from registry.periods.office_report_models import FREQUENCY_NAMES
from registry.periods.office_report_services import LONGEST, Words

needed = DataRequired(_l("Please fill this in."))


def _text(label: Any, rows: int) -> TextAreaField:
    size = {"rows": rows, "maxlength": LONGEST}
    return TextAreaField(label, [at_most(LONGEST)], filters=[one_newline], render_kw=size)


class OfficeReportForm(FlaskForm):
    """The three texts of a report; ``version`` is the one that the form was filled from."""

    version = HiddenField(default="0")
    results = _text(_l("Results"), 10)
    obstacles = _text(_l("Problems and obstacles"), 6)
    suggestions = _text(_l("Suggestions"), 6)

    def words(self) -> Words:
        """What was typed."""
        texts = (self.results.data, self.obstacles.data, self.suggestions.data)
        return Words(*(text or "" for text in texts))


class DutiesForm(FlaskForm):
    """How often the offices that are ticked report, from a day on."""

    offices = SelectMultipleField(_l("Offices"), [DataRequired(_l("Choose at least one office."))])
    frequency = SelectField(
        _l("Reports"),
        [needed],
        choices=[(one.value, name) for one, name in FREQUENCY_NAMES.items()],
    )
    valid_from = DayField(_l("From the day"), [needed])

    def __init__(self, codes: Iterable[str]) -> None:
        super().__init__()
        self.offices.choices = [(code, code) for code in codes]
