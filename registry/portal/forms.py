"""Forms of a member's own pages: few fields, large buttons."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from registry.fields import DayField, OnceForm
from registry.members.fields import CHOOSE, CountField, LinkField, TextField, not_future
from registry.messages.typed import noon_of
from registry.periods.calendar import to_bangkok_date


class PassedOnForm(OnceForm):
    """I passed it on: where, to how many, and what proves it."""

    channel = RadioField(_l("Through which channel?"), [CHOOSE])
    audience = CountField(_l("How many people did it reach?"))
    basis = TextField(_l("How do you know? (for loudspeakers, radio and talks)"))
    link = LinkField(_l("Link to the post"))
    picture = FileField(_l("Picture"))
    on = DayField(_l("On which day? (empty: just now)"), [not_future])

    def moment(self, published: datetime) -> tuple[datetime, bool]:
        """When it was passed on, and whether the hour is known."""
        day: date | None = self.on.data
        now = datetime.now(UTC)
        if day is None or day == to_bangkok_date(now):
            return now, True
        return noon_of(day, published), False


class AskForm(OnceForm):
    """I have a question."""

    text = TextAreaField(_l("Your question"), [Length(max=4000)], render_kw={"rows": 4})


class NewsForm(OnceForm):
    """News from the village."""

    text = TextAreaField(
        _l("What happened, where and when?"), [Length(max=4000)], render_kw={"rows": 5}
    )
    link = LinkField(_l("Link"))
    picture = FileField(_l("Picture"))
