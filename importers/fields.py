"""The fields that a column can be mapped to, and those that a row ends up with."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Field(StrEnum):
    """What a column of a sign-up sheet can hold."""

    SEQUENCE = "sequence"
    SIGNATURE = "signature"
    CHECKED = "checked"
    KIND = "kind"
    FULL_NAME = "full_name"
    TITLE = "title"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    NATIONAL_ID = "national_id"
    BIRTH_YEAR = "birth_year"
    BIRTH_DATE = "birth_date"
    AGE = "age"
    PHONE = "phone"
    LINE_ID = "line_id"
    EMAIL = "email"
    ADDRESS = "address"
    HOUSE_NO = "house_no"
    MOO = "moo"
    STREET = "street"
    SUBDISTRICT = "subdistrict"
    DISTRICT = "district"
    PROVINCE = "province"
    POSTCODE = "postcode"
    ZONE = "zone"
    OCCUPATION = "occupation"
    ORGANISATION = "organisation"
    POSITION = "position"
    NETWORK_TYPE = "network_type"
    NETWORK = "network"
    CHANNELS = "channels"
    CHANNEL_KIND = "channel_kind"
    CHANNEL_NAME = "channel_name"
    CHANNEL_URL = "channel_url"
    AUDIENCE = "audience"
    SKILLS = "skills"
    CONSENT = "consent"
    JOINED_ON = "joined_on"
    JOINED_DAY = "joined_day"
    JOINED_MONTH = "joined_month"
    JOINED_YEAR = "joined_year"
    ACTIVITY = "activity"
    NOTES = "notes"
    ASIDE = "aside"


F = Field
NAME_FIELDS = frozenset({F.FULL_NAME, F.FIRST_NAME, F.LAST_NAME})
IDLE = frozenset({F.SEQUENCE, F.SIGNATURE, F.CHECKED, F.ZONE})
JOINED = frozenset({F.FULL_NAME, F.ADDRESS, F.STREET, F.JOINED_ON, F.BIRTH_DATE, F.NOTES, F.SKILLS})
"""Fields whose several columns are read as one text (a header merged over three columns)."""
SEVERAL = (
    JOINED
    | {F.PHONE, F.CHANNELS, F.CHANNEL_KIND, F.CHANNEL_NAME, F.CHANNEL_URL}
    | {
        F.AUDIENCE,
        F.ASIDE,
    }
)
"""Fields that several columns may have."""
APPENDED = frozenset({F.PHONE, F.CHANNELS, F.ADDRESS, F.NOTES, F.SKILLS, F.STREET})
"""Fields that a second row of the same person adds to."""

FIELD_NAMES = {
    F.SEQUENCE: _l("Sequence number"),
    F.SIGNATURE: _l("Signature"),
    F.CHECKED: _l("Result of the check"),
    F.KIND: _l("Person or organisation"),
    F.FULL_NAME: _l("Full name"),
    F.TITLE: _l("Title before the name"),
    F.FIRST_NAME: _l("First name"),
    F.LAST_NAME: _l("Surname"),
    F.NATIONAL_ID: _l("National ID"),
    F.BIRTH_YEAR: _l("Year of birth"),
    F.BIRTH_DATE: _l("Date of birth (the year is kept)"),
    F.AGE: _l("Age"),
    F.PHONE: _l("Phone"),
    F.LINE_ID: _l("LINE ID"),
    F.EMAIL: _l("E-mail"),
    F.ADDRESS: _l("Whole address"),
    F.HOUSE_NO: _l("House number"),
    F.MOO: _l("Moo"),
    F.STREET: _l("Village, lane or road"),
    F.SUBDISTRICT: _l("Subdistrict"),
    F.DISTRICT: _l("District"),
    F.PROVINCE: _l("Province"),
    F.POSTCODE: _l("Postcode"),
    F.ZONE: _l("Zone"),
    F.OCCUPATION: _l("Occupation"),
    F.ORGANISATION: _l("Organisation"),
    F.POSITION: _l("Position"),
    F.NETWORK_TYPE: _l("Network type"),
    F.NETWORK: _l("Network"),
    F.CHANNELS: _l("Channels"),
    F.CHANNEL_KIND: _l("Kind of channel"),
    F.CHANNEL_NAME: _l("Name of channel"),
    F.CHANNEL_URL: _l("Link of channel"),
    F.AUDIENCE: _l("Audience"),
    F.SKILLS: _l("Skills"),
    F.CONSENT: _l("Consent"),
    F.JOINED_ON: _l("Date of joining"),
    F.JOINED_DAY: _l("Day of joining"),
    F.JOINED_MONTH: _l("Month of joining"),
    F.JOINED_YEAR: _l("Year of joining"),
    F.ACTIVITY: _l("Activity at which they joined"),
    F.NOTES: _l("Notes"),
    F.ASIDE: _l("Keep in the notes, with its heading"),
}
