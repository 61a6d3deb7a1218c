"""What is taken for a mobile number at first sight, without asking the library."""

from __future__ import annotations

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st

from importers.thai.phones import _MOBILE


@given(st.from_regex(_MOBILE, fullmatch=True))
def test_whatever_is_taken_at_first_sight_can_be_dialled(text: str) -> None:
    number = phonenumbers.parse(text.replace("-", ""), "TH")
    assert phonenumbers.is_valid_number(number)
