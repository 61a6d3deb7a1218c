"""What a message says when it goes out: the same words to everybody, without a personal link.

The words are Thai whatever the language of whoever presses the button, and once frozen they never
change: a retry says them again to the letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from registry.messages.media import public_media_url
from registry.messages.models import KeyMessage, MessageMedia, MessageState
from registry.messages.release_models import Purpose, Release
from registry.outbox.line.fitting import fitted, joined

SHORT = 700
"""Letters of the body that are said; whoever wants all follows the address."""
PICTURE_HOURS = 48
"""A picture's address outlives every retry of its request."""
PREFIX = "sang:"
Content = dict[str, Any]


def check_address(message: KeyMessage) -> str:
    """Where anybody may see whether the message is genuine; empty without SANG_PUBLIC_URL."""
    base = current_app.extensions["sang_settings"].public_url.rstrip("/")
    return f"{base}/genuine/{message.code}" if base else ""


def is_gone(release: Release) -> bool:
    """Whether a release says that the message was withdrawn, and none of its words any more."""
    withdrawn = release.message.as_state is MessageState.WITHDRAWN
    return withdrawn or release.as_purpose is Purpose.WITHDRAWAL


def withdrawn_title(message: KeyMessage) -> str:
    """What stands in place of the title of a withdrawn message."""
    return str(_("WITHDRAWN: please do not pass on “%(title)s”", title=message.title))


def corrected_title(message: KeyMessage) -> str:
    """What stands before a corrected message."""
    return str(_("CORRECTION of “%(title)s”", title=message.title))


def headline(release: Release) -> str:
    """The first line of what is not simply a new message: a correction, a withdrawal, a reminder.

    What was corrected says so whatever it goes out for; empty for what is as it was approved.
    """
    message = release.message
    if is_gone(release):
        return withdrawn_title(message)
    if message.corrections or release.as_purpose is Purpose.CORRECTION:
        return corrected_title(message)
    return str(_("A kind reminder")) if release.as_purpose is Purpose.REMINDER else ""


def corrections_of(message: KeyMessage) -> list[str]:
    """What was wrong and what is right, the latest correction first."""
    return [row.text for row in message.corrections]


def notice(release: Release) -> str:
    """Why a message was withdrawn, or what was wrong with it; stands before its words.

    What tells of a correction says its own, everything else all of them.
    """
    return joined(_notices(release))


def _notices(release: Release) -> list[str]:
    message = release.message
    if is_gone(release):
        return [message.withdrawn_reason or ""]
    return [release.correction.text] if release.correction else corrections_of(message)


def words(release: Release) -> str:
    """The text for LINE and mail, in Thai: headline, sentence, title, a short body, link, check."""
    with force_locale("th"):
        message = release.message
        said = [] if is_gone(release) else _said(message, shortened(message.body))
        return fitted(headline(release), _notices(release), said, _genuine(message))


def full_words(release: Release) -> str:
    """What a person posts: as :func:`words`, with the body as a whole."""
    with force_locale("th"):
        message = release.message
        said = [] if is_gone(release) else _said(message, message.body)
        return joined([headline(release), notice(release), *said, _genuine(message)])


@dataclass(frozen=True)
class Spoken:
    """What a person reads aloud, in this order; a withdrawn message has no words of its own."""

    headline: str
    notice: str
    text: str
    sentence: str


def spoken(release: Release) -> Spoken:
    """What is read aloud: the script, or the text where there is none."""
    message = release.message
    with force_locale("th"):
        first, why = headline(release), notice(release)
    if is_gone(release):
        return Spoken(first, why, "", "")
    return Spoken(first, why, message.script or message.body, message.sentence)


def spoken_words(release: Release) -> str:
    """What is read aloud, in one piece."""
    said = spoken(release)
    return joined([said.headline, said.notice, said.text, said.sentence])


def _said(message: KeyMessage, body: str) -> list[str]:
    opinion = message.disclaimer or ""
    source = str(_("From: %(office)s", office=message.office.name_th))
    return [message.sentence, message.title, body, *message.links, opinion, source]


def shortened(body: str) -> str:
    """The beginning of a text, cut between words where it is long."""
    body = body.strip()
    if len(body) <= SHORT:
        return body
    cut = body[:SHORT]
    return cut[: max(cut.rfind(" "), cut.rfind("\n"), SHORT - 80)].rstrip() + " …"


def _genuine(message: KeyMessage) -> str:
    code = str(_("Message code: %(code)s", code=message.code))
    address = check_address(message)
    return code if not address else f"{code}\n{_('Is it genuine? %(url)s', url=address)}"


def line_content(release: Release) -> Content:
    """LINE's message objects: a text, before it the picture where LINE can fetch it."""
    picture = None if is_gone(release) else _picture(release.message)
    text = {"type": "text", "text": words(release), "quickReply": quick_reply(release)}
    return {"messages": [picture, text] if picture else [text]}


def quick_reply(release: Release) -> Content:
    """The buttons under a message: LINE sends their data back as a postback."""
    with force_locale("th"):
        labels = [
            ("received", _("Received")),
            ("passed", _("Passed on")),
            ("declined", _("Not passing it on")),
            ("ask", _("I have a question")),
        ]
    if is_gone(release):
        labels = [pair for pair in labels if pair[0] in {"received", "ask"}]
    return {"items": [_button(verb, label, release.message.code) for verb, label in labels]}


def _button(verb: str, label: str, code: str) -> Content:
    data = f"{PREFIX}{verb}:{code}"
    action = {"type": "postback", "label": label[:20], "data": data, "displayText": label}
    return {"type": "action", "action": action}


def _picture(message: KeyMessage) -> Content | None:
    base = current_app.extensions["sang_settings"].public_url
    pictures = [row for row in message.media if row.content_type in {"image/jpeg", "image/png"}]
    if not base.startswith("https://") or not pictures:
        return None
    address = _addresses(pictures[0])
    return {"type": "image", "originalContentUrl": address[0], "previewImageUrl": address[1]}


def _addresses(media: MessageMedia) -> tuple[str, str]:
    large = public_media_url(media, small=False, hours=PICTURE_HOURS)
    return large, public_media_url(media, small=True, hours=PICTURE_HOURS)


def mail_content(release: Release) -> Content:
    """Subject and text of an e-mail."""
    with force_locale("th"):
        subject = headline(release) or release.message.title
    return {"subject": " ".join(subject.split())[:150], "text": words(release)}


def hook_content(release: Release) -> Content:
    """What another system is told, as JSON; nothing of a withdrawn message but its title."""
    message, gone = release.message, is_gone(release)
    with force_locale("th"):
        first = headline(release)
    return {
        "code": message.code,
        "purpose": release.purpose,
        "kind": message.kind,
        "headline": first or None,
        "correction": None if gone else notice(release) or None,
        "withdrawn": gone,
        "reason": notice(release) or None if gone else None,
        "title": message.title,
        "sentence": None if gone else message.sentence,
        "body": None if gone else message.body,
        "links": [] if gone else list(message.links),
        "language": message.language,
        "office": message.office.code,
        "valid_until": message.valid_until.isoformat() if message.valid_until else None,
        "check": check_address(message) or None,
    }
