"""Names of dimension values, in the language at hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from babel.dates import get_day_names
from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.models import Office
from registry.channels.models import CHANNEL_KIND_NAMES
from registry.db import db, once
from registry.facts.cuts import Value
from registry.geography.models import District, Province, Zone
from registry.i18n import language, name_of
from registry.members.models import NetworkType
from registry.messages.models import MESSAGE_KIND_NAMES, KeyMessage
from registry.periods.calendar import Period

Names = dict[Value, str]


def names(dimension: str) -> Names:
    """All values of a dimension with their names, in the order in which people expect them."""
    return once(("names", dimension, language()), lambda: _names(dimension))


def _names(dimension: str) -> Names:
    match dimension:
        case "message":
            return dict(db.session.execute(select(KeyMessage.id, KeyMessage.title)).all())
        case "zone":
            return _named(Zone, Zone.code)
        case "province":
            return _named(Province, Province.code)
        case "district":
            return _named(District, District.code)
        case "network_type":
            return _named(NetworkType, NetworkType.code, NetworkType.position)
        case "office":
            return _named(Office, Office.code, Office.id)
        case "channel_kind":
            return {kind.value: str(name) for kind, name in CHANNEL_KIND_NAMES.items()}
        case "message_kind":
            return {kind.value: str(name) for kind, name in MESSAGE_KIND_NAMES.items()}
        case "weekday":
            return dict(get_day_names("wide", locale=language()))
        case "hour":
            return {hour: f"{hour:02d}:00–{hour:02d}:59" for hour in range(24)}
    return {}


def _named(model: Any, key: Any, order: Any = None) -> Names:
    rows = db.session.scalars(select(model).order_by(key if order is None else order))
    return {getattr(row, key.key): name_of(row) for row in rows}


def month_label(month: int) -> str:
    """A month for the axis of a chart: ``ต.ค. 68``."""
    return Period(month).label(language(), "short")


def label(dimension: str, value: Value, known: Names) -> str:
    """The name of one value; facts without one say so."""
    if dimension == "month" and isinstance(value, int):
        return month_label(value)
    if value is None:
        return str(_("No province") if dimension == "province" else _("Not stated"))
    return known.get(value, str(value))


def labelled(dimension: str, values: Iterable[Value]) -> list[tuple[Value, str]]:
    """Values in the order of their names' list, each with its name; unknown ones last."""
    known = names(dimension)
    place = {value: index for index, value in enumerate(known)}
    ordered = sorted(values, key=lambda value: (place.get(value, len(place)), str(value)))
    return [(value, label(dimension, value, known)) for value in ordered]
