"""Two people who change the same record: the later one reads what changed, then saves again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask_babel import gettext as _

from registry.errors import Refused
from registry.fields import read_id
from registry.i18n import day


class ChangedMeanwhile(Refused):
    """Somebody else saved the record after this form was opened."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence
            or _(
                "Somebody else changed this record while you were writing; compare your values "
                "with the record and save again."
            )
        )


class Unseen(Refused):
    """A button was sent without saying what its page showed."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This form does not say which version it showed; read the page as it is now, then "
                "send it again."
            )
        )


def need_version(row: Any, version: int | None) -> None:
    """Refuse to save over what a form never showed.

    Args:
        version: the one that the form was filled from; None where no form was.

    Raises:
        ChangedMeanwhile: it is not the version at hand.
    """
    if version is not None and version != row.version:
        raise ChangedMeanwhile


def mark_of(*shown: object) -> str:
    """A short mark of what a page showed, for what has no version; its form sends it back."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def version_of(form: Any) -> int:
    """The version that a form was sent with; one that carries none has no version (-1)."""
    found = read_id(next(iter(form.version.raw_data or ()), None))
    return -1 if found is None else found


def shown_version(text: str | None) -> int:
    """The version that the page with a button showed.

    Raises:
        Unseen: the form does not say.
    """
    version = read_id(text)
    if version is None:
        raise Unseen
    return version


@contextmanager
def compared(
    form: Any, row: Any, now: Mapping[str, Any], also: Sequence[str] = ()
) -> Iterator[None]:
    """Tell who comes late what the record holds now, and let the form be saved again.

    Args:
        now: what the record holds, by the name of the form's field.
        also: sentences on what differs beyond single fields.

    Raises:
        ChangedMeanwhile: with every field that differs from what was typed.
    """
    try:
        yield
    except ChangedMeanwhile as refusal:
        form.version.data = str(row.version)
        fields = [(form[name], value) for name, value in now.items()]
        differing = [
            holds_now(field.label.text, shown(field, value))
            for field, value in fields
            if (field.data or None) != (value or None)
        ]
        raise ChangedMeanwhile(" ".join([str(refusal), *differing, *also])) from None


def holds_now(label: str, value: str) -> str:
    """The sentence that says what one field of the record holds."""
    return str(_("%(field)s is now “%(value)s”.", field=label, value=value))


def shown(field: Any, value: Any) -> str:
    """A value in the field's own words."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if not value:
        return "–"
    if isinstance(value, date):
        return day(value)
    names = dict(getattr(field, "choices", None) or ())
    show = getattr(field, "show", str)
    return str(names.get(value) or show(value))
