"""Forms of the page for answers by telephone."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField

from registry.channels.models import Channel
from registry.fields import DayField, OnceForm, at_most, one_newline
from registry.members.fields import CHOOSE, CountField, TextField, not_future
from registry.messages.ledger_forms import channel_choices
from registry.messages.replies import MAX_TEXT
from registry.messages.typed import noon_of
from registry.periods.calendar import to_bangkok_date


class PhonePassedForm(OnceForm):
    """The member says that the message was passed on."""

    channel = SelectField(_l("Through which channel?"), [CHOOSE])
    audience = CountField(_l("How many people did it reach?"))
    basis = TextField(_l("Basis of the estimate"))
    on = DayField(_l("On which day? (empty: just now)"), [not_future])

    def offer(self, channels: list[Channel]) -> None:
        """Offer the member's channels."""
        self.channel.choices = channel_choices(channels)

    def moment(self, published: datetime) -> tuple[datetime, bool]:
        """When it was passed on, and whether the hour is known."""
        day: date | None = self.on.data
        now = datetime.now(UTC)
        if day is None or day == to_bangkok_date(now):
            return now, True
        return noon_of(day, published), False


class PhoneQuestionForm(OnceForm):
    """The member asks; an officer writes it down."""

    text = TextAreaField(
        _l("The question"), [at_most(MAX_TEXT)], [one_newline], render_kw={"rows": 3}
    )
