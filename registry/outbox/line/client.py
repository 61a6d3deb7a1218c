"""Calls to LINE through its official library, which is slow to import and so comes in late.

No call is made inside a transaction, none follows a redirect, none is repeated by itself.  What
LINE's errors say is not passed on as it is: it may hold ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from flask import current_app

from registry.errors import Refused
from registry.outbox import backoff
from registry.outbox.backoff import Answer, Trouble

if TYPE_CHECKING:
    from linebot.v3.messaging import MessagingApi

MAX_IDS = 500
MAX_MESSAGES = 5
TIMEOUT = (5, 20)
"""Seconds to connect, and to wait for an answer; a lease is longer than both together."""
CONTENT_LIMIT = 25 * 1024 * 1024
Headers = Mapping[str, str]


class LineError(Refused):
    """LINE did not do what was asked of it."""


@dataclass(frozen=True)
class Line:
    """The account: where LINE is and by which token it knows us; made from the settings."""

    host: str
    data_host: str
    token: str

    @property
    def is_set_up(self) -> bool:
        """Whether there is a token at all."""
        return bool(self.token)


@dataclass(frozen=True)
class GroupSummary:
    """A group's name and how many are in it, the bot not counted."""

    name: str
    members: int


@dataclass(frozen=True)
class Allowance:
    """The month's messages: how many there are (None: no limit), how many were used."""

    limit: int | None
    used: int


def line() -> Line:
    """The account of this installation; call it in an application context."""
    conf = current_app.extensions["sang_settings"]
    token = conf.line_channel_token.get_secret_value()
    return Line(conf.line_host.rstrip("/"), conf.line_data_host.rstrip("/"), token)


@lru_cache(maxsize=8)
def _client(host: str, token: str) -> Any:
    from linebot.v3.messaging import ApiClient, Configuration
    from urllib3 import Retry

    configuration = Configuration(host=host, access_token=token)
    configuration.retries = Retry(0, redirect=False, raise_on_status=False)
    return ApiClient(configuration)


def _api(account: Line) -> MessagingApi:
    from linebot.v3.messaging import MessagingApi

    return MessagingApi(_client(account.host, account.token))


def push(account: Line, to: str, messages: Sequence[Mapping[str, Any]], key: str) -> Answer:
    """Send to a group or to one person; the same key a second time has no second effect."""
    from linebot.v3.messaging import PushMessageRequest

    body = {"to": to, "messages": list(messages)}
    send = _api(account).push_message_with_http_info
    return _answer(PushMessageRequest, body, partial(send, x_line_retry_key=key))


def multicast(
    account: Line, to: Sequence[str], messages: Sequence[Mapping[str, Any]], key: str
) -> Answer:
    """Send to up to 500 people; the same key a second time has no second effect."""
    from linebot.v3.messaging import MulticastRequest

    body = {"to": list(to), "messages": list(messages)}
    send = _api(account).multicast_with_http_info
    return _answer(MulticastRequest, body, partial(send, x_line_retry_key=key))


def _answer(model: Any, body: Mapping[str, Any], send: Callable[..., Any]) -> Answer:
    """What LINE's answer means; without one the request may have had its effect."""
    from linebot.v3.messaging.exceptions import ApiException
    from urllib3.exceptions import HTTPError, NewConnectionError

    try:
        request = model.from_dict(body)
    except ValueError:
        return backoff.failed(Trouble.REFUSED)
    try:
        response = send(request, _request_timeout=TIMEOUT)
    except ApiException as error:
        return _refusal(error.status or 0, error.headers or {})
    except (HTTPError, OSError) as error:
        reached = not isinstance(getattr(error, "reason", error), NewConnectionError)
        return backoff.again(Trouble.NO_ANSWER, doubtful=reached)
    except ValueError:  # an answer that the library cannot read is none
        return backoff.again(Trouble.NO_ANSWER, doubtful=True)
    return backoff.sent(response.status_code, (response.headers or {}).get("x-line-request-id"))


def _refusal(status: int, headers: Headers) -> Answer:
    accepted = headers.get("x-line-accepted-request-id")
    if status == 409 and accepted:
        return backoff.sent(status, accepted)
    if status == 401:
        return backoff.held(Trouble.TOKEN, status)
    if status == 429:
        return backoff.again(Trouble.BUSY, status)
    if status == 403:
        return backoff.failed(Trouble.FORBIDDEN, status)
    if 400 <= status < 500:
        return backoff.failed(Trouble.REFUSED, status)
    if 300 <= status < 400:
        return backoff.failed(Trouble.REDIRECT, status)
    return backoff.again(Trouble.NO_ANSWER, status, doubtful=True)


def _ask(call: Callable[[], Any]) -> Any:
    """The answer to a question.

    Raises:
        LineError: LINE refused it or did not answer.
    """
    from flask_babel import gettext as _
    from linebot.v3.messaging.exceptions import OpenApiException
    from urllib3.exceptions import HTTPError

    try:
        return call()
    except (OpenApiException, HTTPError, OSError, ValueError) as error:
        status = getattr(error, "status", None) or "–"
        raise LineError(
            _("LINE did not answer as expected (status %(status)s); try again later.")
            % {"status": status}
        ) from None


def allowance() -> Allowance:
    """The month's messages and how many were used, asked of LINE now.

    Raises:
        LineError: LINE refused it or did not answer.
    """
    api = _api(line())
    target = _ask(lambda: api.get_message_quota(_request_timeout=TIMEOUT))
    used = _ask(lambda: api.get_message_quota_consumption(_request_timeout=TIMEOUT))
    return Allowance(target.value if target.type == "limited" else None, used.total_usage)


def reply(
    token: str, texts: Sequence[Mapping[str, Any]], *, timeout: tuple[int, int] = TIMEOUT
) -> None:
    """Answer an event by its reply token: up to five message objects.

    Args:
        timeout: seconds to connect, and to wait for an answer.

    Raises:
        LineError: LINE refused it or did not answer; a reply token is good once and for a minute.
    """
    from linebot.v3.messaging import ReplyMessageRequest

    request = {"replyToken": token, "messages": list(texts)[:MAX_MESSAGES]}
    api = _api(line())
    _ask(
        lambda: api.reply_message(ReplyMessageRequest.from_dict(request), _request_timeout=timeout)
    )


def fetch_content(message_id: str) -> bytes:
    """The picture, clip or sound that somebody sent to the bot.

    Raises:
        LineError: LINE refused it, did not answer, or it is larger than 25 MB.
    """
    from flask_babel import gettext as _
    from linebot.v3.messaging import MessagingApiBlob

    account = line()
    api = MessagingApiBlob(_client(account.data_host, account.token))
    asked = _ask(
        lambda: api.get_message_content_with_http_info(
            message_id, _preload_content=False, _request_timeout=TIMEOUT
        )
    )
    data: bytes = asked.raw_data
    if len(data) > CONTENT_LIMIT:
        raise LineError(_("The file is larger than 25 MB; send a smaller one."))
    return data


def group_summary(group_id: str) -> GroupSummary:
    """The name of a group that the bot is in, and how many are in it.

    Raises:
        LineError: the bot is not in the group, or LINE did not answer.
    """
    api = _api(line())
    summary = _ask(lambda: api.get_group_summary(group_id, _request_timeout=TIMEOUT))
    count = _ask(lambda: api.get_group_member_count(group_id, _request_timeout=TIMEOUT))
    return GroupSummary(summary.group_name, count.count)
