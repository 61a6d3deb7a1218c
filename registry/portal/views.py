"""A member's messages, and the taps: received, not passing this on, a question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.access.gate import public
from registry.carry import carry_out
from registry.channels.models import ESTIMATED
from registry.db import commit
from registry.messages import exchange, receipts
from registry.messages.ledger_models import DISSEMINATION_STATE_NAMES, Recipient
from registry.messages.models import KeyMessage, MessageState
from registry.messages.sending import sent
from registry.portal import queries, results
from registry.portal.door_views import Own, bp, own
from registry.portal.forms import AskForm, PassedOnForm, blank_forms, tapped_at

__all__ = ["bp"]


@bp.get("/")
@public
def home(token: str) -> ResponseReturnValue:
    """The messages sent to the member: new ones, those without an answer, those with one."""
    me = own(token)
    rows = queries.my_messages(me.scope)
    passed = queries.my_passed(me.scope, {message.id for message, _recipient in rows})
    waiting = [row for row in rows if not _reacted(row, passed)]
    return render_template(
        "portal/home.html",
        me=me,
        new=[row for row in waiting if row[1].received_at is None],
        received=[row for row in waiting if row[1].received_at is not None],
        done=[row for row in rows if _reacted(row, passed)],
        passed=passed,
    )


def _reacted(row: Any, passed: set[int]) -> bool:
    """Nothing more is asked: passed on, declined, or withdrawn by the office."""
    message, recipient = row
    withdrawn = message.as_state is MessageState.WITHDRAWN
    return withdrawn or message.id in passed or recipient.declined_at is not None


@bp.get("/messages/<int:message_id>")
@public
def message(token: str, message_id: int) -> ResponseReturnValue:
    """One message, with its media and what the member may do."""
    return message_page(own(token), message_id)


def message_page(
    me: Own,
    message_id: int,
    *,
    form: PassedOnForm | None = None,
    ask_form: AskForm | None = None,
    problem: str = "",
    asked_on: dict[int, AskForm] | None = None,
) -> ResponseReturnValue:
    """The page of a message, perhaps with a form that has to be mended.

    A link that no browser keeps yet shows the message alone: nothing of what the member did.

    Args:
        asked_on: the form of a question, by its number, that was refused.
    """
    row, recipient = queries.my_message(me.scope, message_id)
    channels = queries.my_channels(me.scope) if me.named else []
    asked = queries.my_questions(me.scope, message_id) if me.named else []
    form = form or PassedOnForm(formdata=None)
    form.offer(channels, queries.my_usual_channel(me.scope) if me.named else None)
    html = render_template(
        "portal/message.html",
        me=me,
        message=row,
        recipient=recipient,
        withdrawn=row.as_state is MessageState.WITHDRAWN,
        history=queries.why_withdrawn(me.scope, message_id),
        reports=queries.my_reports(me.scope, message_id) if me.named else [],
        questions=asked,
        channels=channels,
        estimated=any(channel.as_kind in ESTIMATED for channel in channels),
        form=form,
        ask_form=ask_form or AskForm(formdata=None),
        asks=blank_forms(asked) | (asked_on or {}),
        problem=problem,
        certified=bool(results.my_certificates(me.scope)),
        states=DISSEMINATION_STATE_NAMES,
    )
    return html, 422 if problem or form.errors or asked_on else 200


@bp.get("/messages/<int:message_id>/media/<int:media_id>")
@public
def media(token: str, message_id: int, media_id: int) -> ResponseReturnValue:
    """A file of a message sent to the member."""
    media = queries.my_media(own(token).scope, message_id, media_id)
    return sent(media, request.args.get("size"))


def _tap(
    token: str,
    message_id: int,
    done: str,
    act: Callable[[Own, KeyMessage, Recipient], object],
) -> Response:
    """One tap: do it, say so, show the message again."""
    me = own(token)
    row, recipient = queries.my_message(me.scope, message_id)
    act(me, row, recipient)
    commit()
    flash(done, "success")
    return redirect(url_for("portal.message", token=token, message_id=message_id))


def _told(recipient: Recipient) -> dict[str, Any]:
    """When and by which way: earlier than now if the form waited on the phone for a connection."""
    at = tapped_at(request.form.get("kept_for"), recipient.published_at)
    return {"at": at, "via": "link", "waited": at is not None}


@bp.post("/messages/<int:message_id>/received")
@public
def received(token: str, message_id: int) -> ResponseReturnValue:
    """I have it."""
    return _tap(
        token,
        message_id,
        _("Thank you: noted that you received it."),
        lambda me, row, recipient: receipts.record_receipt(
            me.actor, row, me.member.id, **_told(recipient)
        ),
    )


@bp.post("/messages/<int:message_id>/declined")
@public
def declined(token: str, message_id: int) -> ResponseReturnValue:
    """I do not pass this on; nobody asks why."""
    return _tap(
        token,
        message_id,
        _("Noted. That is quite all right."),
        lambda me, row, recipient: receipts.decline(
            me.actor, row, me.member.id, **_told(recipient)
        ),
    )


@bp.post("/messages/<int:message_id>/question")
@public
def question(token: str, message_id: int) -> ResponseReturnValue:
    """I have a question about it."""
    me, form = own(token), AskForm()
    row = queries.my_message(me.scope, message_id)[0]
    text, once = form.text.data or "", form.form_token.data
    if not carry_out(
        form, lambda: exchange.ask(me.actor, me.member, text, message=row, form_token=once)
    ):
        problem = " ".join(map(str, [*form.text.errors, *form.form_errors]))
        return message_page(own(token), message_id, ask_form=form, problem=problem)
    flash(_("Your question was sent; the answer will stand here."), "success")
    return redirect(url_for("portal.message", token=token, message_id=message_id))
