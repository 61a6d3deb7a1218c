"""What a row may hold is what the registry can store."""

from __future__ import annotations

import pytest

from importers.rows.checks import LONGEST, LONGEST_IN_CHANNEL
from registry.channels.models import Channel
from registry.members.models import Member
from registry.members.values import FIELDS

CALLED = {"activity": "joined_activity"}
ELSEWHERE = {"network"}
"""Looked up by name, never stored."""


@pytest.mark.parametrize("name", sorted(set(LONGEST) - ELSEWHERE))
def test_a_member_has_room_for_it(name: str) -> None:
    width = getattr(Member.__table__.c[CALLED.get(name, name)].type, "length", None)
    assert width is None or LONGEST[name] == width


@pytest.mark.parametrize("name", sorted(LONGEST_IN_CHANNEL))
def test_a_channel_has_room_for_it(name: str) -> None:
    assert LONGEST_IN_CHANNEL[name] == Channel.__table__.c[name].type.length


def test_no_text_of_a_member_is_without_limit() -> None:
    set_by_the_reader = {"kind", "network_type", "province_code", "district_code"}
    set_by_the_reader |= {"subdistrict_code", "postcode", "phone", "national_id"}
    never_in_a_sheet = {"national_id_reason", "contact_name", "guardian_name"}
    texts = {
        name
        for name in FIELDS
        if Member.__table__.c[name].type.python_type is str
        if name not in set_by_the_reader | never_in_a_sheet
    }
    names = {CALLED.get(name, name) for name in LONGEST}
    assert texts <= names
