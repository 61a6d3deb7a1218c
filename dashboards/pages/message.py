"""One message: how far it went, how fast, when and where; without one, the list to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards import filters, firmness
from dashboards.breakdown import breakdowns
from dashboards.course import changes, course, pace, reactions
from dashboards.exhibits import grid
from dashboards.figures import BREAKDOWNS, split, suits
from dashboards.journey import journey
from dashboards.messages_list import MESSAGE_PAGE, day_and_office, listing
from dashboards.navigation import page_link
from registry.access.scope import Scope
from registry.errors import Refused
from registry.facts.asked import Asked, asked
from registry.facts.evaluate import evaluate
from registry.facts.measure import Figure
from registry.facts.measures import MEASURES
from registry.i18n import day, language, name_of
from registry.messages.models import MESSAGE_KIND_NAMES, KeyMessage, MessageKind
from registry.messages.queries import message_for
from registry.messages.travel_queries import messages_out

PATH = MESSAGE_PAGE
DIMENSIONS = ("zone", "province", "network_type", "channel_kind")
LISTED = (*DIMENSIONS, "message_kind")
SHOWN = tuple(name for name in BREAKDOWNS if "message" in MEASURES[name].dimensions)
ASKED = (
    *("recipients", "received", "passed_on", "disseminations", "messages_published"),
    *("reach_potential", "reach_reported", "reach_evidenced"),
    *("publish_minutes_median", "publish_on_standard_rate"),
    *("receive_minutes_median", "receive_on_standard_rate"),
    *("pass_on_minutes_median", "pass_on_on_standard_rate"),
    *("questions_asked", "questions_answered_rate", "questions_resolved_rate"),
    "correction_reached_rate",
)


@dataclass(frozen=True)
class Known:
    """The figures of a message; those that the filters do not suit are not among them."""

    figures: dict[str, Figure]

    def shown(self, name: str) -> Figure | None:
        """A figure by its measure."""
        return self.figures.get(name)


def title() -> str:
    """The page's name."""
    return str(_("Message by message"))


def content(scope: Scope, args: dict[str, str], today: date) -> list[Any]:
    """The page for the parameters of an address.

    Raises:
        Refused: a parameter does not exist or lies outside the scope.
    """
    if not args.get("message"):
        return _choose(scope, args, today)
    question = asked(scope, args, today)
    return _one(scope, question, args.get("measure") or SHOWN[0], today)


def _choose(scope: Scope, args: dict[str, str], today: date) -> list[Any]:
    question = asked(scope, filters.with_default(args, today), today)
    return [
        html.Div(html.H1(title()), className="page-head"),
        filters.bar(scope, question, today, LISTED),
        html.P([html.B(question.label(language())), *_firmness(question)], className="shown"),
        listing(scope, question),
    ]


def _firmness(question: Asked) -> list[Component]:
    told = firmness.of_period(question)
    return [html.Span(" "), html.Span(told, className="state warn")] if told else []


def _one(scope: Scope, question: Asked, shown: str, today: date) -> list[Any]:
    if shown not in SHOWN:
        raise Refused(_("“%(name)s” cannot be shown in the breakdowns.", name=shown[:60]))
    message = message_for(scope, int(str(dict(question.cut.where)["message"][0])))
    known = Known(_figures(scope, question))
    more = [_messages(scope, message), filters.measure_choice(SHOWN, shown)]
    return [
        html.Div(html.H1(message.title), className="page-head"),
        filters.bar(scope, question, today, DIMENSIONS, *more),
        _heading(message, question),
        *changes(scope, message, question, known.figures),
        grid(
            [
                *journey(question, known),
                pace(scope, message, question, known.figures),
                course(scope, message, question),
                *breakdowns(question, split(scope, question, shown, None)),
                reactions(message, question, known.figures),
            ]
        ),
    ]


def _figures(scope: Scope, question: Asked) -> dict[str, Figure]:
    names = [name for name in ASKED if suits(MEASURES[name], question)]
    found = evaluate(scope, names, question.months, question.cut)
    return {figure.measure: figure for figure in found}


def _messages(scope: Scope, message: KeyMessage) -> Component:
    """The choice of another message; “all” leads to the list."""
    rows = {
        row.id: f"{row.title} · {day_and_office(row)}" for row in [message, *messages_out(scope)]
    }
    options = [{"label": text, "value": str(number)} for number, text in rows.items()]
    every = [{"label": _("All"), "value": filters.ANY}]
    return filters.select_of("message", _("Key message"), every + options, message.id)


def _heading(message: KeyMessage, question: Asked) -> Component:
    """Which months are counted, and what the message is."""
    kind, out = MESSAGE_KIND_NAMES[MessageKind(message.kind)], day(message.published_at)
    about = f"{kind} · {name_of(message.office)} · {out}"
    said: list[Any] = [html.B(question.label(language())), " ", html.Span(about)]
    if question.life is None:
        whole = page_link(PATH, question, period="")
        said += [" · ", html.A(_("All months since it came out"), href=whole)]
    else:
        said += [" · ", html.Span(_("all months since it came out"))]
    return html.P([*said, *_firmness(question)], className="shown")
