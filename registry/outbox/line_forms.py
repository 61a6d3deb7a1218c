"""Forms of the pages about LINE."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField

from registry.access.scope import Scope
from registry.networks.queries import networks_in


class ClaimForm(FlaskForm):
    """A code for a group, perhaps as the central channel of a network."""

    network_id = SelectField(_l("Central channel of the network"), coerce=int, default=0)

    def offer(self, scope: Scope, office_id: int) -> None:
        """Fill the list with the office's networks."""
        rows = networks_in(scope, office_id=office_id)
        self.network_id.choices = [(0, "–"), *((row.id, row.name) for row in rows)]
