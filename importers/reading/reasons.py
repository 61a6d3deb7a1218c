"""Why a file cannot be read; plain names, because the child that finds them has no Flask."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Kinds of refusal of a whole file."""

    EMPTY_FILE = "empty_file"
    TOO_LARGE = "file_too_large"
    UNKNOWN_KIND = "unknown_kind"
    NOT_A_WORKBOOK = "not_a_workbook"
    OTHER_DOCUMENT = "other_document"
    WEB_PAGE = "web_page"
    PASSWORD = "password_protected"  # noqa: S105 - a reason, not a password
    DAMAGED = "damaged"
    BOMB = "unpacks_too_large"
    MEMORY = "needs_too_much_memory"
    TIME = "takes_too_long"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_WIDE = "too_wide"
    ENCODING = "unknown_encoding"
    QUOTE = "quote_not_closed"
    INCOMPLETE = "read_incompletely"
    NOTHING_READ = "nothing_read"
    ALL_HIDDEN = "all_sheets_hidden"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault of ours
    """The file is refused; ``params`` fill the sentence."""

    def __init__(self, reason: Reason, **params: str | int) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.params = params
