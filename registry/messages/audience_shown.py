"""An audience in words, for people to read."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from registry.channels.models import CHANNEL_KIND_NAMES, ChannelKind
from registry.db import db
from registry.geography.models import Province, Zone
from registry.i18n import name_of
from registry.members.models import NetworkType
from registry.messages.audience import Audience
from registry.networks.models import Network

FILTER_NAMES = {
    "zones": _l("Zones"),
    "provinces": _l("Provinces"),
    "network_types": _l("Types of network"),
    "channel_kinds": _l("Look after a channel of the kind"),
    "skills": _l("Skills"),
    "activities": _l("Activities"),
    "networks": _l("Networks"),
}


def words_of(audience: Audience) -> list[tuple[str, str]]:
    """Each filter with its choices, by their names."""
    chosen = audience.stored()
    return [
        (str(FILTER_NAMES[name]), ", ".join(_names(name, values)))
        for name, values in chosen.items()
    ]


def _names(name: str, values: list[Any]) -> list[str]:
    named: dict[str, Any] = {"zones": Zone, "provinces": Province, "network_types": NetworkType}
    if name in named:
        model = named[name]
        return [
            name_of(row) for row in db.session.scalars(select(model).where(model.code.in_(values)))
        ]
    if name == "networks":
        return list(db.session.scalars(select(Network.name).where(Network.id.in_(values))))
    if name == "channel_kinds":
        known = {kind.value for kind in ChannelKind}
        return [str(CHANNEL_KIND_NAMES[ChannelKind(kind)]) for kind in values if kind in known]
    return [str(value) for value in values]
