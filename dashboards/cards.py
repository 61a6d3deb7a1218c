"""The key figures, each with its change, its course, its rule and the way to its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards import parts
from dashboards.by_month import ByMonth
from dashboards.charts.spark import spark
from dashboards.exhibits import Cell, Exhibit, amount, said
from dashboards.figures import CARDS, Whole
from dashboards.navigation import rows_link
from registry.facts.asked import Asked
from registry.facts.labels import month_label
from registry.facts.measure import Figure, Measure
from registry.facts.measures import measures
from registry.facts.spans import Months


def cards(
    question: Asked,
    found: Whole,
    today: date,
    names: Sequence[str] = CARDS,
    course: ByMonth | None = None,
) -> Exhibit:
    """Key figures, by the names of their measures.

    Args:
        course: their values by month, drawn as a small line.
    """
    shown = _Cards(question, found, question.period.has_ended(today), course)
    ones = list(measures(names))
    drawn = course and any(any(course.values(one)) for one in ones)
    line = _("The small line: the last 13 months.") if drawn else ""
    return Exhibit(
        name="key-figures",
        title=_("Key figures"),
        heads=shown.heads(),
        rows=[shown.row(one) for one in ones],
        measures=ones,
        note=" ".join(filter(None, (line, *shown.unrecorded))),
        kind="bare",
        drawing=html.Div([shown.card(one) for one in ones], className="key-figures"),
        picture="cards",
    )


class _Cards:
    """What a period's cards have in common."""

    def __init__(self, question: Asked, found: Whole, ended: bool, course: ByMonth | None) -> None:
        self._question, self._found, self._course = question, found, course
        earlier = {  # of a fiscal year both are the same, and told once
            found.before: (_("The period before"), _("from the period before")),
            found.last_year: (_("A year ago"), _("from a year ago")),
        }
        told = [(span, *words) for span, words in earlier.items()] if ended else []
        self._earlier = [one for one in told if one[0].first >= found.begins]
        begins = month_label(found.begins)
        self.unrecorded = [
            _("%(words)s: records begin only in %(month)s.", words=title, month=begins)
            for span, title, _words in told
            if span.first < found.begins
        ]
        """What is said of periods with which nothing can be compared."""
        self._sealed = found.seal is not None and found.seal.cut is not None

    def heads(self) -> list[str]:
        """Heads of the table of equal values."""
        heads = [_("Key figure"), _("Value"), _("Unit")]
        heads += [_("Live today")] if self._sealed else []
        for _span, title, _words in self._earlier:
            heads += [title, _("How it changed")]
        return heads + [month_label(month) for month in self._months()]

    def row(self, one: Measure) -> list[Cell]:
        """One key figure with what it is compared with, then month by month."""
        figure, live = self._shown(one), self._live(one)
        cells = [said(one.title), amount(one, figure.value if figure else None, self._rows(one))]
        cells.append(said(parts.unit_text(one) or "%"))
        cells += [amount(one, live.value if live else None)] if self._sealed else []
        for span, title, words in self._earlier:
            before = self._found.compared(one.name, span)
            cells.append(amount(one, before.value if before else None))
            cells.append(said(self._change(one, figure, span, title, words)))
        return cells + [amount(one, value) for value in self._values(one)]

    def card(self, one: Measure) -> Component:
        """One key figure as the page shows it."""
        figure, live = self._shown(one), self._live(one)
        title = html.H2(str(one.title))
        if figure is None or live is None:
            note = html.P(_("not counted with these filters"), className="change")
            return html.Article([title, html.Strong("–"), note], className="key")
        text, unit = parts.value_text(one, figure.value), parts.unit_text(one)
        shown = html.A(
            [html.Strong(text), " ", html.Span(unit)],
            href=self._rows(one),
            title=_("Show the rows behind this figure"),
        )
        body = [title, shown, *self._differing(one, text, live), *self._changes(one, figure)]
        return html.Article([*body, *self._line(one), parts.how(one)], className="key")

    def _shown(self, one: Measure) -> Figure | None:
        return self._found.shown(one.name)

    def _live(self, one: Measure) -> Figure | None:
        return self._found.figure(one.name, self._found.now)

    def _rows(self, one: Measure) -> str:
        return rows_link(one.name, self._question)

    def _differing(self, one: Measure, text: str, live: Figure) -> list[Component]:
        """What is live beside what was sealed, where the two differ."""
        if parts.value_text(one, live.value) == text:
            return []
        said_live = _("Live today: %(value)s", value=parts.with_unit(one, live.value))
        return [html.P(said_live, className="change live")]

    def _changes(self, one: Measure, now: Figure) -> list[Component]:
        told = [(self._change(one, now, *about), about[-1]) for about in self._earlier]
        return [html.P(_unbroken(text, words), className="change") for text, words in told if text]

    def _change(
        self, one: Measure, now: Figure | None, span: Months, title: str, words: str
    ) -> str:
        """How a figure changed as it is shown, from an earlier one as that was shown."""
        before = self._found.compared(one.name, span)
        if now is None or before is None:
            return ""
        return parts.change(one, now, before, words, title)

    def _months(self) -> range:
        return self._course.months if self._course else range(0)

    def _values(self, one: Measure) -> list[float | int | None]:
        return self._course.values(one) if self._course else []

    def _line(self, one: Measure) -> list[Any]:
        """The course of the last months; none where nothing is known of them."""
        values = self._values(one)
        if not any(values):
            return []
        pairs = zip(self._months(), values, strict=True)
        told = ", ".join(f"{month_label(month)} {parts.value_text(one, v)}" for month, v in pairs)
        words = _("%(measure)s by month: %(values)s", measure=one.title, values=told)
        return [html.Div(spark(values, words), className="spark")]


def _unbroken(text: str, end: str) -> list[Any]:
    """A sentence whose last words stay together on a narrow card."""
    if not text.endswith(end):
        return [text]
    return [text.removesuffix(end), html.Span(end, className="text-nowrap")]
