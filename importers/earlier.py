"""The rows of a sheet that came before: whether one of them is the same person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from registry.members import normalise
from registry.members.duplicates import Probe


class Found(NamedTuple):
    """Numbers of earlier rows: ``same`` is the same person, ``alike`` may be."""

    same: int | None
    alike: int | None


class Earlier:
    """Remembers who stood in the rows that it was shown."""

    def __init__(self) -> None:
        self._first_with: dict[str, int] = {}
        self._first_like: dict[tuple[Any, ...], tuple[int, Probe]] = {}

    def rows(self, row: int, probe: Probe, values: Mapping[str, Any]) -> Found:
        """The first row with the same national ID, or name and contact; else one that is alike."""
        keys = _identities(probe, values)
        same = next((self._first_with[key] for key in keys if key in self._first_with), None)
        for key in keys:
            self._first_with.setdefault(key, row)
        return Found(same, None if same is not None else self._alike(row, probe, values))

    def _alike(self, row: int, probe: Probe, values: Mapping[str, Any]) -> int | None:
        """The first row with the same name, birth year and place; two national IDs are two people.

        Rows that name no district are alike by the province.
        """
        if not (probe.name_key and probe.birth_year and probe.province_code):
            return None
        place = probe.province_code, values.get("district_code")
        key = (probe.name_key, probe.birth_year, *place)
        first, other = self._first_like.setdefault(key, (row, probe))
        if other is probe or (other.national_id_hash and probe.national_id_hash):
            return None
        return first


def _identities(probe: Probe, values: Mapping[str, Any]) -> list[str]:
    """What no two rows of a sheet have in common: a national ID, or a name with a contact."""
    keys = [probe.national_id_hash] if probe.national_id_hash else []
    if name := probe.name_key or normalise.key(values.get("first_name") or ""):
        contacts = (("phone", probe.phone), ("line", probe.line_id), ("mail", probe.email))
        keys += [f"{kind}\0{name}\0{value}" for kind, value in contacts if value]
    return keys
