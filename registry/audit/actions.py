"""The closed list of things that can happen, and of the details each may carry."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Kinds of audit event, written ``resource:action``."""

    MEMBER_REGISTER = "member:register"
    MEMBER_UPDATE = "member:update"
    MEMBER_STATE = "member:state"
    MEMBER_REVEAL = "member:reveal"
    MEMBER_EXPORT = "member:export"
    MEMBER_HINT = "member:hint"
    MEMBER_DISTINCT = "member:distinct"
    MEMBER_MERGE = "member:merge"
    MEMBER_UNMERGE = "member:unmerge"
    MEMBER_TRANSFER_REQUEST = "member:transfer-request"
    MEMBER_TRANSFER_DECIDE = "member:transfer-decide"
    CONSENT_GIVE = "consent:give"
    CONSENT_WITHDRAW = "consent:withdraw"
    NETWORK_CREATE = "network:create"
    NETWORK_UPDATE = "network:update"
    NETWORK_STATE = "network:state"
    NETWORK_JOIN = "network:join"
    NETWORK_LEAVE = "network:leave"
    CHANNEL_CREATE = "channel:create"
    CHANNEL_UPDATE = "channel:update"
    CHANNEL_RETIRE = "channel:retire"
    CHANNEL_AUDIENCE = "channel:audience"
    CHANNEL_CUSTODIAN = "channel:custodian"
    CHANNEL_CLAIM = "channel:claim"
    ROSTER_CHANGE = "roster:change"
    IMPORT_PLAN = "import:plan"
    IMPORT_COMMIT = "import:commit"
    IMPORT_UNDO = "import:undo"
    IMPORT_DISCARD = "import:discard"
    IMPORT_FORGET = "import:forget"
    MESSAGE_CREATE = "message:create"
    MESSAGE_UPDATE = "message:update"
    MESSAGE_STATE = "message:state"
    MESSAGE_PUBLISH = "message:publish"
    MESSAGE_UNPUBLISH = "message:unpublish"
    RELEASE_PLAN = "release:plan"
    RELEASE_STATE = "release:state"
    AUDIENCE_SAVE = "audience:save"
    AUDIENCE_DELETE = "audience:delete"
    MESSAGE_REVIEW = "message:review"
    LETTER_RECEIVE = "letter:receive"
    LETTER_STATE = "letter:state"
    LETTER_UPDATE = "letter:update"
    RIGHT_STATE = "right:state"
    MEDIA_ADD = "media:add"
    MEDIA_UPDATE = "media:update"
    MEDIA_RETIRE = "media:retire"
    EVIDENCE_ADD = "evidence:add"
    EVIDENCE_CAPTURE = "evidence:capture"
    DISSEMINATION_RECORD = "dissemination:record"
    DISSEMINATION_REVIEW = "dissemination:review"
    DISSEMINATION_WITHDRAW = "dissemination:withdraw"
    RECEIPT_RECORD = "receipt:record"
    QUESTION_ASK = "question:ask"
    QUESTION_ANSWER = "question:answer"
    QUESTION_RESOLVE = "question:resolve"
    QUESTION_REOPEN = "question:reopen"
    NEWS_SEND = "news:send"
    NEWS_ANSWER = "news:answer"
    NEWS_DECIDE = "news:decide"
    LINK_ISSUE = "link:issue"
    LINK_REVOKE = "link:revoke"
    LINK_BIND = "link:bind"
    LINE_CODE = "line:code"
    LINE_LINK = "line:link"
    LINE_UNLINK = "line:unlink"
    INBOUND_SETTLE = "inbound:settle"
    LINE_RETRY = "line:retry"
    LINE_ANSWER = "line:answer"
    OWN_DATA_EXPORT = "own-data:export"
    CERTIFICATE_MAKE = "certificate:make"
    USER_CREATE = "user:create"
    USER_UPDATE = "user:update"
    USER_DISABLE = "user:disable"
    USER_ENABLE = "user:enable"
    USER_ROLES = "user:roles"
    USER_SIGN_IN = "user:sign-in"
    USER_SIGN_IN_FAILED = "user:sign-in-failed"
    USER_SIGN_OUT = "user:sign-out"
    USER_PASSWORD = "user:password"  # noqa: S105 - a name, not a password
    USER_SECOND_FACTOR = "user:second-factor"
    OUTBOX_DECIDE = "outbox:decide"
    OUTBOX_HAND = "outbox:hand"
    OUTBOX_HAND_UNDO = "outbox:hand-undo"
    OUTBOX_RESUME = "outbox:resume"
    WEBHOOK_ADD = "webhook:add"
    WEBHOOK_RETIRE = "webhook:retire"
    FEED_OPEN = "feed:open"
    FEED_CLOSE = "feed:close"
    OFFICE_UPDATE = "office:update"
    SETTING_CHANGE = "setting:change"
    GEOGRAPHY_CHANGE = "geography:change"
    AUDIT_REVEAL = "audit:reveal"
    AUDIT_VERIFY = "audit:verify"
    REPORT_CLOSE = "report:close"
    REPORT_REISSUE = "report:reissue"
    REPORT_EXPORT = "report:export"
    REPORT_HOLD = "report:hold"
    REPORT_HOLD_LIFT = "report:hold-lift"
    REPORT_DISPOSAL = "report:disposal"
    REPORT_DISPOSAL_DECIDE = "report:disposal-decide"
    REPORT_DESTROY = "report:destroy"
    REPORT_CLASSIFY = "report:classify"
    REPORT_TEMPLATE = "report:template"
    DIRECTION_GIVE = "direction:give"
    DIRECTION_ANSWER = "direction:answer"
    DIRECTION_STATE = "direction:state"
    FOREWORD_SAVE = "foreword:save"
    TARGET_SET = "target:set"
    DISCLOSURE_RECEIVE = "disclosure:receive"
    DISCLOSURE_ANSWER = "disclosure:answer"
    DISCLOSURE_EXPORT = "disclosure:export"
    REVIEW_MARK = "review:mark"
    REVIEW_EXPORT = "review:export"
    OFFICE_REPORT_SAVE = "office-report:save"
    OFFICE_REPORT_STATE = "office-report:state"
    OFFICE_REPORT_REMIND = "office-report:remind"
    OFFICE_REPORT_DUTY = "office-report:duty"
    ROWS_EXPORT = "rows:export"
    FIGURES_EXPORT = "figures:export"


DETAILS = frozenset(
    {
        "batch",
        "channel",
        "code",
        "count",
        "counts",
        "disposal",
        "fields",
        "file_sha256",
        "format",
        "from",
        "kind",
        "message",
        "month",
        "network",
        "office",
        "period",
        "purpose",
        "query",
        "reason",
        "revision",
        "role",
        "to",
        "version",
    }
)
"""Keys that the public part of an event may have; none of them may hold a personal value."""
