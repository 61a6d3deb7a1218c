"""Finding members by parts of their names and by figures of their telephone numbers.

All pages that look for members ask here.  PostgreSQL answers LIKE from its own index of
trigrams.  SQLite's index of trigrams, ``member_search``, has to be asked by ``MATCH``.  Neither
helps with words under three letters.  Both give what they find in the order of ids: for a word
that many bear, reading the list and trying each name comes sooner to the first page; for others it
may come never, so whom the index finds is asked first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from sqlalchemy import ColumnElement, Select, and_, column, func, or_, select, table, true

from registry.bulk import among
from registry.db import db, once
from registry.members.models import Member
from registry.members.normalise import search_key
from registry.members.search_index import MERGED, TABLE

FEWEST_FIGURES = 4
"""Of a telephone number, by which members are found; fewer would find too many."""
TRIGRAM = 3
FEW = 20_000
"""Members whom it takes no longer to sort by name than to come upon a page of them in the list."""
_INDEX = table(TABLE, column("rowid"), column(TABLE))


class Search:
    """Words that members are looked for by: parts of a name, in any order, or figures.

    Attributes:
        words: as :func:`~registry.members.normalise.search_key` has them; none finds everybody.
    """

    def __init__(self, text: str) -> None:
        """Take what was typed."""
        self.words = search_key(text).split()
        self._short = [word for word in self.words if len(word) < TRIGRAM]
        long = [word for word in self.words if len(word) >= TRIGRAM]
        sqlite = db.engine.dialect.name == "sqlite"
        self._phrase = " AND ".join(map(_phrase, long)) if sqlite else ""
        self._found = _asked(self._phrase) if sqlite else select(Member.id).where(_like(long))
        self._long = bool(long)

    @cached_property
    def few(self) -> list[int] | None:
        """Ids of all whom the database's index finds by the words that it knows.

        None where they are more than :data:`FEW`, or where it has no part in the answer.
        """
        if not self._long:
            return None
        found = once(("members", *self.words), self._some)
        return found if len(found) <= FEW else None

    def _some(self) -> list[int]:
        return list(db.session.scalars(self._found.limit(FEW + 1)))

    @property
    def condition(self) -> ColumnElement[bool]:
        """Condition on the members who are found."""
        if self.few is None:
            return _like(self.words)
        return and_(among(Member.id, self.few), _like(self._short))

    @property
    def indexed(self) -> ColumnElement[bool] | None:
        """The same by the database's index, however many; None where it has no part in it."""
        if not self._long:
            return None
        if not self._phrase:
            return _like(self.words)
        return and_(Member.id.in_(_asked(self._phrase)), _like(self._short))

    @property
    def whole(self) -> bool:
        """Whether SQLite's index knows all the words."""
        return bool(self._phrase) and not self._short

    def count(self, states: Sequence[str], without: bool) -> int:
        """How many there are in the country, by the index alone, which must know all the words.

        Args:
            states: the states to be counted.
            without: count those in all other states instead.
        """
        phrase = f"({self._phrase})"
        phrase += f" NOT {_of([*states, MERGED])}" if without else f" AND {_of(states)}"
        return db.session.scalar(_asked(phrase).with_only_columns(func.count())) or 0


def named(text: str) -> ColumnElement[bool]:
    """Condition on members whose name or telephone number holds all the words."""
    return Search(text).condition


def _figures(word: str) -> str:
    """The figures of a word that may be a part of a telephone number, or nothing."""
    figures = word.replace("-", "")
    return figures if len(figures) >= FEWEST_FIGURES and figures.isdecimal() else ""


def _like(words: Sequence[str]) -> ColumnElement[bool]:
    return and_(true(), *map(_one_like, words))


def _one_like(word: str) -> ColumnElement[bool]:
    name = Member.search_text.contains(word, autoescape=True)
    figures = _figures(word)
    return or_(name, Member.phone.contains(figures, autoescape=True)) if figures else name


def _phrase(word: str) -> str:
    """A word as SQLite's index is asked for it."""
    quoted = word.replace('"', '""')
    figures = _figures(word)
    more = f' OR phone : "{figures}"' if figures else ""
    return f'(search_text : "{quoted}"{more})'


def _of(standings: Sequence[str]) -> str:
    """Those whose standing begins so; none begins as another does."""
    return "(" + " OR ".join(f'standing : ^ "{one}"' for one in standings) + ")"


def _asked(phrase: str) -> Select[int]:
    return select(_INDEX.c.rowid).where(_INDEX.c[TABLE].op("MATCH")(phrase))
