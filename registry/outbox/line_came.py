"""An event of LINE's webhook as the handlers read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.outbox.line_links import user_hash
from registry.outbox.line_models import LineEvent


@dataclass(frozen=True)
class Came:
    """What came, from whom and where.

    Attributes:
        alone: said to the bot alone, not in a group.
        user_id: empty where LINE does not tell it.
        text: what was typed; of a postback the data behind its button.
        told_id: LINE's number of the message; of an ``unsend`` that of the one taken back.
    """

    id: int
    kind: str
    at: datetime
    chat_hash: str
    alone: bool
    room: bool
    user_id: str
    group_id: str
    reply_token: str
    message_kind: str
    text: str
    told_id: str

    @property
    def user_hash(self) -> str:
        """By what the LINE account is found."""
        return user_hash(self.user_id)

    @property
    def is_picture(self) -> bool:
        """Whether a picture was sent to the bot alone."""
        return self.alone and self.kind == "message" and self.message_kind == "image"


def came(row: LineEvent) -> Came:
    """Read an event; what is missing in it is empty."""
    body = row.body or {}
    source, message = _part(body, "source"), _part(body, "message")
    said = message or _part(body, "postback") or _part(body, "unsend")
    return Came(
        id=row.id,
        kind=row.kind,
        at=row.at,
        chat_hash=row.source_hash,
        alone=source.get("type") == "user",
        room=source.get("type") == "room",
        user_id=str(source.get("userId") or ""),
        group_id=str(source.get("groupId") or source.get("roomId") or ""),
        reply_token=str(body.get("replyToken") or ""),
        message_kind="postback" if "postback" in body else str(message.get("type") or ""),
        text=str(said.get("text") or said.get("data") or ""),
        told_id=str(message.get("id") or said.get("messageId") or "")[:40],
    )


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, dict) else {}
