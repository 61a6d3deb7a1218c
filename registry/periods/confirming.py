"""Nothing is replaced or taken back blindly: what a page showed comes back with its form."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from registry.access.versions import ChangedMeanwhile
from registry.errors import Refused


def require_shown(form: Any, mark: str, before: str, after: str) -> None:
    """Show what changes, old → new, before it is saved; ``form.seen`` keeps what was shown.

    Raises:
        Refused: the form was not sent from a page that showed this very change.
    """
    if form.seen.data == mark:
        return
    form.seen.data = mark
    raise Refused(
        _(
            "Please confirm: “%(before)s” → “%(after)s”. Press “Confirm and save”, or change the "
            "value first.",
            before=before.replace("\n", " · "),
            after=after.replace("\n", " · "),
        )
    )


def require_same(seen: str | None, mark: str) -> None:
    """Take back only what the page showed.

    Args:
        seen: the mark that came back with the form; None where there was no page.

    Raises:
        ChangedMeanwhile: it is another one.
    """
    if seen not in (None, mark):
        raise ChangedMeanwhile(
            _(
                "This value was replaced after you opened the page; read what it is now, then take "
                "it back if it is still wrong."
            )
        )
