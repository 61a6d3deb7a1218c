"""Forms of members: the registration and the small ones on a member's page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    TextAreaField,
)
from wtforms.validators import Optional, ValidationError

from registry.access.scope import Scope
from registry.channels.models import CHANNEL_KIND_NAMES, ESTIMATED
from registry.errors import Refused
from registry.fields import DayField, OnceForm, at_most
from registry.geography.queries import districts, subdistricts
from registry.i18n import name_of
from registry.members import normalise
from registry.members.consent_models import ConsentPurpose
from registry.members.duplicates import Probe
from registry.members.fields import (
    CHOOSE,
    NEEDED,
    NOTHING,
    CountField,
    LinkField,
    TextField,
    not_future,
    today,
)
from registry.members.masks import show_phone
from registry.members.models import KIND_NAMES, STATE_NAMES, MemberKind, MemberState
from registry.members.queries import network_types, provinces_in
from registry.members.values import FIELDS, MemberValues, is_minor

TITLES = ("นาย", "นาง", "นางสาว", "เด็กชาย", "เด็กหญิง", "พระ", "ว่าที่ ร.ต.", "ดร.", "ผศ.")
MASKED = ("national_id", "phone", "phone_other")
PLAIN = tuple(name for name in FIELDS if name not in {"name_raw", *MASKED})
KIND_CHOICES = [(kind.value, name) for kind, name in CHANNEL_KIND_NAMES.items()]


def _unless_nothing(reader: Any) -> Any:
    """A dash stands for "take it away" where a blank stands for "leave it"."""
    return lambda text: "-" if text in NOTHING else reader(text)


def _birth_year(text: str) -> int:
    return normalise.birth_year(text, today())


def _postcode(text: str) -> str:
    digits = normalise.arabic(text)
    if not (len(digits) == 5 and digits.isascii() and digits.isdigit()):
        raise Refused(_("A postcode has five digits; check it."))
    return digits


class ChannelRow(Form):
    """One channel that a new member looks after; a row without a name is left out."""

    kind = SelectField(_l("Kind of channel"), choices=KIND_CHOICES)
    name = TextField(_l("Name of the channel"))
    url = LinkField(_l("Web address"))
    audience = CountField(_l("People reached"))
    basis = TextField(_l("Basis of the estimate"))

    def validate_name(self, field: Any) -> None:
        """A row with anything else filled in needs its name."""
        if not field.data and (self.url.data or self.audience.data is not None):
            raise ValidationError(_("Write the name of the channel."))

    def validate_basis(self, field: Any) -> None:
        """An estimate says on what it rests."""
        estimated = self.kind.data in ESTIMATED and self.audience.data is not None
        if estimated and not field.data:
            raise ValidationError(
                _("Write on what the estimate rests, such as “120 households × 3 people”.")
            )


class MemberForm(OnceForm):
    """What a sign-up sheet asks for; used for a new member, and (less the start) for a change."""

    version = HiddenField()
    kind = RadioField(
        _l("Member is"),
        choices=[(kind.value, name) for kind, name in KIND_NAMES.items()],
        default=MemberKind.PERSON.value,
    )
    title = TextField(_l("Title"), longest=60, render_kw={"list": "titles"})
    first_name = TextField(_l("First name"), [NEEDED])
    last_name = TextField(_l("Surname"), longest=120)
    contact_name = TextField(_l("Contact person"))
    network_type = SelectField(_l("Network type"), [CHOOSE])
    birth_year = TextField(
        _l("Birth year (B.E.)"),
        reader=_birth_year,
        show=lambda year: str(year + 543),
        render_kw={"inputmode": "numeric", "placeholder": "2530"},
        longest=8,
    )
    national_id = TextField(
        _l("National ID"),
        longest=24,
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    national_id_reason = TextField(_l("Reason for an unusual national ID"))
    phone = TextField(
        _l("Telephone"),
        reader=_unless_nothing(normalise.phone),
        show=show_phone,
        render_kw={"inputmode": "tel", "autocomplete": "off"},
        longest=24,
    )
    phone_other = TextField(_l("Other telephone"), longest=60)
    line_id = TextField(_l("LINE ID"), reader=normalise.line_id, longest=80)
    email = TextField(_l("E-mail"), reader=normalise.email, render_kw={"inputmode": "email"})
    house_no = TextField(_l("House number"), longest=60)
    moo = TextField(_l("Village number (moo)"), longest=60)
    province_code = SelectField(_l("Province"), [CHOOSE])
    district_code = SelectField(_l("District"), validate_choice=False)
    subdistrict_code = SelectField(_l("Subdistrict"), validate_choice=False)
    postcode = TextField(
        _l("Postcode"), reader=_postcode, longest=5, render_kw={"inputmode": "numeric"}
    )
    occupation = TextField(_l("Occupation"), longest=160)
    organisation = TextField(_l("Organisation"))
    position = TextField(_l("Position"), longest=160)
    skills = TextField(_l("Skills"), longest=500)
    notes = TextAreaField(_l("Notes"), [at_most(4000)], render_kw={"rows": 2})
    joined_activity = TextField(_l("Activity at which the member joined"))
    guardian_name = TextField(_l("Guardian's name"))
    guardian_consent_on = DayField(_l("Day of the guardian's consent"), [not_future])

    def validate_last_name(self, field: Any) -> None:
        """People have surnames; monks and the like go by their title."""
        person = self.kind.data == MemberKind.PERSON
        if person and not field.data and not self.title.data:
            raise ValidationError(_("Write the surname, or a title if there is none."))

    def validate_national_id(self, field: Any) -> None:
        """Thirteen digits that fit, or a reason why not."""
        if not field.data or field.data in NOTHING:
            return
        try:
            field.data = normalise.national_id(
                field.data, reason=self.national_id_reason.data or ""
            )
        except Refused as refusal:
            raise ValidationError(str(refusal)) from None

    def validate_guardian_name(self, field: Any) -> None:
        """Below the age of majority a guardian agrees."""
        minor = self.kind.data == MemberKind.PERSON and is_minor(self.birth_year.data, today())
        if minor and not (field.data and self.guardian_consent_on.data):
            raise ValidationError(
                _(
                    "A person under 20 years of age needs a guardian: write the guardian's name "
                    "and the day on which the guardian agreed."
                )
            )

    def offer(self, scope: Scope) -> None:
        """Fill the lists with what lies in the scope."""
        places = [(row.code, name_of(row)) for row in provinces_in(scope)]
        kept = self.network_type.object_data
        types = [(row.code, name_of(row)) for row in network_types(also=kept)]
        self.province_code.choices = places if len(places) == 1 else [("", "–"), *places]
        self.network_type.choices = [("", "–"), *types]
        if len(places) == 1 and not self.province_code.data:
            self.province_code.data = places[0][0]
        below = districts(self.province_code.data) if self.province_code.data else []
        self.district_code.choices = [("", "–"), *((row.code, name_of(row)) for row in below)]
        inside = {row.code for row in below}
        last = subdistricts(self.district_code.data) if self.district_code.data in inside else []
        self.subdistrict_code.choices = [("", "–"), *((row.code, name_of(row)) for row in last)]

    def values(self, before: MemberValues | None = None) -> MemberValues:
        """What was typed, as the services take it; masked numbers left blank stay as they were."""
        typed: dict[str, Any] = {name: getattr(self, name).data or None for name in PLAIN}
        if typed["kind"] == MemberKind.ORGANISATION:
            typed |= dict.fromkeys(("title", "last_name", "birth_year", "guardian_name"))
            typed["guardian_consent_on"] = None
        else:
            typed["contact_name"] = None
        typed |= {name: self._masked(name, before) for name in MASKED}
        return MemberValues(**typed, name_raw=before.name_raw if before else None)

    def probe(self) -> Probe:
        """What is known so far, for finding duplicates; what cannot be read yet is left out."""
        number = self.national_id.data
        try:
            number = number and normalise.national_id(number, reason="-")
        except Refused:
            number = None
        typed = self.values()
        return Probe.of(replace(typed, first_name=typed.first_name or "", national_id=number))

    def _masked(self, name: str, before: MemberValues | None) -> str | None:
        data = getattr(self, name).data
        if data in NOTHING:
            return None
        kept: str | None = data or (getattr(before, name) if before else None)
        return kept


class RegisterForm(MemberForm):
    """A new member, with the first channels and the consents."""

    joined_on = DayField(_l("Joined on"), [NEEDED, not_future])
    state = RadioField(
        _l("State"),
        choices=[
            (MemberState.ACTIVE.value, STATE_NAMES[MemberState.ACTIVE]),
            (MemberState.APPLIED.value, STATE_NAMES[MemberState.APPLIED]),
        ],
        default=MemberState.ACTIVE.value,
    )
    channels = FieldList(FormField(ChannelRow), min_entries=1, max_entries=20)
    consent_registry = BooleanField()
    consent_messages = BooleanField()
    consent_portrait = BooleanField()
    another_person = BooleanField(_l("This is another person or organisation; register it"))

    def validate_consent_registry(self, field: Any) -> None:
        """Nobody is kept in the registry without agreeing."""
        if self.kind.data == MemberKind.PERSON and not field.data:
            raise ValidationError(
                _("Without consent to keeping the record a person cannot be registered.")
            )

    def consent_field(self, purpose: str) -> Any:
        """The box of a purpose."""
        return self[f"consent_{purpose}"]

    def consents(self) -> list[ConsentPurpose]:
        """The purposes ticked."""
        return [purpose for purpose in ConsentPurpose if self.consent_field(purpose.value).data]


class ChangeForm(MemberForm):
    """A change of the record; what moves counts moves on a day."""

    changed_on = DayField(_l("Changes of province or type count from"), [NEEDED, not_future])
    another_person = BooleanField(_l("None of these; do not show them for this member again"))


class StepForm(FlaskForm):
    """A step of the life cycle."""

    to = SelectField(_l("New state"), choices=[(s.value, n) for s, n in STATE_NAMES.items()])
    on = DayField(_l("From"), [NEEDED, not_future])
    reason = TextField(_l("Reason"), longest=300)


class ConsentForm(FlaskForm):
    """A consent given later."""

    purpose = SelectField(_l("Purpose"), choices=[(p.value, p.value) for p in ConsentPurpose])
    on = DayField(_l("Given on"), [NEEDED, not_future])
    source = TextField(_l("Where it can be read"), [NEEDED])


class DayForm(FlaskForm):
    """A day, for whatever ends or begins on it."""

    on = DayField(_l("From"), [NEEDED, not_future])


class JoinForm(FlaskForm):
    """Into a network, from a day on."""

    network = SelectField(_l("Network"), [CHOOSE], coerce=int)
    on = DayField(_l("From"), [NEEDED, not_future])


class ListedJoinForm(JoinForm):
    """All members of a list into a network; ``count`` is how many the page showed."""

    count = HiddenField()


class RequestForm(FlaskForm):
    """Asking another office for a link or a transfer."""

    kind = RadioField(_l("What do you ask for?"), choices=[])
    network = SelectField(_l("Your network that the member is in"), coerce=int)
    province_code = SelectField(_l("Province where the member lives now"), [Optional()])
    reason = TextField(_l("Reason"), [NEEDED], longest=500)


class DecisionForm(FlaskForm):
    """The answer to a request."""

    reason = TextField(_l("Reason for the decision"), longest=500)
