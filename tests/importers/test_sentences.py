"""Every remark has its sentence, in both languages, with the words that it is given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from importers import errors, fields
from importers.codes import Code, Severity, severity_of
from importers.reading.errors import SENTENCES as READING
from importers.sentences import SENTENCES

PO = Path(fields.__file__).parent.parent / "registry/translations/th/LC_MESSAGES/messages.po"


def test_every_code_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Code)
    assert {severity_of(code) for code in Code} == set(Severity)


@pytest.mark.parametrize("text", [*map(str, SENTENCES.values()), *map(str, READING.values())])
def test_thai_keeps_the_words_to_fill_in(text: str) -> None:
    with PO.open("rb") as file:
        catalog = read_po(file, locale="th")
    thai = catalog.get(text)
    assert thai is not None
    assert thai.string
    said = str(thai.string)
    assert sorted(re.findall(r"%\(\w+\)s", text)) == sorted(re.findall(r"%\(\w+\)s", said))


def test_error_codes_differ() -> None:
    kinds: list[type[errors.Unusable]] = [errors.NoHeader, errors.NoRows, errors.NoSheet]
    assert len({kind.code for kind in kinds}) == len(kinds)
