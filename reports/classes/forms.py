"""The form by which a closed report is classified anew."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired

from registry.fields import at_most, one_newline
from reports.foreword.models import LONGEST_REASON
from reports.official_information import SECTIONS


class ClassForm(FlaskForm):
    """``seen`` is the class that held when the form was filled in."""

    seen = HiddenField()
    section = SelectField(
        _l("Disclosure"),
        choices=[("", _l("May be disclosed")), *SECTIONS.items()],
    )
    reason = TextAreaField(
        _l("Why it is classified anew"),
        [DataRequired(_l("Write why the report is classified anew.")), at_most(LONGEST_REASON)],
        filters=[one_newline],
        render_kw={"rows": 3, "maxlength": LONGEST_REASON},
    )
