"""What people type, as it is kept; and how numbers look to those who have not asked to see them."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from registry.errors import Refused
from registry.members import normalise
from registry.members.masks import mask_national_id, mask_phone, show_national_id, show_phone
from registry.members.values import is_minor

DAY = date(2026, 1, 15)


@pytest.fixture
def app() -> Flask:
    """Enough of an application for translated sentences; no database."""
    from flask_babel import Babel

    app = Flask("sentences")
    Babel(app)
    return app


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  นาย  สมชาย ", "นาย สมชาย"),
        ("เเดง", "แดง"),
        ("น้ํา", "น้ำ"),
        ("\u200bมาลี\ufeff", "มาลี"),
        ("a\x00b\nc", "ab c"),
    ],
)
def test_text_is_cleaned(typed: str, kept: str) -> None:
    assert normalise.clean(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("081-234-5678", "0812345678"),
        ("๐๘๑ ๒๓๔ ๕๖๗๘", "0812345678"),
        ("+66 81 234 5678", "0812345678"),
        ("812345678", "0812345678"),
        ("(053) 112-233", "053112233"),
    ],
)
def test_phones_are_national_digits(app: Flask, typed: str, kept: str) -> None:
    with app.test_request_context():
        assert normalise.phone(typed) == kept


@pytest.mark.parametrize("typed", ["12", "O812345678", "+1 212 555 0100", "ไม่มี", "0812345678x"])
def test_what_cannot_be_dialled_is_refused(app: Flask, typed: str) -> None:
    with app.test_request_context(), pytest.raises(Refused, match=typed[:5].replace("+", r"\+")):
        normalise.phone(typed)


def test_national_ids(app: Flask) -> None:
    with app.test_request_context():
        assert normalise.national_id("1-1017-00230-70-8") == "1101700230708"
        assert normalise.national_id("๑๑๐๑๗๐๐๒๓๐๗๐๘") == "1101700230708"
        for wrong in ("1101700230706", "110170023070", "11017002307O5"):
            with pytest.raises(Refused) as refusal:
                normalise.national_id(wrong)
            assert wrong not in str(refusal.value)
        assert normalise.national_id("1101700230706", reason="บัตรเดิม") == "1101700230706"
        with pytest.raises(Refused):
            normalise.national_id("12345", reason="a reason does not make five digits thirteen")


@pytest.mark.parametrize(
    ("typed", "year"), [("2530", 1987), ("๒๕๓๐", 1987), ("พ.ศ. 2530", 1987), ("1987", 1987)]
)
def test_birth_years_are_buddhist_or_common(app: Flask, typed: str, year: int) -> None:
    with app.test_request_context():
        assert normalise.birth_year(typed, DAY) == year


@pytest.mark.parametrize("typed", ["30", "2570", "1800", "2330", "x", "²530"])
def test_impossible_birth_years_are_refused(app: Flask, typed: str) -> None:
    with app.test_request_context(), pytest.raises(Refused):
        normalise.birth_year(typed, DAY)


def test_names_sort_like_a_dictionary() -> None:
    names = ["โสภา", "กมล", "เกษม", "ไชยา", "ขวัญ", "แก้ว"]
    keys = {name: normalise.derived(None, name, "ก", None)["name_key"] for name in names}
    assert sorted(names, key=keys.__getitem__) == ["กมล", "เกษม", "แก้ว", "ขวัญ", "ไชยา", "โสภา"]


def test_letters_that_sound_alike_share_a_block() -> None:
    def block(first: str, last: str) -> str:
        return normalise.derived(None, first, last, None)["name_block"]

    assert block("ณัฐ", "ศรีสุข") == block("นัฐ", "สีสุข")
    assert block("ณัฐ", "ศรีสุข") != block("พัฐ", "สีสุข")


def test_numbers_are_masked() -> None:
    assert mask_national_id("1234567890123") == "1-23xx-xxxxx-xx-3"
    assert mask_phone("0812345678") == "08x-xxx-5678"
    assert mask_phone("+66812345678") == "08x-xxx-5678"
    assert mask_phone("053112233") == "05x-xxx-233"
    assert mask_phone("0812345678, 0898765432") == "xxx-xxx-32"
    assert mask_phone(None) == mask_national_id("") == ""
    assert show_national_id("1234567890123") == "1-2345-67890-12-3"
    assert show_phone("0812345678") == "081-234-5678"


def test_majority_begins_at_twenty() -> None:
    assert is_minor(2007, DAY)
    assert not is_minor(2006, DAY)
    assert not is_minor(None, DAY)
