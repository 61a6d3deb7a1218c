"""The page of a message's journey: over time, by province and kind of channel, against standards.

Every number is a measure of the catalogue, asked for this message over all months since it came
out, so that this page, the dashboards and the command line cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import allow, may, scope, today
from registry.access.roles import Permission
from registry.access.scope import Scope
from registry.errors import NotFound
from registry.facts.asked import Asked, asked
from registry.facts.evaluate import evaluate
from registry.facts.labels import label, names
from registry.facts.measure import Figure, Measure
from registry.facts.measures import measure, measures
from registry.messages import inbox, queries, travel_queries
from registry.messages.models import MESSAGE_STATE_NAMES, KeyMessage, MessageState
from registry.messages.travel import silent_of
from registry.periods.calendar import to_bangkok_date
from registry.periods.standards import Step

bp = Blueprint("travel", __name__, url_prefix="/messages")
READ = allow(Permission.MESSAGES_READ)
MEMBERS = ("recipients", "received", "received_rate", "passed_on", "pass_on_rate")
REACH = ("disseminations", "reach_potential", "reach_reported", "reach_evidenced")
PACES = ((Step.PUBLISH, "publish"), (Step.PASS_ON, "receive"), (Step.PASS_ON, "pass_on"))
"""Steps whose standard holds, and how their measures begin; receiving shares passing on's."""
TIMES = tuple((f"{name}_minutes_median", f"{name}_on_standard_rate") for _step, name in PACES)
EXCHANGE = ("questions_asked", "questions_answered_rate", "questions_resolved_rate")
NOTICE = "correction_reached_rate"
SHOWN = (*MEMBERS, *REACH)
WHOLE = (*SHOWN, *(name for pair in TIMES for name in pair), *EXCHANGE, NOTICE)


@dataclass(frozen=True)
class Place:
    """The figures of one province, or of one kind of channel."""

    name: str
    figures: dict[str, Figure]


@dataclass(frozen=True)
class Part:
    """A table of the journey: places with the figures that are known of them."""

    title: str
    shown: list[Measure]
    dimension: str
    places: list[Place]

    @property
    def head(self) -> Any:
        """What the places are."""
        return self.shown[0].dimension_title(self.dimension)


@dataclass(frozen=True)
class Paced:
    """A step's time against the standard of the day on which the message came out."""

    median: Measure
    rate: Measure
    standard: int | None


def question_of(who: Scope, message: KeyMessage) -> Asked:
    """All months of a message's life, as the measures are asked."""
    return asked(who, {"message": str(message.id)}, today())


def figures_of(who: Scope, question: Asked) -> dict[str, Figure]:
    """Every figure of a message as a whole."""
    found = evaluate(who, WHOLE, question.months, question.cut)
    return {figure.measure: figure for figure in found}


def parts_of(who: Scope, question: Asked) -> list[Part]:
    """By province, and by the channels: those through which it came, and then went on."""
    cuts: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
        (_("By province"), "province", SHOWN),
        (_("By the office's channel through which it came"), "channel_kind", MEMBERS),
        (_("By the members' channels through which it went on"), "channel_kind", REACH),
    )
    return [
        Part(title, measures(shown), dimension, places_of(who, question, dimension, shown))
        for title, dimension, shown in cuts
    ]


def places_of(
    who: Scope, question: Asked, dimension: str, shown: tuple[str, ...] = SHOWN
) -> list[Place]:
    """Figures of a message by one dimension; the largest first, as their order weighs them."""
    args = {name: str(values[0]) for name, values in question.cut.where}
    parted = asked(who, args, question.cut.today, (dimension,))
    known, found = names(dimension), dict[object, dict[str, Figure]]()
    for figure in evaluate(who, shown, parted.months, parted.cut):
        found.setdefault(figure.cell[0], {})[figure.measure] = figure
    places = [
        Place(label(dimension, value, known), figures)  # type: ignore[arg-type]
        for value, figures in found.items()
    ]

    def weight(place: Place) -> tuple[list[float], str]:
        return [-(place.figures[name].value or 0) for name in shown], place.name

    return sorted(places, key=weight)


def paces_of(who: Scope, message: KeyMessage) -> list[Paced]:
    """The steps with the standards of the day of publication."""
    assert message.published_at is not None  # noqa: S101 - only asked of what is out
    allowed = travel_queries.standards_of(who, to_bangkok_date(message.published_at))
    return [
        Paced(measure(median), measure(rate), allowed.get(step))
        for (step, _name), (median, rate) in zip(PACES, TIMES, strict=True)
    ]


@bp.get("/<int:message_id>/travel")
@READ
def show(message_id: int) -> ResponseReturnValue:
    """How far, how fast and where a message went, and who has not reacted."""
    who = scope()
    message = queries.message_for(who, message_id)
    if not message.is_out or message.published_at is None:
        raise NotFound(f"message {message_id} is not out")
    question = question_of(who, message)
    figures = figures_of(who, question)
    return render_template(
        "messages/travel.html",
        message=message,
        figures=figures,
        shown=measures(SHOWN),
        exchange=measures(EXCHANGE),
        paces=paces_of(who, message),
        course=travel_queries.course_of(who, message),
        parts=parts_of(who, question),
        changes=travel_queries.changes_of(who, message.id),
        notice=NOTICE,
        questions=inbox.questions_about(who, message.id),
        silent=silent_of(figures),
        states=MESSAGE_STATE_NAMES,
        State=MessageState,
        limited=not who.everything,
        sees_figures=may(Permission.FIGURES_VIEW),
    )
