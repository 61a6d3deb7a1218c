"""A mail server (aiosmtpd) that can refuse, or take a mail and lose the answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Mailbox:
    """What came in, and how the server behaves.

    Attributes:
        refuse: what is answered instead of taking the mail, such as ``451 later``.
        lose_answers: how many mails are taken whose answer then never comes.
    """

    mails: list[EmailMessage | Message] = field(default_factory=list)
    refuse: str = ""
    refuse_recipient: str = ""
    lose_answers: int = 0
    tries: int = 0
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.tries += 1
        if self.refuse:
            return self.refuse
        self.mails.append(BytesParser(policy=default).parsebytes(envelope.content))
        if self.lose_answers:
            self.lose_answers -= 1
            server.transport.abort()
        return "250 taken"


def _free_port() -> int:
    """The controller connects to its own port when it starts, so it must know it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def smtp_server(**given: Any) -> Iterator[Mailbox]:
    """A running server without TLS on a free port of this machine."""
    mailbox = Mailbox(**given)
    mailbox.port = _free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
