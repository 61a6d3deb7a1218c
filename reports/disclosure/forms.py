"""Forms of the register of requests."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired

from registry.fields import DayField, OnceForm, at_most, one_newline
from registry.members.fields import NEEDED, TextField, not_future
from reports.disclosure.models import DECISION_NAMES, LONGEST_ASKER, LONGEST_REASON
from reports.disclosure.services import Answer, Asked
from reports.official_information import SECTIONS

LONGEST = 2_000


class RequestForm(OnceForm):
    """A request that came in."""

    received_on = DayField(_l("Came in on"), [NEEDED, not_future])
    asked_by = TextField(
        _l("Organisation, or number of the letter"), [NEEDED], longest=LONGEST_ASKER
    )
    period = SelectField(_l("Report"))
    wanted = TextAreaField(
        _l("What is asked for"),
        [DataRequired(_l("Write what is asked for.")), at_most(LONGEST)],
        filters=[one_newline],
        render_kw={"rows": 3, "maxlength": LONGEST},
    )

    def __init__(self, reports: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.period.choices = [("", _l("another one, or none")), *reports]

    def asked(self) -> Asked:
        """What was typed."""
        return Asked(
            received_on=self.received_on.data,
            asked_by=self.asked_by.data,
            wanted=self.wanted.data or "",
            period=self.period.data or "",
        )


class AnswerForm(FlaskForm):
    """How it was answered; ``version`` is the one that the form was filled from."""

    version = HiddenField(default="-1")
    decision = SelectField(_l("Decision"), [NEEDED], choices=[("", "–"), *DECISION_NAMES.items()])
    section = SelectField(
        _l("Section of the act, where something is kept back"),
        choices=[("", "–"), *SECTIONS.items()],
    )
    reason = TextAreaField(
        _l("Reason"),
        [at_most(LONGEST_REASON)],
        filters=[one_newline],
        render_kw={"rows": 3, "maxlength": LONGEST_REASON},
    )
    answered_on = DayField(_l("Answered on"), [NEEDED, not_future])

    def answer(self) -> Answer:
        """What was typed."""
        return Answer(
            decision=self.decision.data,
            answered_on=self.answered_on.data,
            section=self.section.data or "",
            reason=self.reason.data or "",
        )
