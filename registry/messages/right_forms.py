"""Forms of the right to publish."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired

from registry.access.models import Office
from registry.fields import OnceForm, at_most
from registry.i18n import name_of

REASON = [DataRequired(_l("Give the reason.")), at_most(500)]


class AskForm(OnceForm):
    """Why an office wants to publish."""

    reason = TextAreaField(
        _l("What your office wants to publish, and where"), REASON, render_kw={"rows": 4}
    )
    form = FileField(_l("The signed form (PDF or picture), if there is one"))


class DirectForm(FlaskForm):
    """A decision without an application."""

    office = SelectField(_l("Office"), [DataRequired(_l("Choose an office."))])
    grants = SelectField(
        _l("Decision"), choices=[("yes", _l("Grant the right")), ("no", _l("Revoke the right"))]
    )
    reason = TextAreaField(_l("Reason or order"), REASON, render_kw={"rows": 3})

    def __init__(self, offices: Iterable[Office]) -> None:
        super().__init__()
        self.office.choices = [("", _("Choose an office"))] + [
            (row.code, _named(row)) for row in offices
        ]


def _named(office: Office) -> str:
    """An office, and whether it has the right."""
    standing = _("has the right") if office.may_publish else _("does not have the right")
    return f"{office.code} {name_of(office)} – {standing}"
