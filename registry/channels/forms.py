"""Forms of channels: an office's, a member's, and the dated counts of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.validators import ValidationError

from registry.access.scope import Scope
from registry.channels.models import CHANNEL_KIND_NAMES, ESTIMATED, Channel, ChannelKind
from registry.channels.queries import custodians
from registry.channels.services import ChannelValues, Count
from registry.fields import DayField, OnceForm
from registry.members.fields import CHOOSE, NEEDED, CountField, LinkField, TextField, not_future
from registry.networks.queries import networks_in

KINDS = [(kind.value, name) for kind, name in CHANNEL_KIND_NAMES.items()]


class CountForm(FlaskForm):
    """How many people a channel reached on a day."""

    on = DayField(_l("Counted on"), [NEEDED, not_future])
    audience = CountField(_l("People reached"), [CHOOSE])
    basis = TextField(_l("Basis of the estimate"))

    def count(self) -> Count:
        """The count, as the services take it."""
        return Count(on=self.on.data, audience=self.audience.data, basis=self.basis.data)


class MemberChannelForm(OnceForm):
    """A channel that a member looks after, with its first count."""

    kind = SelectField(_l("Kind of channel"), [CHOOSE], choices=KINDS)
    name = TextField(_l("Name of the channel"), [NEEDED])
    url = LinkField(_l("Web address"))
    opened_on = DayField(_l("In use since"), [NEEDED, not_future])
    audience = CountField(_l("People reached"))
    basis = TextField(_l("Basis of the estimate"))

    def validate_basis(self, field: Any) -> None:
        """An estimate says on what it rests."""
        estimated = self.kind.data in ESTIMATED and self.audience.data is not None
        if estimated and not field.data:
            raise ValidationError(
                _("Write on what the estimate rests, such as “120 households × 3 people”.")
            )

    def values(self) -> ChannelValues:
        """The channel, as the services take it."""
        return ChannelValues(
            kind=ChannelKind(self.kind.data),
            name=self.name.data,
            opened_on=self.opened_on.data,
            url=self.url.data,
        )

    def first_count(self) -> Count | None:
        """The first count, if one was given; it holds from the first day."""
        if self.audience.data is None:
            return None
        return Count(on=self.opened_on.data, audience=self.audience.data, basis=self.basis.data)


class OfficeChannelForm(MemberChannelForm):
    """A channel of an office, perhaps the central one of a network, with its custodian."""

    version = HiddenField()
    network_id = SelectField(_l("Central channel of the network"), coerce=int, default=0)
    custodian_id = SelectField(_l("Custodian"), coerce=int, default=0)

    def offer(self, scope: Scope, office_id: int, channel: Channel | None = None) -> None:
        """Fill the lists with the office's networks and people, and what the channel has now."""
        kept = (channel.network, channel.custodian) if channel else (None, None)
        own = networks_in(scope, office_id=office_id)
        self.network_id.choices = _choices(own, kept[0])
        self.custodian_id.choices = _choices(custodians(scope, office_id), kept[1])

    def values(self) -> ChannelValues:
        """The channel, as the services take it."""
        return ChannelValues(
            kind=ChannelKind(self.kind.data),
            name=self.name.data,
            opened_on=self.opened_on.data,
            url=self.url.data,
            network_id=self.network_id.data or None,
            custodian_id=self.custodian_id.data or None,
        )


def _choices(rows: Sequence[Any], kept: Any) -> list[tuple[int, str]]:
    """The rows offered; a closed network or a former colleague stays until somebody changes it."""
    more = [kept] if kept is not None and kept not in rows else []
    return [(0, "–"), *((row.id, row.name) for row in [*rows, *more])]
