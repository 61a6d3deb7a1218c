"""Form fields for what people type in Thai offices: cleaned text, counts in Thai digits, links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length, StopValidation, ValidationError

from registry.documents.links import safe_url
from registry.errors import Refused
from registry.fields import at_most
from registry.members import normalise
from registry.periods.calendar import to_bangkok_date


class Needed:
    """A validator: something was typed; what was typed wrongly keeps its own sentence."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        if field.data in (None, "") and not field.process_errors:
            raise StopValidation(_("Please fill this in."))


NEEDED = Needed()
CHOOSE = InputRequired(_l("Please choose one from the list."))
NOTHING = frozenset({"-", "–", "—"})


def today() -> date:
    """Today in Bangkok."""
    return to_bangkok_date(datetime.now(UTC))


class TextField(StringField):
    """One line, cleaned; blank is None.  The data is normalised, the page shows what was typed.

    Args:
        reader: makes the kept value of the cleaned text; may refuse it with a sentence.
        show: makes the typed value of a kept one.
        longest: letters that the database keeps.
    """

    data: Any

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] = (),
        *,
        reader: Callable[[str], Any] = normalise.clean,
        show: Callable[[Any], str] = str,
        longest: int = 200,
        **kwargs: Any,
    ) -> None:
        self.reader, self.show = reader, show
        limit = at_most(longest)
        kwargs.setdefault("render_kw", {}).setdefault("maxlength", longest)
        super().__init__(label, [_only_text(limit), *validators], **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed."""
        typed = normalise.clean(valuelist[0]) if valuelist else ""
        self.data = None
        if typed:
            try:
                self.data = self.reader(typed)
            except Refused as refusal:
                raise ValueError(str(refusal)) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.show(self.data)


def _only_text(limit: Length) -> Callable[[Any, Any], None]:
    def check(form: Any, field: Any) -> None:
        if isinstance(field.data, str):
            limit(form, field)

    return check


def not_future(form: Any, field: Any) -> None:
    """A validator: the day is today or earlier."""
    if field.data and field.data > today():
        raise ValidationError(_("This day lies in the future; choose today or an earlier day."))


class CountField(TextField):
    """A whole number of people, in any digits, with or without commas."""

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {}).setdefault("inputmode", "numeric")
        super().__init__(label, validators, reader=_count, longest=12, **kwargs)


LARGEST = 80_000_000


def _count(text: str) -> int:
    digits = normalise.arabic(text).replace(",", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit()):
        raise Refused(_("“%(text)s” is not a number of people; write digits only.", text=text[:40]))
    if int(digits) > LARGEST:
        raise Refused(
            _("“%(text)s” people are more than Thailand has; check the number.", text=text[:40])
        )
    return int(digits)


class LinkField(TextField):
    """A web address that begins with http:// or https://."""

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {}).setdefault("inputmode", "url")
        super().__init__(label, validators, reader=_link, longest=500, **kwargs)


def _link(text: str) -> str:
    address = safe_url(text)
    if address is None:
        raise Refused(
            _("“%(text)s” is not a web address; it begins with https://.", text=text[:80])
        )
    return address
