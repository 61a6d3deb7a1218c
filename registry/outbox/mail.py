"""E-mail by SMTP: one message per request, nothing said that the server did not ask for.

There is no key by which a mail server knows a repeated message.  So the moment after which nobody
can say whether it was taken is the sending of the text itself: what fails before is tried again,
a lost answer after it never is.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from flask import current_app

from registry.outbox import backoff
from registry.outbox.backoff import Answer, Trouble

SECONDS = 15


@dataclass(frozen=True)
class MailServer:
    """The server and the account; made from the settings."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    sender: str


@dataclass(frozen=True)
class Letter:
    """A message as it goes over the wire, whole before the server is asked to take it.

    Attributes:
        name: the Message-ID.
    """

    to: str
    name: str
    text: bytes


def mail_server() -> MailServer:
    """The server of this installation; call it in an application context."""
    conf = current_app.extensions["sang_settings"]
    return MailServer(
        conf.smtp_host,
        conf.smtp_port,
        conf.smtp_user,
        conf.smtp_password.get_secret_value(),
        conf.smtp_tls,
        conf.mail_from,
    )


def compose(
    server: MailServer, to: str, content: dict[str, Any], name: str, at: datetime
) -> EmailMessage:
    """The message; its Message-ID comes from the delivery, so that a copy is known as one."""
    shown, sender = parseaddr(server.sender)
    mail = EmailMessage()
    mail["From"] = Address(shown, addr_spec=sender)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = content["subject"]
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{name}@{sender.rpartition('@')[2]}>"
    mail["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(content["text"], cte="base64")
    return mail


def send(server: MailServer, to: str, content: dict[str, Any], name: str) -> Answer:
    """Send one message; ``name`` is the part of the Message-ID before the @."""
    try:
        mail = compose(server, to, content, name, datetime.now(UTC))
        letter = Letter(to, str(mail["Message-ID"]), mail.as_bytes(policy=SMTP))
        to.encode("ascii")
    except (ValueError, LookupError, MessageError):
        return backoff.failed(Trouble.REFUSED)
    try:
        with _connection(server) as smtp:
            return _hand_over(smtp, server, letter)
    except smtplib.SMTPAuthenticationError as error:
        return backoff.held(Trouble.TOKEN, error.smtp_code)
    except smtplib.SMTPNotSupportedError:
        return backoff.held(Trouble.NOT_SET_UP)
    except smtplib.SMTPResponseException as error:
        return _refusal(error.smtp_code)
    except (smtplib.SMTPException, OSError):
        return backoff.again(Trouble.BUSY)


@contextmanager
def _connection(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection with STARTTLS and sign-in; STARTTLS is demanded unless it was switched off."""
    smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        if server.tls:
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
        yield smtp
    finally:
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()


def _hand_over(smtp: smtplib.SMTP, server: MailServer, letter: Letter) -> Answer:
    """Envelope, then text; an answer with a number is one, whatever it says."""
    smtp.ehlo_or_helo_if_needed()
    for code, _words in (smtp.mail(parseaddr(server.sender)[1]), smtp.rcpt(letter.to)):
        if code not in {250, 251}:
            return _refusal(code)
    try:
        code, _words = smtp.data(letter.text)
    except smtplib.SMTPDataError as error:
        return _refusal(error.smtp_code)
    except (smtplib.SMTPException, OSError):
        return backoff.unknown()
    return backoff.sent(code, letter.name[:80]) if code == 250 else _refusal(code)


def _refusal(code: int) -> Answer:
    """4xx: later perhaps; 5xx: never."""
    if 400 <= code < 500:
        return backoff.again(Trouble.BUSY, code)
    return backoff.failed(Trouble.REFUSED, code)
