"""A report: sealed numbers and what is needed to print them, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from registry.access.scope import Scope
from registry.facts.engine import Number
from registry.periods.calendar import Period
from reports.context import Context
from reports.figures import Sealed
from reports.names import Names
from reports.office_words import OfficeWords
from reports.official_information import Classed


@dataclass(frozen=True)
class Book:
    """The sealed figures of one period."""

    period: Period
    figures: tuple[Sealed, ...]

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], Sealed]:
        return {figure.key: figure for figure in self.figures}

    def value(self, measure: str, cut: str = "") -> Number | None:
        """A figure; None where it is absent or was not sealed."""
        figure = self._by_key.get((measure, cut))
        return None if figure is None else figure.value

    def has(self, measure: str, cut: str = "") -> bool:
        """Whether the figure was sealed, be it absent or not."""
        return (measure, cut) in self._by_key

    def of(self, cut: str) -> list[Sealed]:
        """The figures of a cut."""
        return [figure for figure in self.figures if figure.cut == cut]

    def cuts(self, dimension: str) -> set[str]:
        """The cuts of a dimension that have figures."""
        return {figure.cut for figure in self.figures if figure.dimension == dimension}

    def limited(self, scope: Scope, names: Names) -> Book:
        """Only the figures that a scope sees."""
        seen = (figure for figure in self.figures if names.visible(scope, figure.cut))
        return Book(self.period, tuple(seen))


@dataclass(frozen=True)
class Report:
    """All that a rendering shows.

    Attributes:
        history: books of consecutive sealed periods of the same kind, this one last.
        proof: the manifest's SHA-256, printed on what is signed.
        place: the cut that its key figures are about; None where no sealed cut is all that
            someone sees.
        replaced: of a re-issue, the figures of the revision before; ``reason`` says why.
        words: what the offices reported.
        context: what central staff said of it before closing.
        year_ago: the same period of the year before, where it was closed.
        anew: whether it may be disclosed, where that was decided after it was sealed.
    """

    book: Book
    revision: int
    closed_at: datetime
    keep_until: date
    proof: str
    names: Names
    history: tuple[Book, ...] = ()
    replaced: Book | None = None
    reason: str = ""
    place: str | None = ""
    words: tuple[OfficeWords, ...] = ()
    context: Context = Context()
    year_ago: Book | None = None
    anew: Classed | None = None

    @property
    def period(self) -> Period:
        """The period reported on."""
        return self.book.period

    @property
    def before(self) -> Book | None:
        """The sealed figures of the period just before, where it was closed."""
        return self.history[-2] if len(self.history) > 1 else None

    @property
    def classed(self) -> Classed | None:
        """Whether it may be disclosed; None where reports were not classified yet."""
        return self.anew or self.context.classed

    def value(self, measure: str, book: Book | None = None) -> Number | None:
        """A figure of the report's place; in another book of its history if one is given."""
        return None if self.place is None else (book or self.book).value(measure, self.place)

    def earlier(self, measure: str) -> Number | None:
        """The figure of the period just before; None where that was not closed."""
        return self.value(measure, self.before) if self.before else None

    def limited(self, scope: Scope) -> Report:
        """The report cut to what a scope sees."""
        if scope.everything:
            return self
        history = tuple(book.limited(scope, self.names) for book in self.history)
        replaced = self.replaced and self.replaced.limited(scope, self.names)
        book, place = self.book.limited(scope, self.names), self.names.place(scope)
        words = tuple(one for one in self.words if one.visible(scope, self.names))
        year_ago = self.year_ago and self.year_ago.limited(scope, self.names)
        return replace(
            self,
            book=book,
            history=history,
            replaced=replaced,
            place=place,
            words=words,
            context=self.context.limited(scope, self.names),
            year_ago=year_ago,
        )
