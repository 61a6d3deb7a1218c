"""Forms of the ledger: one dissemination, a decision about several, an answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField

from registry.channels.models import CHANNEL_KIND_NAMES, Channel
from registry.errors import Refused
from registry.fields import DayField, OnceForm, at_most, one_newline
from registry.members.fields import CHOOSE, NEEDED, CountField, LinkField, TextField
from registry.messages.exchange_models import NEWS_OUTCOME_NAMES
from registry.messages.forms import MomentMixin
from registry.messages.replies import MAX_TEXT


def channel_choices(channels: list[Channel]) -> list[tuple[str, str]]:
    """A member's channels as they are offered."""
    return [(str(row.id), f"{row.name} · {CHANNEL_KIND_NAMES[row.as_kind]}") for row in channels]


class RecordForm(MomentMixin, OnceForm):
    """A member passed a message on."""

    channel = SelectField(_l("Channel"), [CHOOSE])
    on = DayField(_l("Date passed on"), [NEEDED])
    hour = StringField(
        _l("Time (if known)"), render_kw={"placeholder": "14:30", "inputmode": "numeric"}
    )
    audience = CountField(_l("People reached (the member's figure)"))
    basis = TextField(_l("Basis of the estimate"))
    link = LinkField(_l("Link to the post"))
    picture = FileField(_l("Picture as evidence"))


class DecisionForm(FlaskForm):
    """What the office makes of one or several reports."""

    ids = SelectMultipleField(coerce=int, validate_choice=False)
    reason = StringField(_l("What is missing?"), [at_most(300)])


class ProofForm(FlaskForm):
    """A further picture or link of a report."""

    picture = FileField(_l("Picture as evidence"))
    link = LinkField(_l("Link to the post"))


class CaptureForm(FlaskForm):
    """The office's own capture of a page."""

    file = FileField(_l("Picture or PDF of the page"))


class AnswerForm(FlaskForm):
    """An answer to a member."""

    text = TextAreaField(_l("Answer"), [at_most(MAX_TEXT)], [one_newline])

    def said(self) -> str:
        """What was typed.

        Raises:
            Refused: it does not fit; the sentence says what to do.
        """
        if not self.validate():
            raise Refused(" ".join(str(said) for found in self.errors.values() for said in found))
        return self.text.data or ""


_OUTCOMES = [(value.value, name) for value, name in NEWS_OUTCOME_NAMES.items()]


class DecideForm(FlaskForm):
    """What is made of a member's news."""

    outcome = SelectField(
        _l("What is made of it"),
        choices=_OUTCOMES,
    )
    reason = StringField(_l("Reason"), [at_most(500)])
