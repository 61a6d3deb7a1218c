"""What the builder of an audience carries: filters, channels, a moment, and the number seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired

from registry.errors import Refused
from registry.fields import OnceForm, at_most, read_day, read_id
from registry.messages.audience import NUMBERS, Audience
from registry.messages.typed import read_time
from registry.periods.calendar import BANGKOK, to_bangkok_date

LISTS = ("zones", "provinces", "network_types", "channel_kinds", "activities", "networks")
MORNING = "09:00"
"""The hour of a day that was chosen without one."""


@dataclass(frozen=True)
class Choice:
    """Everything that was chosen on the builder's page.

    Attributes:
        on: the day as it was typed, and ``hour`` likewise; both empty for now.
    """

    audience: Audience
    channels: tuple[int, ...] = ()
    on: str = ""
    hour: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """As the words of an address or the hidden fields of a form."""
        channels = [("channels", str(number)) for number in self.channels]
        moment = [("on", self.on), ("hour", self.hour)]
        return [*self.audience.pairs(), *channels, *(pair for pair in moment if pair[1])]

    def words(self) -> str:
        """As the query of an address."""
        return urlencode(self.pairs())

    def faults(self, now: datetime) -> dict[str, str]:
        """What is wrong with the day (``on``) and with the time (``hour``), each by itself."""
        found = {}
        for name, read, text in (("on", read_day, self.on), ("hour", read_time, self.hour)):
            try:
                read(text) if text else None
            except ValueError as error:
                found[name] = str(error)
        if not found and self.moment(now) < now.replace(second=0, microsecond=0):
            late = _("The time to begin has passed; choose a later one, or leave it empty.")
            found["on" if self.on else "hour"] = late
        return found

    def moment(self, now: datetime) -> datetime:
        """When it is to begin, of a choice without faults."""
        if not self.on and not self.hour:
            return now
        day = read_day(self.on) if self.on else to_bangkok_date(now)
        return datetime.combine(day, read_time(self.hour or MORNING), BANGKOK).astimezone(UTC)

    def begins(self, now: datetime) -> datetime:
        """When it is to begin.

        Raises:
            Refused: what was typed is no day or no hour, or the moment has passed.
        """
        if faults := self.faults(now):
            raise Refused(" ".join(faults.values()))
        return self.moment(now)


def read_choice(values: MultiDict[str, str]) -> Choice:
    """Read what was chosen.

    Raises:
        Refused: a choice that cannot be.
    """
    given: dict[str, Any] = {name: _list(values, name) for name in LISTS}
    given["skills"] = _words(values.getlist("skills"))
    channels = tuple(sorted(set(_numbers(values.getlist("channels")))))
    typed = {name: values.get(name, "").strip()[:20] for name in ("on", "hour")}
    return Choice(Audience.of(given), channels, **typed)


def _list(values: MultiDict[str, str], name: str) -> list[Any]:
    found = [text for text in values.getlist(name) if text]
    return _numbers(found) if name in NUMBERS else found


def _numbers(texts: list[str]) -> list[int]:
    numbers = [read_id(text) for text in texts]
    if None in numbers:
        raise Refused(_("A choice of this audience is not known; choose it again."))
    return [number for number in numbers if number is not None]


def _words(texts: list[str]) -> list[str]:
    """Skills, separated by commas or new lines."""
    split = (word.strip() for text in texts for word in text.replace("\n", ",").split(","))
    return [word for word in split if word]


class SendForm(OnceForm):
    """The button: with the number that it says."""

    seen = HiddenField()

    @property
    def seen_count(self) -> int:
        """The number of people that the page said; -1, which is none, where it said nothing."""
        found = read_id(self.seen.data)
        return -1 if found is None else found


class NameForm(FlaskForm):
    """The name under which an audience is kept."""

    name = StringField(
        _l("Name of the audience"),
        [DataRequired(_l("Give the audience a name.")), at_most(120)],
        [lambda text: (text or "").strip()],
    )


class WhyForm(FlaskForm):
    """Why a release is called off."""

    version = HiddenField()
    reason = StringField(_l("Reason"), [at_most(500)])
