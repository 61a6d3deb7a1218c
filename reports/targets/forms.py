"""The form of a target."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField

from registry.errors import Refused
from registry.facts.measures import MEASURES
from registry.fields import DayField
from registry.members import normalise
from registry.members.fields import NEEDED, TextField
from reports.targets.models import Target
from reports.targets.services import AIMED_AT, Aim
from reports.wording import title_of, unit_of


def _number(text: str) -> float:
    try:
        return float(normalise.arabic(text).replace(",", "").replace(" ", "").removesuffix("%"))
    except ValueError:
        said = _("“%(text)s” is not a number; write figures only.", text=text[:40])
        raise Refused(said) from None


class TargetForm(FlaskForm):
    """A target; a rate is typed in per cent.  ``version`` is that of the target shown, or 0."""

    version = HiddenField(default="0")
    measure = SelectField(_l("Figure"), [NEEDED])
    cut = SelectField(_l("Place"))
    value = TextField(_l("Target"), [NEEDED], reader=_number, show="{:,.6g}".format, longest=20)
    source = TextField(_l("Source (plan, order or resolution)"), [NEEDED])
    set_on = DayField(_l("Date of the source"), [NEEDED])

    def __init__(self, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.measure.choices = [
            (name, f"{title_of(name)} ({unit_of(MEASURES[name])})") for name in AIMED_AT
        ]
        self.cut.choices = places

    def aim(self, fiscal_year: int) -> Aim:
        """What was typed."""
        return Aim(
            fiscal_year=fiscal_year,
            measure=self.measure.data,
            cut=self.cut.data,
            value=self.value.data / scale(self.measure.data),
            source=self.source.data,
            set_on=self.set_on.data,
        )


def scale(measure: str) -> int:
    """By what a value is multiplied to be typed: rates are kept as shares."""
    return 100 if measure in MEASURES and MEASURES[measure].is_share else 1


def typed(row: Target) -> dict[str, Any]:
    """A target as one types it."""
    names = ("measure", "cut", "source", "set_on", "version")
    return {name: getattr(row, name) for name in names} | {"value": row.value * scale(row.measure)}
