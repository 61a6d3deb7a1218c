"""Reading what a table of figures holds: measures, dimensions, periods, filters, the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from registry.access.scope import Scope
from registry.errors import Refused
from registry.facts.asked import asked
from registry.facts.asked_period import YEARS, period_of
from registry.facts.cuts import DIMENSIONS, Cut
from registry.facts.measure import Measure
from registry.facts.measures import measure
from registry.fields import read_id
from registry.periods.calendar import Period, PeriodKind, periods_between

BY = tuple(name for name in DIMENSIONS if name != "message")
"""Dimensions of a table: of single messages there are pages."""
FILTERS = ("zone", "province", "network_type", "channel_kind")
FORMATS = ("xlsx", "csv", "parquet")
PARTS = ("measures", "by", "kind", "from", "to", "last", *FILTERS, "as_of", "format")
"""What a definition holds: texts, several values with commas between them."""
MOST_DIMENSIONS = 4


@dataclass(frozen=True)
class Question:
    """A checked definition.

    Attributes:
        cut: by which dimensions, limited to what, on which map; the same for all periods.
    """

    measures: tuple[Measure, ...]
    periods: tuple[Period, ...]
    cut: Cut
    format: str

    @property
    def names(self) -> list[str]:
        """The names of its measures."""
        return [one.name for one in self.measures]

    @property
    def span(self) -> str:
        """Its first and last period, as operators write them."""
        ends = (self.periods[0].code, self.periods[-1].code)
        return "--".join(dict.fromkeys(ends))


def question(scope: Scope, definition: Mapping[str, str], today: date) -> Question:
    """Check a definition for whoever asks, on the day on which it is asked.

    Raises:
        Refused: one sentence; for a place outside the scope the same as for one that is not.
    """
    chosen = tuple(measure(name) for name in _list(definition, "measures"))
    if not chosen:
        raise Refused(_("Choose at least one measure for the table."))
    by = tuple(_list(definition, "by"))
    if len(by) > MOST_DIMENSIONS or not set(by) <= set(BY):
        raise Refused(
            _("A table is cut by at most %(n)s of the dimensions listed here.", n=MOST_DIMENSIONS)
        )
    periods = _periods(definition, today)
    limits = {name: definition[name] for name in FILTERS if definition.get(name)}
    given = {**limits, "as_of": definition.get("as_of", ""), "period": periods[0].code}
    cut = asked(scope, given, today, by).cut
    _fit(chosen, cut)
    form = definition.get("format") or FORMATS[0]
    if form not in FORMATS:
        raise Refused(_("Choose one of the formats: %(names)s.", names=", ".join(FORMATS)))
    return Question(chosen, periods, cut, form)


def _list(definition: Mapping[str, str], name: str) -> list[str]:
    parts = (part.strip() for part in definition.get(name, "").split(","))
    return list(dict.fromkeys(part for part in parts if part))


def _periods(definition: Mapping[str, str], today: date) -> tuple[Period, ...]:
    """The last complete ones, or all that hold a month of a range."""
    text = definition.get("kind", "")
    if text not in set(PeriodKind):
        raise Refused(_("Choose months, quarters, half years or fiscal years for the table."))
    kind, last = PeriodKind(text), definition.get("last", "")
    if not last:
        run, _word = period_of({name: definition.get(name, "") for name in ("from", "to")}, today)
        return tuple(periods_between(run.start, run.end, kind))
    count, most = read_id(last) or 0, YEARS * 12 // kind.length
    if not 1 <= count <= most:
        raise Refused(_("Write how many periods back: a number from 1 to %(n)s.", n=most))
    end = Period.containing(today, kind)
    return tuple(
        Period(end.first_month - n * kind.length, kind.length) for n in range(count, 0, -1)
    )


def _fit(chosen: Iterable[Measure], cut: Cut) -> None:
    """Refuse dimensions that some of the measures do not know, and name these."""
    for name in (name for name in DIMENSIONS if name in cut.needs):
        lacking = [str(one.title) for one in chosen if name not in one.dimensions]
        if lacking:
            raise Refused(
                _(
                    "%(dimension)s is not known for: %(measures)s. Leave out these measures, or "
                    "the dimension.",
                    dimension=DIMENSIONS[name],
                    measures=", ".join(lacking),
                )
            )
