"""Forms of the page for answers by telephone."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length

from registry.channels.models import Channel
from registry.fields import OnceForm
from registry.members.fields import CHOOSE, CountField, TextField
from registry.messages.ledger_forms import channel_choices


class PhonePassedForm(OnceForm):
    """The member says that the message was passed on."""

    channel = SelectField(_l("Through which channel?"), [CHOOSE])
    audience = CountField(_l("How many people did it reach?"))
    basis = TextField(_l("Basis of the estimate"))

    def offer(self, channels: list[Channel]) -> None:
        """Offer the member's channels."""
        self.channel.choices = channel_choices(channels)


class PhoneQuestionForm(OnceForm):
    """The member asks; an officer writes it down."""

    text = TextAreaField(_l("The question"), [Length(max=4000)], render_kw={"rows": 3})
