"""What a kept form says to its reader: labels of fields and names of choices, not their codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, Form, HiddenField, SelectField
from wtforms.fields.core import UnboundField

from registry.audit.names import name_of_key

CODE = re.compile("[a-z_]+")
UNTYPED = re.compile(r"(.*[-_])?(id|ids|version|token|submit|seen)")
Pairs = list[tuple[str, str]]


def told(posted: Iterable[tuple[str, str]], package: str) -> Pairs:
    """Labels and values of what a person typed or chose; what the page carried is left out.

    Args:
        posted: names and values of the fields.
        package: of the view to which they were posted; its forms know the labels.
    """
    pairs = [(name, value) for name, value in posted if value.strip()]
    forms = _forms(package, {name for name, _value in pairs})
    found = [_told(name, value, forms) for name, value in pairs]
    return [pair for pair in found if pair is not None]


def _forms(package: str, names: set[str]) -> list[type[Form]]:
    """The forms of a package, the one that knows the most of the names first."""
    every = dict.fromkeys(_below(Form))
    inside = [form for form in every if form.__module__.rpartition(".")[0] == package]
    return sorted(inside, key=lambda form: -sum(_field(form, name) is not None for name in names))


def _below(form: type[Form]) -> Iterator[type[Form]]:
    for each in form.__subclasses__():
        yield each
        yield from _below(each)


def _field(form: type[Form], name: str) -> UnboundField[Any] | None:
    """A field of a form; rows and prefixes stand before its own name."""
    for key in (name, name.rpartition("-")[2]):
        field = getattr(form, key, None)
        if isinstance(field, UnboundField):
            return field
    return None


def _told(name: str, value: str, forms: list[type[Form]]) -> tuple[str, str] | None:
    field = next(filter(None, (_field(form, name) for form in forms)), None)
    if field is None:
        return _unknown(name, value)
    kind, label = field.field_class, (field.args or (field.kwargs.get("label"),))[0]
    if issubclass(kind, HiddenField):
        return None
    if issubclass(kind, BooleanField):
        return str(label), _("Yes")
    if issubclass(kind, SelectField):
        chosen = _choices(field).get(value)
        return None if chosen is None else (str(label), chosen)
    return (str(label), value) if label else _unknown(name, value)


def _choices(field: UnboundField[Any]) -> dict[str, str]:
    given = field.kwargs.get("choices")
    pairs = given if isinstance(given, list) else []
    return {str(pair[0]): str(pair[1]) for pair in pairs if isinstance(pair, tuple)}


def _unknown(name: str, value: str) -> tuple[str, str] | None:
    """A field that no form knows: shown unless it is a code or a number of a record."""
    if CODE.fullmatch(value) or UNTYPED.fullmatch(name):
        return None
    label = name_of_key(name)
    return str(_("Another field") if label == name else label), value
