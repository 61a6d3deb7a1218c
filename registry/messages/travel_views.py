"""The page of a message's journey: over time, by province and kind of channel, against standards.

Every number is a measure of the catalogue, asked for this message over all months since it came
out, so that this page, the dashboards and the command line cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from registry.access.gate import allow, may, scope, today
from registry.access.roles import Permission
from registry.access.scope import Scope
from registry.errors import NotFound
from registry.facts.asked import Asked, asked
from registry.facts.cuts import DIMENSIONS
from registry.facts.evaluate import evaluate
from registry.facts.labels import label, names
from registry.facts.measure import Figure, Measure
from registry.facts.measures import measure, measures
from registry.messages import inbox, numbers, queries, travel_queries
from registry.messages.models import MESSAGE_STATE_NAMES, KeyMessage, MessageState
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


def places_of(who: Scope, question: Asked, dimension: str) -> list[Place]:
    """The figures of a message by one dimension; most recipients first, then disseminations."""
    args = {name: str(values[0]) for name, values in question.cut.where}
    parted = asked(who, args, question.cut.today, (dimension,))
    known, found = names(dimension), dict[object, dict[str, Figure]]()
    for figure in evaluate(who, SHOWN, parted.months, parted.cut):
        found.setdefault(figure.cell[0], {})[figure.measure] = figure
    places = [
        Place(label(dimension, value, known), figures)  # type: ignore[arg-type]
        for value, figures in found.items()
    ]
    return sorted(places, key=_most)


def _most(place: Place) -> tuple[float, float, str]:
    recipients, passed = (place.figures[name].value or 0 for name in ("recipients", "passed_on"))
    return -recipients, -passed, place.name


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
    return render_template(
        "messages/travel.html",
        message=message,
        figures=figures_of(who, question),
        shown=measures(SHOWN),
        exchange=measures(EXCHANGE),
        paces=paces_of(who, message),
        course=travel_queries.course_of(who, message),
        parts=[
            (DIMENSIONS[name], places_of(who, question, name))
            for name in ("province", "channel_kind")
        ],
        changes=travel_queries.changes_of(who, message.id),
        notice=NOTICE,
        questions=inbox.questions_about(who, message.id),
        silent=numbers.count_silent(who, message.id),
        states=MESSAGE_STATE_NAMES,
        State=MessageState,
        limited=not who.everything,
        sees_figures=may(Permission.FIGURES_VIEW),
    )
