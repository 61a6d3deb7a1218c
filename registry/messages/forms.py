"""Forms of key messages: the text, its files, and the steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextArea

from registry.channels.models import Channel
from registry.fields import DayField, OnceForm, at_most, not_past, one_newline
from registry.members.fields import NEEDED, TextField
from registry.messages.checklist import OPINION, UNSEEN, Point, mark_of_points
from registry.messages.models import MESSAGE_KIND_NAMES, MessageKind, Route
from registry.messages.rules import (
    LANGUAGES,
    LONGEST_SCRIPT,
    LONGEST_TOPIC,
    MAX_LINK,
    MOST_LINKS,
    MOST_TOPICS,
    ROUTE_NAMES,
    clean_links,
    clean_topics,
)
from registry.messages.services import MessageText, Wording
from registry.messages.typed import noon_of, read_time
from registry.periods.calendar import BANGKOK

KINDS = [(kind.value, name) for kind, name in MESSAGE_KIND_NAMES.items()]


class LinksField(TextField):
    """Web addresses, one a line; the data is a list of them."""

    widget = TextArea()

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(
            label,
            **kwargs,
            reader=lambda text: clean_links(text.split()),
            show="\n".join,
            longest=(MAX_LINK + 2) * MOST_LINKS,
            render_kw={"rows": 2, "inputmode": "url"},
        )


class TopicsField(TextField):
    """Topics with a comma between them; the data is a list of them."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(
            label,
            **kwargs,
            reader=lambda text: clean_topics(text.split(","), MOST_TOPICS - 1),
            show=", ".join,
            longest=(LONGEST_TOPIC + 2) * MOST_TOPICS,
        )


class MessageForm(OnceForm):
    """What an author writes."""

    version = HiddenField()
    title = TextField(_l("Title of the message"), [NEEDED])
    sentence = TextField(_l("Sentence to remember (Key Message)"), [NEEDED], longest=300)
    body = TextAreaField(
        _l("Text of the message"),
        [DataRequired(_l("Write the text of the message.")), at_most(20_000)],
        [one_newline],
        render_kw={"rows": 9},
    )
    kind = SelectField(_l("Kind"), choices=KINDS, default=MessageKind.PUBLIC_USE.value)
    topic = TextField(_l("Topic"), longest=LONGEST_TOPIC, render_kw={"list": "topics"})
    further_topics = TopicsField(_l("Further topics"))
    audience = TextField(_l("For whom"))
    links = LinksField(_l("Links for more"))
    valid_until = DayField(_l("To be passed on until"), [not_past])
    author_line = TextField(_l("Author's position and unit"), [NEEDED], longest=300)
    language = SelectField(_l("Language"), choices=list(LANGUAGES.items()), default="th")
    route = SelectField(
        _l("Where it is published"),
        choices=[(route.value, name) for route, name in ROUTE_NAMES.items()],
        default=Route.OWN.value,
    )
    script = TextAreaField(
        _l("Script to be read on loudspeakers and radio"),
        [at_most(LONGEST_SCRIPT)],
        [one_newline],
        render_kw={"rows": 4},
    )
    disclaimer = TextField(_l("Disclaimer"), longest=500)

    def text(self) -> MessageText:
        """What was typed, as the services take it."""
        return MessageText(
            title=self.title.data,
            sentence=self.sentence.data,
            body=self.body.data,
            kind=MessageKind(self.kind.data),
            topic=self.topic.data,
            further_topics=self.further_topics.data or (),
            audience=self.audience.data,
            links=self.links.data or (),
            valid_until=self.valid_until.data,
            author_line=self.author_line.data,
            language=self.language.data,
            route=Route(self.route.data),
            script=self.script.data,
            disclaimer=self.disclaimer.data,
        )


