"""Forms of the import pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, SelectField
from wtforms.validators import ValidationError

from importers.asking import AskedColumn
from importers.fields import FIELD_NAMES, IDLE, SEVERAL, Field
from importers.models import Decision
from importers.reading.kinds import SUFFIXES
from importers.results import Status
from registry.access.models import Office
from registry.fields import OnceForm
from registry.i18n import name_of
from registry.members.fields import TextField

MOST_FILES = 20
LEFT_OUT = ""
TAKE_BACK = "none"
MANY = SEVERAL | IDLE


class UploadForm(OnceForm):
    """One or several sign-up sheets; headquarters says for which office."""

    office = SelectField(_l("Office"), coerce=int)
    files = MultipleFileField(
        _l("Files"), render_kw={"accept": ",".join(sorted(SUFFIXES)), "multiple": True}
    )
    sheet = TextField(_l("Name of the sheet"), longest=120)
    keep_unknown = BooleanField(_l("Keep what stands in unknown columns as notes"))

    def offer(self, offices: list[Office], own: int) -> None:
        """Offices to choose from; without any there is nothing to choose."""
        if not offices:
            del self.office
            return
        self.office.choices = [(office.id, name_of(office)) for office in offices]
        if self.office.data is None:
            self.office.data = own

    def validate_files(self, field: Any) -> None:
        """At least one file, and not a whole archive of them."""
        field.data = [file for file in field.data or [] if file and file.filename]
        if not field.data:
            raise ValidationError(_("Please choose a file."))
        if len(field.data) > MOST_FILES:
            raise ValidationError(
                _("At most %(count)s files can be sent at once; send the others after these.",
                  count=MOST_FILES)
            )  # fmt: skip


class DecideForm(FlaskForm):
    """A decision about one row (by its number in the sheet), or about all rows of a status."""

    status = SelectField(choices=[status.value for status in Status])
    decision = SelectField(choices=[TAKE_BACK, *(decision.value for decision in Decision)])

    @property
    def chosen(self) -> tuple[Status, Decision | None]:
        """The two as enums; no decision takes the one before back."""
        taken_back = self.decision.data == TAKE_BACK
        return Status(self.status.data), None if taken_back else Decision(self.decision.data)


def doubled_field(form: Any, columns: list[dict[str, Any]]) -> str:
    """The name of a field that was chosen for two columns but can stand in one only."""
    single = {field.value: name for field, name in FIELD_NAMES.items() if field not in MANY}
    chosen = [form.get(f"column-{column['index']}", column["field"]) for column in columns]
    double = next((one for one in chosen if one in single and chosen.count(one) > 1), None)
    return str(single[double]) if double else ""


def field_choices() -> list[tuple[str, Any]]:
    """What a column can be mapped to, in the order of a sign-up sheet."""
    return [
        (LEFT_OUT, _("Leave out")),
        *((field.value, name) for field, name in FIELD_NAMES.items()),
    ]


def decided_fields(
    form: Any, columns: Sequence[AskedColumn], before: Mapping[str, str | None]
) -> tuple[dict[str, str | None], bool]:
    """What somebody says that columns hold, and whether the sheet is to be read again for it.

    A column that was asked about is decided from now on, also where the proposal was right.

    Args:
        form: what was posted; ``column-3`` is the choice for column 3.
        columns: of the batch; sensitive ones cannot be chosen.
        before: what was decided earlier, by column.
    """
    known, fields, changed = {field.value for field in Field}, dict(before), False
    for column in columns:
        value = form.get(f"column-{column.index}")
        if column.sensitive or value is None or not (value == LEFT_OUT or value in known):
            continue
        other = value != column.field
        if other or column.asked or column.sureness == "decided":
            fields[str(column.index)] = value or None
        changed = changed or other
    return fields, changed


def written_cells(form: Any, row: int | None) -> dict[str, str]:
    """What was written for cells, by address.

    ``cell-F12`` is what the field holds now, ``offered-F12`` what it held when the page was made,
    ``stands-F12`` what stands in the sheet.  In the row whose button was pressed the proposals
    count as written; elsewhere only what somebody changed.
    """
    found: dict[str, str] = {}
    for name, text in form.items():
        kind, _, address = name.partition("-")
        if kind != "cell":
            continue
        pressed = row is not None and address.lstrip(ascii_uppercase) == str(row)
        known = form.get(f"{'stands' if pressed else 'offered'}-{address}", "")
        if text.strip() != known.strip():
            found[address] = text.strip()
    return found
