"""Forms of the media library."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import ValidationError

from registry.fields import DayField
from registry.members.fields import TextField
from registry.messages.library import AssetWords
from registry.messages.library_models import LICENCE_NAMES, Licence
from registry.periods.calendar import to_bangkok_date, utc_now

LICENCES = [(licence.value, name) for licence, name in LICENCE_NAMES.items()]
LANGUAGES = [("th", _l("Thai")), ("en", _l("English")), ("other", _l("Other language"))]


class AssetForm(FlaskForm):
    """What is said about a file."""

    version = HiddenField()
    title = TextField(_l("Title of the file"))
    description = TextField(_l("What it shows (for those who cannot see it)"), longest=300)
    source = TextField(_l("Source or owner"))
    licence = SelectField(_l("Licence"), choices=LICENCES, default=Licence.UNSTATED.value)
    licence_until = DayField(_l("Licence ends on"))
    language = SelectField(_l("Language"), choices=LANGUAGES, default="th")
    shared = BooleanField(_l("Every office may use it"))
    known_ended = BooleanField(_l("I know that the licence has ended"))

    def validate_licence_until(self, field: Any) -> None:
        """A licence that has ended already is meant so, or a slip of the pen."""
        ended = field.data is not None and field.data < to_bangkok_date(utc_now())
        if ended and field.data != field.object_data and not self.known_ended.data:
            raise ValidationError(
                _(
                    "This day lies in the past: the file could not be attached to any message. "
                    "Write a later day, or tick “I know that the licence has ended”."
                )
            )

    def words(self) -> AssetWords:
        """What was typed, as the services take it."""
        return AssetWords(
            title=self.title.data or "",
            description=self.description.data,
            source=self.source.data,
            licence=Licence(self.licence.data),
            licence_until=self.licence_until.data,
            language=self.language.data,
            shared=bool(self.shared.data),
        )


class UploadForm(AssetForm):
    """A new file and its words."""

    file = FileField(_l("File"))

    def validate_file(self, field: Any) -> None:
        """A file must be chosen."""
        if not field.data:
            raise ValidationError(_("Choose a file first."))
