"""What the files of a page say about it: whose figures, of when, how firm, and its exhibits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards import filters, parts
from dashboards.exhibits import Exhibit, exhibits
from dashboards.source import Source, name_of_page
from registry.access.scope import Scope
from registry.facts.asked import Asked, asked
from registry.facts.cuts import DIMENSIONS
from registry.facts.labels import label, names
from registry.facts.measure import Measure
from registry.i18n import language
from registry.periods.calendar import format_datetime

Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class Paper:
    """A page as it is written to files.

    Attributes:
        facts: period, area, filters, state and when it was made, each with its name.
        made: aware.
    """

    title: str
    period: str
    facts: Facts
    source: Source
    made: datetime
    exhibits: list[Exhibit]

    @property
    def told(self) -> str:
        """The facts in one line."""
        return " · ".join(f"{name}: {value}" for name, value in self.facts)

    @property
    def told_at(self) -> str:
        """When it was made."""
        return f"{_('Made at')} {format_datetime(self.made, language())}"


def paper_of(
    page: Any, path: str, scope: Scope, args: Mapping[str, str], now: datetime, today: date
) -> Paper:
    """Make a page again, within a scope.

    Raises:
        Refused: as the page does.
    """
    content = page.content(scope, dict(args), today)
    question = _question(scope, args, today)
    return Paper(
        _heading(content) or page.title(),
        question.label(language()),
        _facts(scope, question, content, now),
        Source(name_of_page(path), question.code),
        now,
        list(exhibits(content)),
    )


def rules(shown: Iterable[Exhibit]) -> Facts:
    """How everything shown is counted, each measure once."""
    ones: dict[str, Measure] = {one.name: one for exhibit in shown for one in exhibit.measures}
    return [(str(one.title), parts.rule_of(one)) for one in ones.values()]


def _question(scope: Scope, args: Mapping[str, str], today: date) -> Asked:
    """The page's question: of one message, as it stands; of a period, the usual one."""
    whole = dict(args) if args.get("message") else filters.with_default(dict(args), today)
    return asked(scope, whole, today)


def _facts(scope: Scope, question: Asked, content: Iterable[Any], now: datetime) -> Facts:
    lang = language()
    limits = [
        (str(DIMENSIONS[name]), ", ".join(label(name, value, names(name)) for value in values))
        for name, values in question.cut.where
    ]
    if question.cut.as_of == "now":
        limits.append((_("Map of zones"), _("Zones as they are now")))
    return [
        (_("Period"), question.label(lang)),
        *([] if _named(scope, question) else [(_("Area"), _area(scope))]),
        *limits,
        (_("State"), " ".join(_said(content)) or "–"),
        (_("Made at"), format_datetime(now, lang)),
    ]


def _named(scope: Scope, question: Asked) -> bool:
    """Whether a limit names the area already; below headquarters it may be wider than the scope."""
    return scope.everything and not {"zone", "province"}.isdisjoint(dict(question.cut.where))


def _area(scope: Scope) -> str:
    """Whose figures these are."""
    if scope.everything:
        return str(_("The whole country"))
    known = names("province")
    places = [known.get(code, code) for code in sorted(scope.provinces)]
    return ", ".join(places) or str(_("Networks of one's own office"))


def _heading(content: Iterable[Any]) -> str:
    """The text of the page's heading."""
    for block in content:
        found = next(_inside(block, html.H1), None) if isinstance(block, Component) else None
        if found is not None:
            return "".join(_words(found))
    return ""


def _said(content: Iterable[Any]) -> Iterator[str]:
    """What the page says above its figures: the lines of class ``shown``.

    The period, which stands first in bold, and links are left out.
    """
    for block in content:
        if isinstance(block, Component) and getattr(block, "className", None) == "shown":
            yield "".join(_words(block, (html.A, html.B))).strip(" ·")


def _inside(node: Component, kind: type) -> Iterator[Component]:
    if isinstance(node, kind):
        yield node
    for child in _children(node):
        if isinstance(child, Component):
            yield from _inside(child, kind)


def _words(node: Any, skipped: tuple[type, ...] = ()) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Component) and not isinstance(node, skipped):
        for child in _children(node):
            yield from _words(child, skipped)


def _children(node: Component) -> list[Any]:
    inside = getattr(node, "children", None)
    return list(inside) if isinstance(inside, list | tuple) else [] if inside is None else [inside]
