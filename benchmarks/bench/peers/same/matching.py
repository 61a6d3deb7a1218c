"""Which members the rows of a sheet are: exactly, then by similar names.

The registry is asked about the whole sheet at once, a thousand values at a time, as
django-import-export's own cached loader does for its single column.  Import after Django is set up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from benchmarks.bench.peers.same.comparing import (
    CONTACTS,
    IDENTICAL,
    NOBODY,
    SAME,
    Known,
    Match,
    Told,
    best,
    similar,
)
from benchmarks.bench.peers.same.models import WholeMember

CHUNK = 1000
EXACT = {"national_id_hash": "digest"} | {name: name for name in (*CONTACTS, "name_key")}
"""Columns of a member, and what a row calls the same."""
STANDING = WholeMember.objects.filter(merged_into_id=None)


@dataclass(slots=True)
class Verdict:
    """What is to be done with a row.

    Attributes:
        told: absent where the cells that say who somebody is cannot be read.
        member: who it is.
        refused: why it cannot come in.
        doubt: why a person must decide.
    """

    told: Told | None
    member: WholeMember | None = None
    refused: str = ""
    doubt: str = ""


def verdicts(rows: Sequence[Told | None]) -> list[Verdict]:
    """What is to be done with each row of a sheet."""
    found = [Verdict(told) for told in rows]
    _refuse_minors(found)
    _refuse_doubles(found)
    asked = [one for one in found if one.told and not one.refused]
    matches = _matches([one.told for one in asked if one.told])
    sure = {match.id for match in matches if match.score >= SAME}
    members: Mapping[int, WholeMember] = WholeMember.objects.in_bulk(sure)
    taken: set[int] = set()
    for one, match in zip(asked, matches, strict=True):
        _decide(one, match, members, taken)
    return found


def _refuse_minors(found: Sequence[Verdict]) -> None:
    """No column of the sheet names a guardian."""
    for one in found:
        if one.told and one.told.minor:
            one.refused = "a guardian must agree for whoever is below the age of majority"


def _refuse_doubles(found: Sequence[Verdict]) -> None:
    first_with: dict[tuple[str, ...], int] = {}
    for place, one in enumerate(found, 1):
        keys = list(one.told.identities()) if one.told and not one.refused else []
        first = next((first_with[key] for key in keys if key in first_with), None)
        if first is not None:
            one.refused = f"the same person stands in row {first}"
        for key in keys:
            first_with.setdefault(key, place)


def _decide(
    one: Verdict, match: Match, members: Mapping[int, WholeMember], taken: set[int]
) -> None:
    if match.score >= SAME and match.id in taken:
        one.refused = "the same member is in an earlier row"
    elif match.score >= SAME:
        one.member = members[match.id]
        taken.add(match.id)
    elif match is not NOBODY:
        reasons = ", ".join(match.reasons)
        one.doubt = f"possibly member {match.id} ({match.score} of {IDENTICAL}: {reasons})"


def _matches(rows: Sequence[Told]) -> list[Match]:
    """The best match of each row; names are compared only where nobody is surely the same."""
    index = _equal(rows)
    found = [best(told, _equal_to(told, index)) for told in rows]
    open_ones = [place for place, match in enumerate(found) if match.score < SAME]
    for place, candidates in _alike(rows, open_ones).items():
        match = best(rows[place], candidates)
        found[place] = max(found[place], match, key=lambda one: one.score)
    return found


Index = dict[tuple[str, str], list[Known]]


def _equal(rows: Sequence[Told]) -> Index:
    index: Index = defaultdict(list)
    for column, name in EXACT.items():
        wanted = {value for told in rows if (value := getattr(told, name))}
        for known in _known(column, wanted):
            index[column, getattr(known, column)].append(known)
    return index


def _equal_to(told: Told, index: Index) -> Iterator[Known]:
    for column, name in EXACT.items():
        yield from index.get((column, getattr(told, name)), ())


def _known(column: str, wanted: Collection[Any]) -> Iterator[Known]:
    for some in _chunks(wanted):
        yield from map(
            Known._make, STANDING.filter(**{f"{column}__in": some}).values_list(*Known._fields)
        )


def _alike(rows: Sequence[Told], places: Sequence[int]) -> dict[int, list[Known]]:
    """Members with names like a row's in its province and block, by the row's place."""
    provinces: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place in places:
        told = rows[place]
        if told.province_code and told.name_key:
            provinces[told.province_code][told.name_block].append(place)
    pairs = [pair for one in provinces.items() for pair in _pairs(rows, *one)]
    members = {known.id: known for known in _known("id", {number for _, number in pairs})}
    found: dict[int, list[Known]] = defaultdict(list)
    for place, number in pairs:
        found[place].append(members[number])
    return found


def _pairs(
    rows: Sequence[Told], province: str, blocks: Mapping[str, Sequence[int]]
) -> Iterator[tuple[int, int]]:
    there: dict[str, tuple[list[int], list[str]]] = defaultdict(lambda: ([], []))
    within = STANDING.filter(province_code=province, name_block__in=list(blocks))
    for number, block, name in within.values_list("id", "name_block", "name_key"):
        numbers, names = there[block]
        numbers.append(number)
        names.append(name)
    for block, (numbers, names) in there.items():
        places = blocks[block]
        for row, column in similar([rows[place].name_key for place in places], names):
            yield places[row], numbers[column]


def _chunks(values: Collection[Any]) -> Iterator[list[Any]]:
    ordered = iter(sorted(values))
    while some := list(islice(ordered, CHUNK)):
        yield some
