"""Word documents from templates, also from those that people bring: filled in a limited child."""

from __future__ import annotations

import json
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _

from registry.documents.cells import clean_text
from registry.documents.child import run_child
from registry.errors import Refused

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEMORY_MB, SECONDS = 768, 10
AT_ONCE, WAIT = 2, 30
"""Children of a process at one time, and the seconds that others wait for one of them to end."""
_SLOTS = BoundedSemaphore(AT_ONCE)
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class About:
    """The properties of a document; ``created`` is aware."""

    title: str
    author: str
    created: datetime


def fill(
    template: bytes,
    fields: Fields,
    about: About,
    *,
    name: str = "",
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """A document; the same arguments make the same bytes.

    Args:
        fields: texts, lists and mappings of them, by the names that stand in the template.
        name: of the template; only for the sentence.
        pictures: PNG, by the names of the fields whose texts say what they show: where such a
            text stands alone in its line, the picture takes its place.

    Raises:
        Refused: the template is wrong; one sentence.
    """
    return _in_child("fill", template, fields, about, name, pictures or {})


def examined(template: bytes, sample: Fields, name: str) -> bytes:
    """A template that somebody brought, tried with a sample, without links to the outside.

    Raises:
        Refused: it is no Word document, carries programs, names unknown fields or does not end.
    """
    about = About(name, "", datetime(2000, 1, 1, tzinfo=UTC))
    return _in_child("check", template, sample, about, name)


def _in_child(
    task: str,
    template: bytes,
    fields: Fields,
    about: About,
    name: str,
    pictures: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sang-word-") as folder:
        source, data, target = (Path(folder) / part for part in ("in", "data", "out"))
        source.write_bytes(template)
        created = about.created.astimezone(UTC).replace(tzinfo=None).isoformat()
        described = {"title": about.title[:250], "author": about.author[:250], "created": created}
        drawn = {one: b64encode(content).decode() for one, content in pictures.items()}
        given = {"fields": _plain(fields), "about": _plain(described), "pictures": drawn}
        data.write_text(json.dumps(given))
        paths = [task, str(source), str(data), str(target)]
        if not _SLOTS.acquire(timeout=WAIT):
            raise Refused(_("Other documents are being made right now; try again in a moment."))
        try:
            answer = run_child("registry.documents.word_child", paths, MEMORY_MB, SECONDS)
        finally:
            _SLOTS.release()
        if "done" not in answer:
            raise Refused(_sentence(answer, name))
        return target.read_bytes()


def _plain(value: Any) -> Any:
    """The data with every text cleaned, so that no control character breaks the document."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return clean_text(str(value))


def _sentence(answer: Mapping[str, Any], name: str) -> str:
    found = ", ".join(answer.get("found", ())[:10])
    match answer.get("refused"):
        case "foreign":
            said = _("The file %(name)s is not a Word document; save it in Word as .docx.")
        case "program":
            said = _(
                "The template %(name)s holds macros or embedded objects; save it as .docx without "
                "them."
            )
        case "outside":
            said = _(
                "The template %(name)s has a field %(found)s that fetches something from "
                "elsewhere; remove it in Word."
            )
        case "fields":
            said = _(
                "The template %(name)s names fields that do not exist: %(found)s; compare them "
                "with the list of fields."
            )
        case "braces":
            said = _(
                "What stands in braces in the template %(name)s cannot be read (%(found)s); "
                "compare it with our template."
            )
        case "damaged":
            said = _("The template %(name)s is damaged; open it in Word and save it again.")
        case _:
            said = _(
                "The template %(name)s makes a document that is too large or takes too long; "
                "simplify its loops."
            )
    return str(said % {"name": name, "found": found})
