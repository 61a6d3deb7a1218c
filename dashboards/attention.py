"""What needs attention: sentences with numbers, each leading to its rows."""

from __future__ import annotations

from dash import html
from flask_babel import gettext as _

from dashboards.exhibits import Exhibit, said
from dashboards.figures import Split, split, suits
from dashboards.navigation import page_link, rows_link
from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.facts.evaluate import evaluate
from registry.facts.labels import label, names
from registry.facts.measure import Figure
from registry.facts.measures import measure
from registry.facts.sealed import Seal

ASKED = (
    *("messages_corrected", "messages_withdrawn", "correction_reached_rate"),
    *("networks_dormant", "questions_answered_rate", "members_stale_rate"),
    *("districts_covered_rate", "districts_single_member"),
)
MISSED = frozenset({"correction_reached_rate", "questions_answered_rate", "districts_covered_rate"})
"""Shares of which the sentence tells what they do not count."""
RATE = "pass_on_rate"
FEW = 0.5
"""A province stands out when its rate is under this share of the whole's."""


Line = tuple[str, str]
"""A sentence, and the address that it leads to."""


def attention(scope: Scope, question: Asked, shown: Split, seal: Seal | None) -> Exhibit:
    """The list; said so when nothing stands out.

    Args:
        shown: what the page has asked for already.
    """
    suited = [name for name in ASKED if suits(measure(name), question)]
    figures = {f.measure: f for f in evaluate(scope, suited, question.months, question.cut)}
    found = [*_lines(figures, question), *_provinces(scope, question, shown, seal)]
    items = [html.Li(html.A(text, href=href)) for text, href in found]
    return Exhibit(
        "attention",
        _("What needs attention"),
        [_("What needs attention")],
        [[said(text, href)] for text, href in found],
        empty=_("Nothing stands out."),
        drawing=html.Ul(items, className="attention"),
    )


def _lines(figures: dict[str, Figure], question: Asked) -> list[Line]:
    return [
        (text, rows_link(name, question, **({"part": "rest"} if name in MISSED else {})))
        for name, text in _sentences(figures)
    ]


def _sentences(figures: dict[str, Figure]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    dormant = figures.get("networks_dormant")
    if dormant and dormant.value:
        found.append(
            (
                "networks_dormant",
                _("Networks silent for 6 months: %(n)s", n=f"{dormant.value:,}"),
            )
        )
    answered = figures.get("questions_answered_rate")
    if answered and (open_ := (answered.denominator or 0) - (answered.numerator or 0)):
        found.append(
            (
                "questions_answered_rate",
                _("Questions of the period without an answer: %(n)s", n=f"{open_:,}"),
            )
        )
    stale = figures.get("members_stale_rate")
    if stale and stale.numerator:
        text = _(
            "Members with a stale record: %(n)s (%(share)s)",
            n=f"{stale.numerator:,}",
            share=f"{stale.value:.1%}",
        )
        found.append(("members_stale_rate", text))
    return _changes(figures) + found + _districts(figures)


def _changes(figures: dict[str, Figure]) -> list[tuple[str, str]]:
    """Corrections and withdrawals, and whom their notices have not reached."""
    found = []
    corrected, withdrawn = (figures.get(f"messages_{name}") for name in ("corrected", "withdrawn"))
    if corrected and corrected.value:
        text = _("Messages of the period that were corrected: %(n)s", n=f"{corrected.value:,}")
        found.append(("messages_corrected", text))
    if withdrawn and withdrawn.value:
        text = _("Messages of the period that were withdrawn: %(n)s", n=f"{withdrawn.value:,}")
        found.append(("messages_withdrawn", text))
    told = figures.get("correction_reached_rate")
    if told and (missing := (told.denominator or 0) - (told.numerator or 0)):
        text = _("Recipients whom no notice of it has reached: %(n)s", n=f"{missing:,}")
        found.append(("correction_reached_rate", text))
    return found


def _districts(figures: dict[str, Figure]) -> list[tuple[str, str]]:
    found = []
    covered = figures.get("districts_covered_rate")
    if covered and (gap := (covered.denominator or 0) - (covered.numerator or 0)):
        found.append(
            ("districts_covered_rate", _("Districts without a member: %(n)s", n=f"{gap:,}"))
        )
    single = figures.get("districts_single_member")
    if single and single.value:
        found.append(
            (
                "districts_single_member",
                _("Districts that rest on a single member: %(n)s", n=f"{single.value:,}"),
            )
        )
    return found


def _provinces(scope: Scope, question: Asked, shown: Split, seal: Seal | None) -> list[Line]:
    """Provinces whose pass-on rate is less than half of the whole's."""
    known_already = shown.one.name == RATE
    found = (shown if known_already else split(scope, question, RATE, seal)).by("province")
    above = sum(figure.numerator or 0 for _value, figure in found)
    below = sum(figure.denominator or 0 for _value, figure in found)
    if not above or len(found) < 3:
        return []
    known, rate = names("province"), above / below
    low = [
        v for v, figure in found if v and (figure.value or 0) < rate * FEW and figure.denominator
    ]
    if not low:
        return []
    shown_names = ", ".join(label("province", value, known) for value in low[:8])
    more = _(" and %(n)s more", n=len(low) - 8) if len(low) > 8 else ""
    text = _(
        "Pass-on rate under half of the average (%(rate)s): %(names)s",
        rate=f"{rate:.1%}",
        names=shown_names + more,
    )
    return [(text, page_link("/dashboards/", question, measure=RATE))]
