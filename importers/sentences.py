"""The one sentence that each remark is shown with: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from importers.codes import Code

SENTENCES = {
    Code.THAI_DIGITS: _l("Thai digits were read as 0–9."),
    Code.TEXT_REPAIRED: _l("Misplaced vowels or invisible letters were put right."),
    Code.DITTO: _l("The mark for “the same as above” was replaced by the value above."),
    Code.BAD_CELL: _l(
        "The cell shows “%(text)s” instead of a value; type the value itself into the cell."
    ),
    Code.TOO_LONG: _l("The text is longer than %(limit)s characters; please shorten it."),
    Code.UNREADABLE: _l("“%(text)s” could not be understood here; please correct the cell."),
    Code.TITLE_SPLIT: _l("The title was separated from the name."),
    Code.TITLE_CONFLICT: _l(
        "The title in its own column is “%(title)s” but the name begins with “%(other)s”; "
        "keep one of them."
    ),
    Code.NAME_SPLIT: _l("The name was divided into first name and surname."),
    Code.NAME_MISSING: _l("The row has no name; fill in the name of the person or organisation."),
    Code.SURNAME_MISSING: _l("No surname was written; it was left empty."),
    Code.SEVERAL_MEMBERS: _l(
        "Several people seem to be in one row (“%(text)s”); give each person a row."
    ),
    Code.IS_ORGANISATION: _l("The name was taken for an organisation, not a person."),
    Code.NATIONAL_ID_LENGTH: _l(
        "The national ID has %(count)s digits instead of 13; correct it or clear the cell."
    ),
    Code.NATIONAL_ID_CHECKSUM: _l(
        "The last digit of the national ID does not fit the others; check it against the card."
    ),
    Code.NATIONAL_ID_LETTERS: _l(
        "The national ID holds something other than digits; correct it or clear the cell."
    ),
    Code.NATIONAL_ID_SHORTENED: _l(
        "Excel has shortened the national ID and lost digits; type it again as text."
    ),
    Code.NATIONAL_ID_TYPE_0: _l(
        "The national ID begins with 0 (not a Thai national); register this member by the form, "
        "where a reason is noted."
    ),
    Code.DATE_BE_CELL: _l("The year of the date was a Buddhist one and was read as such."),
    Code.DATE_SERIAL: _l("The number was read as the date that Excel means by it."),
    Code.DATE_TWO_DIGIT_YEAR: _l("The two-digit year was read as B.E. %(year)s."),
    Code.DATE_DAY_MISSING: _l("No day was written; the first of the month was taken."),
    Code.DATE_FROM_TITLE: _l("The date was taken from the title or the name of the sheet."),
    Code.DATE_AMBIGUOUS: _l(
        "The year of “%(text)s” can mean more than one thing; write it with four digits."
    ),
    Code.DATE_SWAPPED: _l("In “%(text)s” day and month seem to be swapped; write the day first."),
    Code.DATE_IMPOSSIBLE: _l("There is no such day as “%(text)s”; correct the date."),
    Code.DATE_NOT_LEAP_YEAR: _l(
        "B.E. %(year)s is not a leap year, so it has no 29 February; correct the date."
    ),
    Code.DATE_UNREADABLE: _l("“%(text)s” is no date; write it as 15/01/2569."),
    Code.DATE_IN_FUTURE: _l("The date %(text)s has not come yet; correct it."),
    Code.DATE_TOO_OLD: _l("The date %(text)s is unusually long ago; correct it."),
    Code.BIRTH_YEAR_FROM_DATE: _l("Only the year of the date of birth is kept."),
    Code.BIRTH_YEAR_FROM_AGE: _l("The year of birth was reckoned from the age."),
    Code.BIRTH_YEAR_AMBIGUOUS: _l(
        "“%(text)s” can be a year or an age; write the year of birth with four digits."
    ),
    Code.BIRTH_YEAR_IMPOSSIBLE: _l("“%(text)s” cannot be a year of birth; correct it."),
    Code.PHONE_ZERO: _l("The zero that Excel dropped from the phone number was put back."),
    Code.PHONE_LETTER_O: _l("The letter O in the phone number was read as zero."),
    Code.PHONE_SEVERAL: _l("The cell holds %(count)s phone numbers; the first is the main one."),
    Code.PHONE_RANGE: _l("“%(text)s” stands for a range of numbers; the first one was taken."),
    Code.PHONE_EXTENSION: _l("Extension %(text)s was kept with the number."),
    Code.PHONE_INVALID: _l("“%(text)s” is no Thai phone number; correct it or clear the cell."),
    Code.EMAIL_INVALID: _l("“%(text)s” is no e-mail address; correct it or clear the cell."),
    Code.LINE_ID_UNUSUAL: _l("“%(text)s” does not look like a LINE ID; it was kept as written."),
    Code.CONTACT_MISSING: _l("The row has no phone, LINE ID or e-mail."),
    Code.HOUSE_NO_DATE: _l(
        "Excel has turned the house number into a date (%(text)s); type it again as text."
    ),
    Code.PROVINCE_MISSING: _l("The row names no province; fill in the province."),
    Code.PROVINCE_UNKNOWN: _l("There is no province called “%(text)s”; correct its name."),
    Code.PROVINCE_SPELLING: _l("The province “%(text)s” was read as its real name."),
    Code.PROVINCE_INFERRED: _l("The province was told from the district “%(text)s”."),
    Code.PROVINCE_OUTSIDE: _l(
        "The row belongs to %(province)s, which is outside your office's area; send it to the "
        "office of that province."
    ),
    Code.DISTRICT_UNKNOWN: _l(
        "%(province)s has no district called “%(text)s”; correct the district or the province."
    ),
    Code.DISTRICT_SPELLING: _l("The district “%(text)s” was read as the nearest real name."),
    Code.DISTRICT_INFERRED: _l("The district was told from the subdistrict “%(text)s”."),
    Code.SUBDISTRICT_UNKNOWN: _l(
        "No subdistrict called “%(text)s” was found there; correct the subdistrict."
    ),
    Code.SUBDISTRICT_SPELLING: _l("The subdistrict “%(text)s” was read as the nearest real name."),
    Code.SUBDISTRICT_AMBIGUOUS: _l(
        "%(province)s has several subdistricts called “%(text)s”; fill in the district."
    ),
    Code.POSTCODE_INVALID: _l(
        "“%(text)s” is no postcode; write its five digits or clear the cell."
    ),
    Code.POSTCODE_MISMATCH: _l("The postcode %(text)s is not the subdistrict's usual one."),
    Code.CHANNEL_SPLIT: _l("The cell holds %(count)s channels; each was taken by itself."),
    Code.CHANNEL_KIND_UNKNOWN: _l(
        "The kind of the channel “%(text)s” is not known; “other” is used."
    ),
    Code.URL_INVALID: _l("“%(text)s” is no web address that may be used; correct it or clear it."),
    Code.URL_OFFICIAL: _l(
        "“%(text)s” is an office's official account, which is no channel of a member; write the "
        "member's own address or clear it."
    ),
    Code.COUNT_UNREADABLE: _l("“%(text)s” is no number of people; write it in digits."),
    Code.COUNT_ESTIMATE: _l("The number of people is an estimate."),
    Code.COUNT_RANGE: _l("“%(text)s” is a range; write one number of people."),
    Code.CELL_MENDED: _l("The cell was corrected on the page of the import."),
    Code.REPAIR_REFUSED: _l(
        "The proposal “%(text)s” was refused; write what is right, or leave the row out."
    ),
    Code.NETWORK_TYPE_UNKNOWN: _l(
        "The network type “%(text)s” is not in the list; taken in as read it becomes “other”, or "
        "write a name from the list."
    ),
    Code.NETWORK_TYPE_MISSING: _l("No network type was written; the usual one is used."),
    Code.CONSENT_REFUSED: _l(
        "The person did not consent, so nothing of the row may be kept; take the row out."
    ),
    Code.CONSENT_UNREADABLE: _l(
        "“%(text)s” is neither consent nor its refusal; write ยินยอม or ไม่ยินยอม."
    ),
    Code.CONTINUATION: _l("Row %(row)s was added to this member."),
    Code.CONTINUATION_CONFLICT: _l(
        "Row %(row)s seems to belong to this member but says something else (“%(text)s”); "
        "put each person into one row."
    ),
    Code.NETWORK_UNKNOWN: _l(
        "No network called “%(text)s” was found; the member comes in without a network."
    ),
    Code.GUARDIAN_MISSING: _l(
        "The person is under 20 and needs a guardian's consent; register this member by the form."
    ),
    Code.ALREADY_ELSEWHERE: _l(
        "The same person seems to be registered with %(office)s; ask that office to link or "
        "transfer the member."
    ),
    Code.POSSIBLY_REGISTERED: _l(
        "Somebody like this is registered already (likeness %(score)s of 100); say whether it is "
        "the same person."
    ),
    Code.ALIKE_IN_FILE: _l(
        "Row %(row)s has the same name, birth year and place; say whether it is the same person."
    ),
    Code.TWICE_IN_FILE: _l("The same person is already in row %(row)s; keep one of the two rows."),
}


def sentence(code: Code, params: Mapping[str, str | int]) -> str:
    """The sentence of a remark in the language at hand."""
    text = str(SENTENCES[code])
    return text % params if params else text
