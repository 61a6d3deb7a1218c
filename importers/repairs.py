"""Kinds of repairs and questions as people decide about them: a name, how many, and a few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from importers.codes import Code
from importers.models import ImportBatch

NAMES = {
    Code.THAI_DIGITS: _l("Thai digits read as 0–9"),
    Code.TEXT_REPAIRED: _l("Misplaced vowels and invisible letters put right"),
    Code.DITTO: _l("Ditto marks replaced by the value above"),
    Code.TITLE_SPLIT: _l("Titles separated from names"),
    Code.NAME_SPLIT: _l("Names divided into first name and surname"),
    Code.DATE_BE_CELL: _l("Dates whose year was typed in B.E."),
    Code.DATE_SERIAL: _l("Numbers that Excel means as dates"),
    Code.DATE_TWO_DIGIT_YEAR: _l("Years with two digits read as B.E."),
    Code.DATE_DAY_MISSING: _l("Dates without a day put on the first of the month"),
    Code.DATE_FROM_TITLE: _l("Dates taken from the title or the sheet's name"),
    Code.BIRTH_YEAR_FROM_AGE: _l("Years of birth reckoned from the age"),
    Code.PHONE_ZERO: _l("Lost zeros of phone numbers put back"),
    Code.PHONE_LETTER_O: _l("The letter O in phone numbers read as zero"),
    Code.PHONE_RANGE: _l("The first number of a range of phone numbers"),
    Code.PROVINCE_SPELLING: _l("Spelling of provinces"),
    Code.PROVINCE_INFERRED: _l("Provinces told from the district"),
    Code.DISTRICT_SPELLING: _l("Spelling of districts"),
    Code.DISTRICT_INFERRED: _l("Districts told from the subdistrict"),
    Code.SUBDISTRICT_SPELLING: _l("Spelling of subdistricts"),
    Code.CONTINUATION: _l("Second rows added to the member above"),
}
QUESTIONS = {
    Code.TITLE_CONFLICT: _l("Two different titles"),
    Code.DATE_AMBIGUOUS: _l("Years that can mean more than one thing"),
    Code.DATE_SWAPPED: _l("Day and month that seem to be swapped"),
    Code.DATE_IN_FUTURE: _l("Dates that have not come yet"),
    Code.DATE_TOO_OLD: _l("Dates unusually long ago"),
    Code.BIRTH_YEAR_AMBIGUOUS: _l("Numbers that can be an age or a year of birth"),
    Code.HOUSE_NO_DATE: _l("House numbers that Excel turned into dates"),
    Code.SUBDISTRICT_AMBIGUOUS: _l("Subdistricts of which there are several"),
    Code.NETWORK_TYPE_UNKNOWN: _l("Network types that are not in the list"),
    Code.COUNT_RANGE: _l("Numbers of people given as a range"),
    Code.CONSENT_UNREADABLE: _l("Consents that could not be read"),
}
"""Questions that can be answered for all rows at once: each row is taken in as it was read."""


@dataclass(frozen=True)
class Kind:
    """A kind of repair or question in a plan.

    Attributes:
        shown: a few of them: where, what stands there, what is proposed.
    """

    code: str
    name: str
    count: int
    shown: list[list[str]]
    refused: bool


def kinds_of(batch: ImportBatch) -> list[Kind]:
    """The kinds of repairs that a plan proposes or that were refused, the most frequent first."""
    return _kinds(batch, "repairs", NAMES)


def questions_of(batch: ImportBatch) -> list[Kind]:
    """The kinds of questions that a plan asks and that can be answered at once."""
    return _kinds(batch, "questions", QUESTIONS)


def _kinds(batch: ImportBatch, what: str, names: Mapping[Code, Any]) -> list[Kind]:
    found, refused = (batch.samples or {}).get(what, {}), set(batch.refused or ())
    kinds = [
        Kind(code.value, str(name), about["count"], about["shown"], code.value in refused)
        for code, name in names.items()
        if (about := found.get(code.value))
    ]
    return sorted(kinds, key=lambda kind: -kind.count)
