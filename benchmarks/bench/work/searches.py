"""Parts of Thai names looked for as the member list does, and by a bare LIKE.

``searches.py product|peer TERMS``: so many terms of each length.  The question is that of the
page: how many there are (as far as the page tells: beyond 10,000 it may say "more"), and the
first fifty by name; LIKE counts all.  Afterwards all whom the product finds are counted, and
compared with a count over all names in Python: for terms of every length from 1 to 6 nobody may be
missing, nor be there in error.
"""

from __future__ import annotations

import sys
from random import Random

from sqlalchemy import func, select, text

from benchmarks.bench.meter import Meter
from registry import create_app
from registry.access.scope import Scope
from registry.db import db
from registry.members import list_queries
from registry.members.list_queries import ALL, PAGE, MemberFilters
from registry.members.models import Member
from registry.members.normalise import search_key

LENGTHS, TIMED = range(1, 7), range(3, 7)
SEED = 7


def main(who: str, each: int) -> None:
    """Report the time of the terms of three letters and more."""
    app = create_app()
    with app.app_context():
        names = list(db.session.scalars(select(Member.search_text)))
        terms = {length: _terms(names, length, each) for length in LENGTHS}
        ask = _product if who == "product" else _peer
        ask(terms[3][0])
        with Meter() as meter:
            for length in TIMED:
                for term in terms[length]:
                    ask(term)
        count = _all_found if who == "product" else _peer
        found = {term: count(term) for length in LENGTHS for term in terms[length]}
        missing = sum(
            abs(sum(term in name for name in names) - count) for term, count in found.items()
        )
    meter.report(terms=len(TIMED) * each, missing=missing, brought=sum(found.values()))


def _terms(names: list[str], length: int, each: int) -> list[str]:
    """Parts of names, without spaces and figures."""
    random, found = Random(SEED + length), set[str]()  # noqa: S311 - for looks
    while len(found) < each:
        word = random.choice(random.choice(names).split())
        start = random.randrange(max(1, len(word) - length + 1))
        part = word[start : start + length]
        typed = search_key(part) == part  # a part that begins with a vowel's mark loses it
        if typed and len(part) == length and not any(letter.isdecimal() for letter in part):
            found.add(part)
    return sorted(found)


def _product(term: str) -> int:
    filters = MemberFilters(q=term, state=ALL)
    list_queries.list_members(Scope.all(), filters)
    return list_queries._count(Scope.all(), filters)[0]


def _all_found(term: str) -> int:
    return list_queries.count_to_export(Scope.all(), MemberFilters(q=term, state=ALL))


def _peer(term: str) -> int:
    if db.engine.dialect.name == "postgresql":  # else it would take the product's index
        db.session.execute(text("SET LOCAL enable_bitmapscan = off"))
    like = Member.search_text.like(f"%{term}%")
    page = select(Member.id).where(like).order_by(Member.name_key, Member.id).limit(PAGE)
    db.session.execute(page).all()
    return db.session.scalar(select(func.count()).select_from(Member).where(like)) or 0


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
