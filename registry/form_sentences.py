"""What WTForms itself says of a choice, in the reader's language: it ships no Thai.

The choices may change while a form lies open (a channel is retired), so people do read this.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.meta import DefaultMeta

GONE = _l("What you chose here is no longer offered; choose again from the list.")
SENTENCES = {
    "Not a valid choice.": GONE,
    "'%(value)s' is not a valid choice for this field.": GONE,
    "Invalid Choice: could not coerce.": GONE,
    "Invalid choice(s): one or more data inputs could not be coerced.": GONE,
}


class Translations:
    """The library's sentences that our forms let through; labels and the like stay as they are."""

    def gettext(self, string: str) -> str:
        """A sentence in the reader's language."""
        return str(SENTENCES.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The same for a sentence about one or several."""
        return self.gettext(singular if n == 1 or singular in SENTENCES else plural)


def _translations(meta: Any, form: Any) -> Translations:
    return Translations()


def install() -> None:
    """Let every form speak so: all of them, and those within, ask this one class."""
    DefaultMeta.get_translations = _translations