class MediaWordsForm(FlaskForm):
    """What a message says about one of its files."""

    description = StringField(_l("What it shows (for those who cannot see it)"), [at_most(300)])
    source = StringField(_l("Source or owner"), [at_most(200)])

    def words(self) -> dict[str, str]:
        """What was typed."""
        description, source = self.description.data or "", self.source.data or ""
        return {"description": description.strip(), "source": source.strip()}


class MediaForm(MediaWordsForm):
    """One file with its words."""

    file = FileField(_l("File"))

    def validate_file(self, field: Any) -> None:
        """A file must be chosen."""
        if not field.data:
            raise ValidationError(_("Choose a file first."))


class SubmitForm(FlaskForm):
    """The checklist of the day: :func:`checklist_form` gives it a box for each point.

    ``opinion`` is shown as a question with “no” and “yes”: most messages state none.
    ``shown`` comes back with the mark of the points that the page showed, ``now`` has theirs.
    """

    keys: tuple[str, ...] = ()
    now: str = ""
    shown = HiddenField()
    opinion = BooleanField(_l("Does the message state an opinion?"))

    def points(self) -> list[Any]:
        """The boxes that are all ticked, in order."""
        return [self[key] for key in self.keys]

    def answers(self) -> dict[str, bool]:
        """What was ticked."""
        ticked = {key: bool(self[key].data) for key in (*self.keys, OPINION)}
        return {**ticked, UNSEEN: self.shown.data != self.now}


def checklist_form(points: Sequence[Point], **given: Any) -> SubmitForm:
    """A form with a box for each point of the checklist.

    Args:
        given: for the form itself, such as ``prefix`` or ``formdata``.
    """
    boxes: dict[str, Any] = {point.key: BooleanField(point.text) for point in points}
    known = {"keys": tuple(boxes), "now": mark_of_points(points)}
    made: type[SubmitForm] = type("ChecklistForm", (SubmitForm,), {**boxes, **known})
    return made(**given)


class ReasonForm(FlaskForm):
    """Why: for sending back, correcting and withdrawing."""

    reason = TextAreaField(_l("Reason"), [at_most(500)], render_kw={"rows": 3})


class CorrectForm(ReasonForm):
    """What was wrong and what is right, and the wording itself, to be put right."""

    version = HiddenField()
    sentence = MessageForm.sentence
    body = MessageForm.body
    script = MessageForm.script
    links = MessageForm.links

    def wording(self) -> Wording:
        """The words as they now stand in the form."""
        return Wording(self.sentence.data, self.body.data, self.script.data, self.links.data or ())


class ReviewForm(ReasonForm):
    """What a reviewing head found, and what members are told where the message is withdrawn."""

    told = TextAreaField(
        _l("Reason that members read"), [at_most(500)], render_kw={"rows": 3, "maxlength": 500}
    )


class MomentMixin:
    """A day and an hour in Bangkok."""

    def moment(self, after: datetime | None) -> datetime | None:
        """The moment typed; None where no day was typed.

        Args:
            after: what it followed; a day without an hour stands for a moment that can be.
        """
        day, hour = self.on.data, (self.hour.data or "").strip()  # type: ignore[attr-defined]
        if day is None:
            return None
        if not hour:
            return noon_of(day, after)
        clock: time = read_time(hour)
        return datetime.combine(day, clock, BANGKOK)

    def validate_hour(self, field: Any) -> None:
        """An hour of the day, as 14:30 or 14.30."""
        if (field.data or "").strip():
            try:
                read_time(field.data)
            except ValueError as error:
                raise ValidationError(str(error)) from None


class PublishForm(MomentMixin, FlaskForm):
    """Through which channels, and when it went out if that was earlier."""

    channels = SelectMultipleField(
        _l("Channels"),
        coerce=int,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    on = DayField(_l("Went out on"))
    hour = StringField(_l("at"), render_kw={"placeholder": "14:30", "inputmode": "numeric"})


def channel_label(channel: Channel) -> str:
    """A channel as it is offered."""
    return channel.name if channel.network is None else f"{channel.name} · {channel.network.name}"
