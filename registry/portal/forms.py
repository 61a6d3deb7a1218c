"""Forms of a member's own pages: few fields, large buttons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import ValidationError

from registry.channels.models import CHANNEL_KIND_NAMES, Channel, ChannelKind
from registry.channels.services import ChannelValues
from registry.fields import DayField, OnceForm, at_most, one_newline
from registry.members.fields import CHOOSE, NEEDED, CountField, LinkField, TextField, not_future
from registry.messages.ledger_forms import channel_choices
from registry.messages.ledger_models import Question
from registry.messages.replies import MAX_TEXT
from registry.messages.typed import noon_of
from registry.periods.calendar import to_bangkok_date

NEW = "new"
FITS = at_most(MAX_TEXT)
LONGEST_WAIT = timedelta(hours=72)
KINDS = [(kind.value, name) for kind, name in CHANNEL_KIND_NAMES.items()]


def tapped_at(text: str | None, earliest: datetime) -> datetime | None:
    """When a form was filled in that waited on the phone; never before ``earliest`` or after now.

    Only how long it waited is asked, for a phone's clock may be wrong; and three days are believed
    at most.

    Args:
        text: whole seconds since then, as the page's script counted them; anything else is nothing.
    """
    told = (text or "").strip()
    if not (told.isascii() and told.isdigit()):
        return None
    now = datetime.now(UTC)
    waited = timedelta(seconds=min(int(told[:12]), int(LONGEST_WAIT.total_seconds())))
    return max(now - waited, min(earliest, now))


class PassedOnForm(OnceForm):
    """I passed it on: where, to how many, and what proves it."""

    channel = RadioField(_l("Through which channel?"), [CHOOSE])
    new_kind = SelectField(_l("Kind of channel"), choices=KINDS, default=ChannelKind.LINE_GROUP)
    new_name = TextField(_l("Name of the channel"))
    audience = CountField(_l("How many people did it reach?"), render_kw={"data-count": True})
    basis = TextField(_l("How do you know? (for loudspeakers, radio and talks)"))
    link = LinkField(_l("Link to the post"))
    picture = FileField(_l("Picture"))
    on = DayField(_l("On which day? (empty: just now)"), [not_future])
    kept_for = HiddenField()

    def offer(self, channels: list[Channel], usual: int | None) -> None:
        """Offer the member's channels, the one used last first chosen, and a new one."""
        self.channel.choices = [*channel_choices(channels), (NEW, _("Another channel"))]
        if not self.channel.data or self.channel.data == "None":
            first = channels[0].id if channels else NEW
            self.channel.data = str(usual or first)

    def validate_new_name(self, field: Any) -> None:
        """A new channel has a name."""
        if self.channel.data == NEW and not field.data:
            raise ValidationError(_("Write the name of the channel."))

    def validate_audience(self, field: Any) -> None:
        """Nobody reached is nothing passed on; not knowing is no figure at all."""
        if field.data == 0:
            raise ValidationError(_("Nobody reached? Leave it empty if you do not know how many."))

    def new_channel(self, on: date) -> ChannelValues | None:
        """The channel that the member adds with the report, if any."""
        if self.channel.data != NEW:
            return None
        return ChannelValues(
            kind=ChannelKind(self.new_kind.data), name=self.new_name.data, opened_on=on
        )

    def moment(self, published: datetime) -> tuple[datetime, bool]:
        """When it was passed on, and whether the hour is known."""
        day: date | None = self.on.data
        now = tapped_at(self.kept_for.data, published) or datetime.now(UTC)
        if day is None or day == to_bangkok_date(now):
            return now, True
        return noon_of(day, published), False


class OwnChannelForm(OnceForm):
    """A channel that the member looks after."""

    kind = SelectField(_l("Kind of channel"), [CHOOSE], choices=KINDS)
    name = TextField(_l("Name of the channel"), [NEEDED])
    url = LinkField(_l("Web address"))

    def values(self, on: date) -> ChannelValues:
        """The channel, as the services take it."""
        kind = ChannelKind(self.kind.data)
        return ChannelValues(kind=kind, name=self.name.data, opened_on=on, url=self.url.data)


class AskForm(OnceForm):
    """I have a question, or: something in my record is wrong."""

    text = TextAreaField(_l("Your question"), [FITS], [one_newline], render_kw={"rows": 4})


def blank_forms(questions: Iterable[Question]) -> dict[int, AskForm]:
    """A form for each question by its number: each has a token of its own."""
    return {row.id: AskForm(formdata=None) for row in questions}


class NewsForm(OnceForm):
    """News from the village."""

    text = TextAreaField(
        _l("What happened, where and when?"), [FITS], [one_newline], render_kw={"rows": 5}
    )
    link = LinkField(_l("Link"))
    picture = FileField(_l("Picture"))
