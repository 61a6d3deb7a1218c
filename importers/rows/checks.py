"""The last check of a row's values: sizes, as the registry stores them."""

from __future__ import annotations

from typing import Any

from importers.codes import Code
from importers.fields import Field as Column
from importers.rows.draft import Draft
from importers.thai.finding import Remark

LONGEST = {
    "title": 60,
    "first_name": 200,
    "last_name": 120,
    "name_raw": 300,
    "phone_other": 60,
    "line_id": 80,
    "email": 254,
    "house_no": 60,
    "moo": 60,
    "occupation": 160,
    "organisation": 200,
    "position": 160,
    "network": 200,
    "skills": 500,
    "activity": 200,
    "notes": 5_000,
}
"""Letters that a field may have; the registry's columns are as wide."""
LONGEST_IN_CHANNEL = {"name": 200, "url": 500}
MOST_CHANNELS = 50
SHORTEST = min(LONGEST.values())
FROM = {"first_name": (Column.FIRST_NAME, Column.FULL_NAME), "name_raw": (Column.FULL_NAME,)}
"""Columns of the values that are not called like their column."""


def check(draft: Draft) -> None:
    """Note each value that is larger than the registry could store."""
    for name, value in draft.values.items():
        if type(value) is str and len(value) > SHORTEST:
            _limit(draft, name, value)
    channels = draft.values.get("channels") or []
    if len(channels) > MOST_CHANNELS:
        _note(draft, "channels", MOST_CHANNELS)
    for channel in channels:
        _check_channel(draft, channel)


def _limit(draft: Draft, name: str, value: str) -> None:
    if name in LONGEST and len(value) > LONGEST[name]:
        _note(draft, name, LONGEST[name])


def _check_channel(draft: Draft, channel: dict[str, Any]) -> None:
    for name, limit in LONGEST_IN_CHANNEL.items():
        if len(channel[name] or "") > limit:
            _note(draft, "channels", limit)


def _note(draft: Draft, name: str, limit: int) -> None:
    fields = FROM.get(name) or ((Column(name),) if name in set(Column) else ())
    columns = [column for field in fields for column in draft.columns(field)]
    draft.note(columns[0] if columns else None, Remark(Code.TOO_LONG, None, {"limit": limit}))
