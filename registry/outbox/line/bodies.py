"""What a message says when it goes out: the same words to everybody, without a personal link.

The words are Thai whatever the language of whoever presses the button, and once frozen they never
change: a retry says them again to the letter.
"""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registry.messages.media import public_media_url
from registry.messages.models import KeyMessage, MessageMedia
from registry.messages.release_models import Purpose, Release

SHORT = 700
"""Letters of the body that are said; whoever wants all follows the address."""
LONGEST = 4_900
"""LINE takes texts of 5,000 UTF-16 units."""
PICTURE_HOURS = 48
"""A picture's address outlives every retry of its request."""
PREFIX = "sang:"
Content = dict[str, Any]


def check_address(message: KeyMessage) -> str:
    """Where anybody may see whether the message is genuine; empty without SANG_PUBLIC_URL."""
    base = current_app.extensions["sang_settings"].public_url.rstrip("/")
    return f"{base}/genuine/{message.code}" if base else ""


HEADLINES = {
    Purpose.CORRECTION: _l("CORRECTION of “%(title)s”"),
    Purpose.WITHDRAWAL: _l("WITHDRAWN: please do not pass on “%(title)s”"),
    Purpose.REMINDER: _l("A kind reminder"),
}


def headline(release: Release) -> str:
    """The first line of what is not simply a new message: a correction, a withdrawal, a reminder.

    Empty for a first or onward publication.
    """
    wording = str(HEADLINES.get(release.as_purpose, ""))
    return wording.replace("%(title)s", release.message.title)


def words(release: Release) -> str:
    """The whole text, in Thai: headline, sentence, title, a short body, the link, the check."""
    with force_locale("th"):
        message = release.message
        gone = release.as_purpose is Purpose.WITHDRAWAL
        said = [] if gone else _said(message)
        parts = [headline(release), _reason(release), *said, _genuine(message)]
        return "\n\n".join(part for part in parts if part)[:LONGEST]


def _reason(release: Release) -> str:
    if release.as_purpose not in {Purpose.CORRECTION, Purpose.WITHDRAWAL}:
        return ""
    return shortened(release.message.correction or "")


def _said(message: KeyMessage) -> list[str]:
    opinion = message.disclaimer or ""
    source = str(_("From: %(office)s", office=message.office.name_th))
    return [message.sentence, message.title, shortened(message.body), message.link or "",
            opinion, source]  # fmt: skip


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
    picture = _picture(release.message) if release.as_purpose is not Purpose.WITHDRAWAL else None
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
    if release.as_purpose is Purpose.WITHDRAWAL:
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
    """What another system is told, as JSON."""
    message = release.message
    return {
        "code": message.code,
        "purpose": release.purpose,
        "kind": message.kind,
        "title": message.title,
        "sentence": message.sentence,
        "body": message.body,
        "correction": message.correction,
        "link": message.link,
        "language": message.language,
        "office": message.office.code,
        "valid_until": message.valid_until.isoformat() if message.valid_until else None,
        "check": check_address(message) or None,
    }
