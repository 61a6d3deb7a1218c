"""What people read for each kind of event."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from registry.access.roles import ROLE_NAMES
from registry.audit.actions import Action

A = Action
NAMES: dict[Action, Any] = {
    A.MEMBER_REGISTER: _l("Member registered"),
    A.MEMBER_UPDATE: _l("Member's record changed"),
    A.MEMBER_STATE: _l("Member's state changed"),
    A.MEMBER_REVEAL: _l("Masked personal data shown"),
    A.MEMBER_EXPORT: _l("Members exported"),
    A.MEMBER_HINT: _l("Possible duplicate hinted"),
    A.MEMBER_DISTINCT: _l("Members told apart"),
    A.MEMBER_MERGE: _l("Members merged"),
    A.MEMBER_UNMERGE: _l("Merge of members undone"),
    A.MEMBER_TRANSFER_REQUEST: _l("Transfer requested"),
    A.MEMBER_TRANSFER_DECIDE: _l("Transfer decided"),
    A.CONSENT_GIVE: _l("Consent given"),
    A.CONSENT_WITHDRAW: _l("Consent withdrawn"),
    A.NETWORK_CREATE: _l("Network founded"),
    A.NETWORK_UPDATE: _l("Network changed"),
    A.NETWORK_STATE: _l("Network's state changed"),
    A.NETWORK_JOIN: _l("Joined a network"),
    A.NETWORK_LEAVE: _l("Left a network"),
    A.CHANNEL_CREATE: _l("Channel added"),
    A.CHANNEL_UPDATE: _l("Channel changed"),
    A.CHANNEL_RETIRE: _l("Channel retired"),
    A.CHANNEL_AUDIENCE: _l("Audience counted"),
    A.CHANNEL_CUSTODIAN: _l("Custodian of a channel changed"),
    A.CHANNEL_CLAIM: _l("LINE group claimed by an office"),
    A.ROSTER_CHANGE: _l("Channel's roster changed"),
    A.IMPORT_PLAN: _l("Import planned"),
    A.IMPORT_COMMIT: _l("Import committed"),
    A.IMPORT_UNDO: _l("Import undone"),
    A.IMPORT_DISCARD: _l("Import discarded"),
    A.IMPORT_FORGET: _l("Uploaded file deleted"),
    A.MESSAGE_CREATE: _l("Key message drafted"),
    A.MESSAGE_UPDATE: _l("Key message changed"),
    A.MESSAGE_STATE: _l("Key message's state changed"),
    A.MESSAGE_PUBLISH: _l("Key message published"),
    A.MESSAGE_UNPUBLISH: _l("Publication taken back, noted by mistake"),
    A.RELEASE_PLAN: _l("Sending planned"),
    A.RELEASE_STATE: _l("Sending's state changed"),
    A.AUDIENCE_SAVE: _l("Audience saved"),
    A.AUDIENCE_DELETE: _l("Audience deleted"),
    A.MESSAGE_REVIEW: _l("Key message reviewed afterwards"),
    A.LETTER_RECEIVE: _l("Request to publish received"),
    A.LETTER_STATE: _l("State of a request to publish changed"),
    A.LETTER_UPDATE: _l("Request to publish corrected"),
    A.RIGHT_STATE: _l("Right to publish asked for, granted or revoked"),
    A.MEDIA_ADD: _l("File added to the media library"),
    A.MEDIA_UPDATE: _l("File of the media library changed"),
    A.MEDIA_RETIRE: _l("File of the media library retired or brought back"),
    A.EVIDENCE_ADD: _l("Evidence added"),
    A.EVIDENCE_CAPTURE: _l("Capture of a page kept"),
    A.DISSEMINATION_RECORD: _l("Dissemination recorded"),
    A.DISSEMINATION_REVIEW: _l("Dissemination reviewed"),
    A.DISSEMINATION_WITHDRAW: _l("Dissemination withdrawn"),
    A.RECEIPT_RECORD: _l("Receipt recorded"),
    A.QUESTION_ASK: _l("Question asked"),
    A.QUESTION_ANSWER: _l("Question answered"),
    A.QUESTION_RESOLVE: _l("Question settled"),
    A.QUESTION_REOPEN: _l("Question asked on"),
    A.NEWS_SEND: _l("News sent in by a member"),
    A.NEWS_ANSWER: _l("Member's news answered"),
    A.NEWS_DECIDE: _l("Decision on a member's news"),
    A.LINK_ISSUE: _l("Member's link issued"),
    A.LINK_REVOKE: _l("Member's link revoked"),
    A.LINE_CODE: _l("Code for LINE issued"),
    A.LINE_LINK: _l("LINE account linked"),
    A.LINE_UNLINK: _l("LINE account unlinked"),
    A.INBOUND_SETTLE: _l("What a member wrote by LINE settled"),
    A.LINE_RETRY: _l("LINE event tried again"),
    A.LINE_ANSWER: _l("Answer to a member put on its way by LINE"),
    A.LINK_BIND: _l("Member's link bound to a browser"),
    A.OWN_DATA_EXPORT: _l("Member downloaded the own data"),
    A.CERTIFICATE_MAKE: _l("Certificate of contribution made"),
    A.USER_CREATE: _l("Account made"),
    A.USER_UPDATE: _l("Account changed"),
    A.USER_DISABLE: _l("Account disabled"),
    A.USER_ENABLE: _l("Account opened again"),
    A.USER_ROLES: _l("Roles changed"),
    A.USER_SIGN_IN: _l("Signed in"),
    A.USER_SIGN_IN_FAILED: _l("Sign-in failed"),
    A.USER_SIGN_OUT: _l("Signed out"),
    A.USER_PASSWORD: _l("Password changed"),
    A.USER_SECOND_FACTOR: _l("Second factor changed"),
    A.OUTBOX_DECIDE: _l("Decided about what was not sent"),
    A.OUTBOX_HAND: _l("Task by hand done or called off"),
    A.OUTBOX_HAND_UNDO: _l("Task by hand taken back, noted as done by mistake"),
    A.OUTBOX_RESUME: _l("Way of sending opened again"),
    A.WEBHOOK_ADD: _l("Webhook added"),
    A.WEBHOOK_RETIRE: _l("Webhook retired"),
    A.FEED_OPEN: _l("Feed of a network opened"),
    A.FEED_CLOSE: _l("Feed of a network closed"),
    A.OFFICE_UPDATE: _l("Office changed"),
    A.SETTING_CHANGE: _l("Setting changed"),
    A.GEOGRAPHY_CHANGE: _l("Province moved to another zone"),
    A.AUDIT_REVEAL: _l("Personal part of an event shown"),
    A.AUDIT_VERIFY: _l("Audit chain checked"),
    A.REPORT_CLOSE: _l("Period closed"),
    A.REPORT_REISSUE: _l("Report issued anew"),
    A.REPORT_EXPORT: _l("Report exported"),
    A.REPORT_CLASSIFY: _l("Report classified anew after its closing"),
    A.REPORT_HOLD: _l("Report held beyond its time"),
    A.REPORT_HOLD_LIFT: _l("Hold of a report lifted"),
    A.REPORT_DISPOSAL: _l("Disposal of reports proposed"),
    A.REPORT_DISPOSAL_DECIDE: _l("Disposal of reports decided"),
    A.REPORT_DESTROY: _l("Report destroyed"),
    A.REPORT_TEMPLATE: _l("Word template of an office chosen"),
    A.DIRECTION_GIVE: _l("Direction of an executive given"),
    A.DIRECTION_ANSWER: _l("Result of a direction written"),
    A.DIRECTION_STATE: _l("Direction accepted, sent back, withdrawn or opened again"),
    A.FOREWORD_SAVE: _l("Words or disclosure of a report changed before its closing"),
    A.TARGET_SET: _l("Target set, changed or taken back"),
    A.DISCLOSURE_RECEIVE: _l("Request for official information entered"),
    A.DISCLOSURE_ANSWER: _l("Request for official information answered"),
    A.DISCLOSURE_EXPORT: _l("Register of requests for official information exported"),
    A.REVIEW_MARK: _l("List for the review of projects changed"),
    A.REVIEW_EXPORT: _l("List for the review of projects exported"),
    A.OFFICE_REPORT_SAVE: _l("Report of an office saved"),
    A.OFFICE_REPORT_STATE: _l("Report of an office submitted, confirmed or taken back"),
    A.OFFICE_REPORT_REMIND: _l("Office reminded of its report"),
    A.OFFICE_REPORT_DUTY: _l("How often an office reports changed"),
    A.ROWS_EXPORT: _l("Rows exported"),
    A.FIGURES_EXPORT: _l("Table of figures made"),
}

ROLES = {role.value: name for role, name in ROLE_NAMES.items()}


def name_of_action(action: str) -> Any:
    """The name of a kind of event."""
    return NAMES[Action(action)]


OBJECTS: dict[str, Any] = {
    "member": _l("Member"),
    "network": _l("Network"),
    "channel": _l("Channel"),
    "message": _l("Key message"),
    "letter": _l("Request to publish"),
    "right": _l("Right to publish"),
    "user": _l("Account"),
    "office": _l("Office"),
    "office_report": _l("Report of an office"),
    "direction": _l("Direction"),
    "target": _l("Target"),
    "disclosure": _l("Request for official information"),
    "review": _l("Review of projects"),
    "word_template": _l("Word template"),
    "disposal": _l("List of disposal"),
    "province": _l("Province"),
    "network_type": _l("Network type"),
    "time_standard": _l("Standard time"),
    "dated_setting": _l("Setting with a day of effect"),
    "release": _l("Sending"),
    "audience": _l("Saved audience"),
    "audit": _l("Audit trail"),
    "audit_event": _l("Event"),
    "import": _l("Import batch"),
    "inbound": _l("What a member wrote by LINE"),
    "line_event": _l("LINE event"),
    "question": _l("Question"),
    "news": _l("News from members"),
    "dissemination": _l("Dissemination"),
    "delivery": _l("Delivery"),
    "webhook": _l("Webhook"),
    "outbox": _l("Outbox"),
    "media": _l("File of the media library"),
    "period": _l("Period"),
}
KEYS: dict[str, Any] = {
    "batch": _l("Import batch"),
    "channel": _l("Channel"),
    "code": _l("Code"),
    "count": _l("Count"),
    "counts": _l("Counts"),
    "fields": _l("Fields"),
    "file_sha256": _l("Fingerprint of the file"),
    "format": _l("Format"),
    "from": _l("Before"),
    "kind": _l("Kind"),
    "message": _l("Key message"),
    "month": _l("Month"),
    "network": _l("Network"),
    "office": _l("Office"),
    "period": _l("Period"),
    "purpose": _l("Purpose"),
    "query": _l("Search"),
    "reason": _l("Reason"),
    "revision": _l("Revision"),
    "role": _l("Role"),
    "to": _l("After"),
    "version": _l("Version"),
    "name": _l("Name and surname"),
    "email": _l("E-mail address"),
    "position": _l("Position"),
    "locale": _l("Language"),
    "title": _l("Title"),
    "first_name": _l("First name"),
    "last_name": _l("Surname"),
    "phone": _l("Telephone"),
    "line_id": _l("LINE ID"),
    "birth_year": _l("Year of birth"),
    "national_id": _l("National ID"),
    "occupation": _l("Occupation"),
    "organisation": _l("Organisation"),
    "network_type": _l("Network type"),
    "province_code": _l("Province"),
    "province": _l("Province"),
    "zone": _l("Zone"),
    "name_th": _l("Name in Thai"),
    "name_en": _l("Name in English"),
    "short_th": _l("Short name"),
    "may_publish": _l("May publish messages in its own channels"),
    "closed_on": _l("Closed on"),
    "district_code": _l("District"),
    "subdistrict_code": _l("Subdistrict"),
    "postcode": _l("Postcode"),
    "notes": _l("Notes"),
    "points_th": _l("Points in Thai"),
    "points_en": _l("Points in English"),
    "web": _l("on the web pages"),
    "cli": _l("by command"),
    "job": _l("by a job"),
    "link": _l("by a personal link"),
    "line": _l("by LINE"),
}
"""Details, fields of changes and ways; a name that is not here is shown as it is kept."""


def name_of_object(kind: str) -> Any:
    """The name of a kind of record."""
    return OBJECTS.get(kind, kind)


def name_of_key(key: str) -> Any:
    """The name of a detail, a field or a way."""
    return KEYS.get(key, key)


def _pair(key: str, value: Any) -> str:
    """A role speaks for itself; everything else is told with its name."""
    return spell(value) if key == "role" else f"{name_of_key(key)} {spell(value)}"


def spell(value: Any) -> str:
    """A detail in words: lists and pairs without the signs of a programmer."""
    if isinstance(value, dict):
        return " · ".join(_pair(key, item) for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(spell(item) for item in value)
    return str(ROLES.get(value, "–" if value is None else value))
