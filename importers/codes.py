"""Every kind of remark that a row can get, and how much it weighs."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """What a remark does to its row."""

    NOTICE = 1  #: said, nothing was changed
    REPAIR = 2  #: a changed value is proposed beside the original
    QUESTION = 3  #: two readings are possible: the row waits for a person
    ERROR = 4  #: the row cannot come in


class Code(StrEnum):
    """Remarks on one cell or row; ``sentences.py`` has their words."""

    # Text and numbers
    THAI_DIGITS = "thai_digits"
    TEXT_REPAIRED = "text_repaired"
    DITTO = "ditto"
    BAD_CELL = "bad_cell"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    # Names
    TITLE_SPLIT = "title_split"
    TITLE_CONFLICT = "title_conflict"
    NAME_SPLIT = "name_split"
    NAME_MISSING = "name_missing"
    SURNAME_MISSING = "surname_missing"
    SEVERAL_MEMBERS = "several_members"
    IS_ORGANISATION = "is_organisation"
    # National ID
    NATIONAL_ID_LENGTH = "national_id_length"
    NATIONAL_ID_CHECKSUM = "national_id_checksum"
    NATIONAL_ID_LETTERS = "national_id_letters"
    NATIONAL_ID_SHORTENED = "national_id_shortened"
    NATIONAL_ID_TYPE_0 = "national_id_type_0"
    # Dates and years
    DATE_BE_CELL = "date_be_cell"
    DATE_SERIAL = "date_serial"
    DATE_TWO_DIGIT_YEAR = "date_two_digit_year"
    DATE_DAY_MISSING = "date_day_missing"
    DATE_FROM_TITLE = "date_from_title"
    DATE_AMBIGUOUS = "date_ambiguous"
    DATE_SWAPPED = "date_swapped"
    DATE_IMPOSSIBLE = "date_impossible"
    DATE_NOT_LEAP_YEAR = "date_not_leap_year"
    DATE_UNREADABLE = "date_unreadable"
    DATE_IN_FUTURE = "date_in_future"
    DATE_TOO_OLD = "date_too_old"
    BIRTH_YEAR_FROM_DATE = "birth_year_from_date"
    BIRTH_YEAR_FROM_AGE = "birth_year_from_age"
    BIRTH_YEAR_AMBIGUOUS = "birth_year_ambiguous"
    BIRTH_YEAR_IMPOSSIBLE = "birth_year_impossible"
    # Contacts
    PHONE_ZERO = "phone_zero"
    PHONE_LETTER_O = "phone_letter_o"
    PHONE_SEVERAL = "phone_several"
    PHONE_RANGE = "phone_range"
    PHONE_EXTENSION = "phone_extension"
    PHONE_INVALID = "phone_invalid"
    EMAIL_INVALID = "email_invalid"
    LINE_ID_UNUSUAL = "line_id_unusual"
    CONTACT_MISSING = "contact_missing"
    # Places
    HOUSE_NO_DATE = "house_no_date"
    PROVINCE_MISSING = "province_missing"
    PROVINCE_UNKNOWN = "province_unknown"
    PROVINCE_SPELLING = "province_spelling"
    PROVINCE_INFERRED = "province_inferred"
    PROVINCE_OUTSIDE = "province_outside"
    DISTRICT_UNKNOWN = "district_unknown"
    DISTRICT_SPELLING = "district_spelling"
    DISTRICT_INFERRED = "district_inferred"
    SUBDISTRICT_UNKNOWN = "subdistrict_unknown"
    SUBDISTRICT_SPELLING = "subdistrict_spelling"
    SUBDISTRICT_AMBIGUOUS = "subdistrict_ambiguous"
    POSTCODE_INVALID = "postcode_invalid"
    POSTCODE_MISMATCH = "postcode_mismatch"
    # Channels and counts
    CHANNEL_SPLIT = "channel_split"
    CHANNEL_KIND_UNKNOWN = "channel_kind_unknown"
    URL_INVALID = "url_invalid"
    URL_OFFICIAL = "url_official"
    COUNT_UNREADABLE = "count_unreadable"
    COUNT_ESTIMATE = "count_estimate"
    COUNT_RANGE = "count_range"
    # What a person said about a proposal
    CELL_MENDED = "cell_mended"
    REPAIR_REFUSED = "repair_refused"
    # Networks, consent and rows
    NETWORK_TYPE_UNKNOWN = "network_type_unknown"
    NETWORK_TYPE_MISSING = "network_type_missing"
    CONSENT_REFUSED = "consent_refused"
    CONSENT_UNREADABLE = "consent_unreadable"
    CONTINUATION = "continuation"
    CONTINUATION_CONFLICT = "continuation_conflict"
    TWICE_IN_FILE = "twice_in_file"
    ALIKE_IN_FILE = "alike_in_file"
    NETWORK_UNKNOWN = "network_unknown"
    GUARDIAN_MISSING = "guardian_missing"
    ALREADY_ELSEWHERE = "already_elsewhere"
    POSSIBLY_REGISTERED = "possibly_registered"


_NOTICES = {
    Code.NETWORK_UNKNOWN,
    Code.SURNAME_MISSING,
    Code.PHONE_SEVERAL,
    Code.PHONE_EXTENSION,
    Code.LINE_ID_UNUSUAL,
    Code.CONTACT_MISSING,
    Code.POSTCODE_MISMATCH,
    Code.CHANNEL_SPLIT,
    Code.CHANNEL_KIND_UNKNOWN,
    Code.NETWORK_TYPE_MISSING,
    Code.IS_ORGANISATION,
    Code.COUNT_ESTIMATE,
    Code.BIRTH_YEAR_FROM_DATE,
}
_REPAIRS = {
    Code.CELL_MENDED,
    Code.THAI_DIGITS,
    Code.TEXT_REPAIRED,
    Code.DITTO,
    Code.TITLE_SPLIT,
    Code.NAME_SPLIT,
    Code.DATE_BE_CELL,
    Code.DATE_SERIAL,
    Code.DATE_TWO_DIGIT_YEAR,
    Code.DATE_DAY_MISSING,
    Code.DATE_FROM_TITLE,
    Code.BIRTH_YEAR_FROM_AGE,
    Code.PHONE_ZERO,
    Code.PHONE_LETTER_O,
    Code.PHONE_RANGE,
    Code.PROVINCE_SPELLING,
    Code.PROVINCE_INFERRED,
    Code.DISTRICT_SPELLING,
    Code.DISTRICT_INFERRED,
    Code.SUBDISTRICT_SPELLING,
    Code.CONTINUATION,
}
_QUESTIONS = {
    Code.ALIKE_IN_FILE,
    Code.ALREADY_ELSEWHERE,
    Code.POSSIBLY_REGISTERED,
    Code.TITLE_CONFLICT,
    Code.DATE_AMBIGUOUS,
    Code.DATE_SWAPPED,
    Code.DATE_IN_FUTURE,
    Code.DATE_TOO_OLD,
    Code.BIRTH_YEAR_AMBIGUOUS,
    Code.NATIONAL_ID_TYPE_0,
    Code.HOUSE_NO_DATE,
    Code.SUBDISTRICT_AMBIGUOUS,
    Code.NETWORK_TYPE_UNKNOWN,
    Code.COUNT_RANGE,
    Code.CONSENT_UNREADABLE,
}


def _severity(code: Code) -> Severity:
    if code in _NOTICES:
        return Severity.NOTICE
    if code in _REPAIRS:
        return Severity.REPAIR
    return Severity.QUESTION if code in _QUESTIONS else Severity.ERROR


_SEVERITIES = {code: _severity(code) for code in Code}


def severity_of(code: Code) -> Severity:
    """How much a remark weighs; what is not listed as lighter is an error."""
    return _SEVERITIES[code]
