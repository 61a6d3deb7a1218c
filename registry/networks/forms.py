"""The form of a network."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, TextAreaField

from registry.access.scope import Scope
from registry.fields import DayField, OnceForm, at_most
from registry.i18n import name_of
from registry.members.fields import CHOOSE, NEEDED, TextField, not_future
from registry.members.queries import network_types, provinces_in
from registry.networks.services import NetworkValues


class NetworkForm(OnceForm):
    """What is known about a network."""

    version = HiddenField()
    name = TextField(_l("Name of the network"), [NEEDED])
    type_code = SelectField(_l("Network type"), [CHOOSE])
    province_code = SelectField(_l("Province"))
    founded_on = DayField(_l("Founded on"), [NEEDED, not_future])
    founding_activity = TextField(_l("Founding activity"))
    description = TextAreaField(
        _l("Description"), [at_most(4000)], render_kw={"rows": 3, "maxlength": 4000}
    )

    def offer(self, scope: Scope) -> None:
        """Fill the lists with what lies in the scope."""
        places = [(row.code, name_of(row)) for row in provinces_in(scope)]
        types = network_types(also=self.type_code.object_data)
        self.type_code.choices = [("", "–"), *((row.code, name_of(row)) for row in types)]
        self.province_code.choices = places if len(places) == 1 else [("", "–"), *places]
        if len(places) == 1 and not self.province_code.data:
            self.province_code.data = places[0][0]

    def values(self) -> NetworkValues:
        """The network, as the services take it."""
        return NetworkValues(
            name=self.name.data,
            type_code=self.type_code.data,
            founded_on=self.founded_on.data,
            province_code=self.province_code.data or None,
            founding_activity=self.founding_activity.data,
            description=(self.description.data or "").strip() or None,
        )
