"""The form of a merge: which record each part comes from, and why the two are one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField

from registry.members.fields import NEEDED, TextField
from registry.members.merge_values import NATIONAL_ID, PARTS, Likeness, Line

HERE, THERE = "here", "there"


class MergeForm(FlaskForm):
    """Versions of the two records as the page showed them, and the choices."""

    version = HiddenField()
    other_version = HiddenField()
    reason = TextField(_l("How you know that it is the same one"), [NEEDED], longest=300)

    def choice(self, part: str) -> Any:
        """The radio buttons of a part."""
        return self[f"take_{part}"]

    def propose(self, lines: Sequence[Line]) -> None:
        """Start with what the record that stays holds, and with what the other one adds."""
        for line in lines:
            if line.choosable:
                self.choice(line.part).data = THERE if line.likeness is Likeness.ADDED else HERE

    def takes(self) -> set[str]:
        """The parts that come from the record that is merged."""
        return {part for part in PARTS if part != NATIONAL_ID and self.choice(part).data == THERE}


for _part, (_label, _fields) in PARTS.items():
    if _part != NATIONAL_ID:
        _radio = RadioField(_label, choices=[(HERE, HERE), (THERE, THERE)], validate_choice=False)
        setattr(MergeForm, f"take_{_part}", _radio)
