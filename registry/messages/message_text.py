"""What an author writes, and what must be right about it before it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from registry.errors import Refused
from registry.messages.models import MessageKind, Route
from registry.messages.rules import (
    LANGUAGES,
    LONGEST_SCRIPT,
    clean_links,
    clean_topics,
    require_text,
)


@dataclass(frozen=True)
class Wording:
    """The words themselves: what a correction may change."""

    sentence: str
    body: str
    script: str | None = None
    links: Sequence[str] = ()

    def values(self) -> dict[str, object]:
        """Column values.

        Raises:
            Refused: sentence or body is blank, a link is not one, or the script is too long.
        """
        script = (self.script or "").strip()
        if len(script) > LONGEST_SCRIPT:
            raise Refused(
                _(
                    "The reading script is too long; %(limit)s letters are read in one go.",
                    limit=LONGEST_SCRIPT,
                )
            )
        return {
            "sentence": require_text(self.sentence, _("Write the sentence to remember.")),
            "body": require_text(self.body, _("Write the text of the message.")),
            "script": script or None,
            "links": clean_links(self.links),
        }


@dataclass(frozen=True)
class MessageText:
    """What an author writes.

    Attributes:
        author_line: position and unit, shown with the message.
        audience: for whom it is meant.
        further_topics: what else it is about, beside ``topic``.
        links: web addresses for more.
        valid_until: last day on which it should be passed on.
        script: what is read aloud on loudspeakers and radio.
        disclaimer: whose opinion it is, where it states one.
    """

    title: str
    sentence: str
    body: str
    kind: MessageKind = MessageKind.PUBLIC_USE
    topic: str | None = None
    further_topics: Sequence[str] = ()
    audience: str | None = None
    links: Sequence[str] = ()
    valid_until: date | None = None
    author_line: str | None = None
    language: str = "th"
    route: Route = Route.OWN
    script: str | None = None
    disclaimer: str | None = None

    def values(self) -> dict[str, object]:
        """Column values.

        Raises:
            Refused: something needed is blank, a link is not one, or the script is too long.
        """
        if self.language not in LANGUAGES:
            raise Refused(_("Choose the language of the message from the list."))
        return {
            "title": require_text(self.title, _("Write a title.")),
            **Wording(self.sentence, self.body, self.script, self.links).values(),
            "kind": self.kind.value,
            **self._topics(),
            "audience": (self.audience or "").strip() or None,
            "valid_until": self.valid_until,
            "author_line": (self.author_line or "").strip() or None,
            "language": self.language,
            "route": self.route.value,
            "disclaimer": (self.disclaimer or "").strip()[:500] or None,
        }

    def _topics(self) -> dict[str, object]:
        """The first topic and the others; without a first one, the first of the others is it."""
        named = clean_topics((self.topic or "", *self.further_topics))
        return {"topic": named[0] if named else None, "further_topics": named[1:]}
