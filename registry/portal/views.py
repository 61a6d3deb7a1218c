"""A member's messages, and the three taps: received, passed on, not passing this on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.access.gate import public
from registry.access.scope import Scope
from registry.channels.models import ESTIMATED
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.messages import exchange, receipts, review
from registry.messages.entries import Fault
from registry.messages.evidence import record_with_picture
from registry.messages.ledger import DisseminationEntry
from registry.messages.ledger_forms import channel_choices
from registry.messages.ledger_models import DISSEMINATION_STATE_NAMES
from registry.messages.models import KeyMessage, MessageState
from registry.messages.sending import sent
from registry.messages.uploads import evidence_picture
from registry.portal import queries
from registry.portal.forms import AskForm, PassedOnForm
from registry.portal.own import LinkGone, Own, own

bp = Blueprint("portal", __name__, url_prefix="/m/<token>")
FIELDS = {"channel", "audience", "basis", "link", "picture"}


@bp.errorhandler(LinkGone)
@bp.errorhandler(NotFound)
def gone(_error: Exception) -> ResponseReturnValue:
    """One polite page for every link and every number that opens nothing."""
    return render_template("portal/gone.html", sentence=""), 404


@bp.errorhandler(Refused)
def refused(error: Refused) -> ResponseReturnValue:
    """A wish that is refused, in one sentence."""
    return render_template("portal/gone.html", sentence=str(error)), 400


@bp.get("/")
@public
def home(token: str) -> ResponseReturnValue:
    """The messages sent to the member, those without a reaction first."""
    me = own(token)
    rows = queries.my_messages(me.scope)
    passed = queries.my_passed(me.scope, {message.id for message, _recipient in rows})
    waiting = [row for row in rows if not _reacted(row, passed)]
    return render_template(
        "portal/home.html",
        me=me,
        waiting=waiting,
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
    return _page(own(token), message_id)


def _page(
    me: Own,
    message_id: int,
    *,
    form: PassedOnForm | None = None,
    ask_form: AskForm | None = None,
    problem: str = "",
) -> ResponseReturnValue:
    row, recipient = queries.my_message(me.scope, message_id)
    channels = queries.my_channels(me.scope)
    form = form or PassedOnForm(formdata=None)
    form.channel.choices = channel_choices(channels)
    html = render_template(
        "portal/message.html",
        me=me,
        message=row,
        recipient=recipient,
        withdrawn=row.as_state is MessageState.WITHDRAWN,
        history=queries.why_withdrawn(me.scope, message_id),
        reports=queries.my_reports(me.scope, message_id),
        questions=queries.my_questions(me.scope, message_id),
        channels=channels,
        estimated=any(channel.as_kind in ESTIMATED for channel in channels),
        form=form,
        ask_form=ask_form or AskForm(formdata=None),
        problem=problem,
        states=DISSEMINATION_STATE_NAMES,
    )
    return html, 422 if problem or form.errors else 200


@bp.get("/messages/<int:message_id>/media/<int:media_id>")
@public
def media(token: str, message_id: int, media_id: int) -> ResponseReturnValue:
    """A file of a message sent to the member."""
    return sent(queries.my_media(own(token).scope, message_id, media_id))


def _tap(token: str, message_id: int, done: str, act: Callable[[Own, KeyMessage], Any]) -> Response:
    """One tap: do it, say so, show the message again."""
    me = own(token)
    act(me, queries.my_message(me.scope, message_id)[0])
    commit()
    flash(done, "success")
    return redirect(url_for("portal.message", token=token, message_id=message_id))


@bp.post("/messages/<int:message_id>/received")
@public
def received(token: str, message_id: int) -> ResponseReturnValue:
    """I have it."""
    return _tap(
        token,
        message_id,
        _("Thank you: noted that you received it."),
        lambda me, row: receipts.record_receipt(me.actor, row, me.member.id, via="link"),
    )


@bp.post("/messages/<int:message_id>/declined")
@public
def declined(token: str, message_id: int) -> ResponseReturnValue:
    """I do not pass this on; nobody asks why."""
    return _tap(
        token,
        message_id,
        _("Noted. That is quite all right."),
        lambda me, row: receipts.decline(me.actor, row, me.member.id),
    )


@bp.post("/messages/<int:message_id>/passed-on")
@public
def passed_on(token: str, message_id: int) -> ResponseReturnValue:
    """I passed it on."""
    me, form = own(token), PassedOnForm()
    row = queries.my_message(me.scope, message_id)[0]
    form.channel.choices = channel_choices(queries.my_channels(me.scope))
    if form.validate() and _report(me, row, form):
        flash(_("Thank you! Your report was saved."), "success")
        return redirect(url_for("portal.message", token=token, message_id=message_id))
    db.session.rollback()
    return _page(own(token), message_id, form=form)


def _report(me: Own, row: KeyMessage, form: PassedOnForm) -> bool:
    """Record it; the link has told who reports, and the channel must be theirs."""
    assert row.published_at is not None  # noqa: S101 - it was sent to the member
    at, exact = form.moment(row.published_at)
    entry = DisseminationEntry(
        message_id=row.id,
        member_id=me.member.id,
        channel_id=int(form.channel.data),
        at=at,
        audience_reported=form.audience.data,
        link=form.link.data,
        basis=form.basis.data,
        time_known=exact,
    )
    try:
        record_with_picture(
            me.actor,
            Scope.all(),
            entry,
            evidence_picture(form.picture),
            source="link",
            form_token=form.form_token.data,
        )
    except Fault as fault:
        field = fault.field if fault.field in FIELDS else "on"
        form[field].errors = [str(fault)]
        return False
    commit()
    return True


@bp.post("/messages/<int:message_id>/question")
@public
def question(token: str, message_id: int) -> ResponseReturnValue:
    """I have a question about it."""
    me, form = own(token), AskForm()
    row = queries.my_message(me.scope, message_id)[0]
    try:
        exchange.ask(
            me.actor, me.member, form.text.data or "", message=row, form_token=form.form_token.data
        )
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        return _page(own(token), message_id, ask_form=form, problem=str(refusal))
    commit()
    flash(_("Your question was sent; the answer will stand here."), "success")
    return redirect(url_for("portal.message", token=token, message_id=message_id))


@bp.post("/reports/<int:row_id>/withdraw")
@public
def withdraw(token: str, row_id: int) -> ResponseReturnValue:
    """My report was a mistake."""
    me = own(token)
    row = queries.my_report(me.scope, row_id)
    review.withdraw(me.actor, row)
    message_id = row.message_id
    commit()
    flash(_("Your report was taken back."), "success")
    return redirect(url_for("portal.message", token=token, message_id=message_id))
