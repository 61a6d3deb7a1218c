"""The form of what is printed on a report besides its figures."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, TextAreaField

from registry.fields import at_most, one_newline
from reports.foreword.models import LONGEST_REASON
from reports.foreword.services import LONGEST, Words
from reports.official_information import SECTIONS


class ForewordForm(FlaskForm):
    """``version`` is the one that the form was filled from."""

    version = HiddenField(default="0")
    text = TextAreaField(
        _l("Introduction or summary of the central office"),
        [at_most(LONGEST)],
        filters=[one_newline],
        render_kw={"rows": 8, "maxlength": LONGEST},
    )
    section = SelectField(
        _l("Disclosure"),
        choices=[("", _l("May be disclosed")), *SECTIONS.items()],
    )
    reason = TextAreaField(
        _l("Reason why it is not to be disclosed"),
        [at_most(LONGEST_REASON)],
        filters=[one_newline],
        render_kw={"rows": 2, "maxlength": LONGEST_REASON},
    )

    def words(self) -> Words:
        """What was typed."""
        return Words(self.text.data or "", self.section.data or "", self.reason.data or "")
