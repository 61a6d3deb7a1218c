"""The steps of a message: each a button on its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from registry.access.gate import actor, allow, scope, today
from registry.access.roles import Permission
from registry.access.versions import compared, shown_version, version_of
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.fields import read_page
from registry.messages import publishing, queries, reviews_after, services
from registry.messages.checklist import points_on
from registry.messages.forms import (
    CorrectForm,
    PublishForm,
    ReasonForm,
    ReviewForm,
    checklist_form,
)
from registry.messages.models import KeyMessage
from registry.messages.page_views import message_page, silent_page
from registry.messages.settling import hold_releases
from registry.messages.views import READ, WRITE, bp

APPROVE = allow(Permission.MESSAGES_APPROVE)
PUBLISH = allow(Permission.MESSAGES_PUBLISH)
__all__ = ["bp"]


def _take(
    name: str, message_id: int, done: str, step: Callable[[KeyMessage], Any], **forms: Any
) -> ResponseReturnValue:
    """Take a step; a refused one shows the page again with what was typed."""
    hold_releases(message_id)
    try:
        step(queries.message_for(scope(), message_id, lock=True))
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        message = queries.message_for(scope(), message_id)
        return message_page(message, failed=name, problem=str(refusal), **forms)
    commit()
    flash(done, "success")
    return redirect(url_for("messages.show", message_id=message_id))


def require_valid(form: FlaskForm) -> None:
    """A form whose fields are all right.

    Raises:
        Refused: one of them is not; with what is wrong.
    """
    if not form.validate():
        raise Refused(next(str(error) for errors in form.errors.values() for error in errors))


@bp.post("/<int:message_id>/submit")
@WRITE
def submit(message_id: int) -> ResponseReturnValue:
    """Send a draft to the head, with the checklist."""
    form = checklist_form(points_on(today()))
    return _take(
        "submit",
        message_id,
        _("Sent to the head for approval."),
        lambda message: services.submit(actor(), message, form.answers(), version=_shown()),
        submit_form=form,
    )


@bp.post("/<int:message_id>/take-back")
@WRITE
def take_back(message_id: int) -> ResponseReturnValue:
    """Take one's office's text back."""
    done = _("Taken back; you can edit it again.")
    return _take("take_back", message_id, done, lambda row: services.take_back(actor(), row))


@bp.post("/<int:message_id>/approve")
@APPROVE
def approve(message_id: int) -> ResponseReturnValue:
    """The head approves."""
    done = _("Approved. The author can now proofread and publish it.")
    return _take(
        "approve",
        message_id,
        done,
        lambda row: services.approve(actor(), row, version=_shown()),
    )


def _shown() -> int:
    """The version of the message that the page with the button showed.

    Raises:
        Unseen: the form does not say.
    """
    return shown_version(request.form.get("version"))


@bp.post("/<int:message_id>/send-back")
@APPROVE
def send_back(message_id: int) -> ResponseReturnValue:
    """The head sends it back with a reason."""
    form = ReasonForm()
    return _take(
        "send_back",
        message_id,
        _("Sent back to the author."),
        lambda message: services.send_back(
            actor(), message, form.reason.data or "", version=_shown()
        ),
        reason_form=form,
    )


@bp.post("/<int:message_id>/proofread")
@WRITE
def proofread(message_id: int) -> ResponseReturnValue:
    """Somebody of the office read it through."""
    done = _("Proofread. Choose the channels and publish it.")
    return _take(
        "proofread",
        message_id,
        done,
        lambda row: services.proofread(actor(), row, version=_shown()),
    )


@bp.post("/<int:message_id>/publish")
@PUBLISH
def publish(message_id: int) -> ResponseReturnValue:
    """Publish to channels of one's own office, first or onward."""
    form = PublishForm()

    def step(message: KeyMessage) -> None:
        require_valid(form)
        at = form.moment(publishing.earliest(message))
        publishing.publish(actor(), message, form.channels.data or [], at=at)

    done = _("Published. Members on the rosters of these channels count as recipients.")
    return _take("publish", message_id, done, step, publish_form=form)


@bp.post("/<int:message_id>/correct")
@WRITE
def correct(message_id: int) -> ResponseReturnValue:
    """Own up to a mistake, and put the wording right."""
    form = CorrectForm()

    def step(message: KeyMessage) -> None:
        require_valid(form)
        reason, version = form.reason.data or "", version_of(form)
        now = {name: getattr(message, name) for name in ("sentence", "body", "script", "links")}
        with compared(form, message, now):
            services.correct(actor(), message, reason, form.wording(), version=version)

    done = _("The correction is shown on the message from now on.")
    return _take("correct", message_id, done, step, correct_form=form)


@bp.post("/<int:message_id>/withdraw")
@WRITE
def withdraw(message_id: int) -> ResponseReturnValue:
    """Withdraw a published message."""
    form = ReasonForm()
    return _take(
        "withdraw",
        message_id,
        _("The message was withdrawn; members see why."),
        lambda message: services.withdraw(actor(), message, form.reason.data or ""),
        reason_form=form,
    )


@bp.post("/<int:message_id>/crisis")
@PUBLISH
def crisis(message_id: int) -> ResponseReturnValue:
    """Make a message ready at once, to be reviewed afterwards."""
    form, why = checklist_form(points_on(today())), ReasonForm()
    done = _("Ready: publish it now. A head reviews it afterwards.")
    return _take(
        "crisis",
        message_id,
        done,
        lambda row: reviews_after.go_in_crisis(
            actor(), row, why.reason.data or "", form.answers(), version=_shown()
        ),
        submit_form=form,
        reason_form=why,
    )


@bp.post("/<int:message_id>/review")
@APPROVE
def review(message_id: int) -> ResponseReturnValue:
    """A head looks at what went out without waiting, with a note; or withdraws it."""
    form, answer = ReviewForm(), request.form.get("answer")
    told = (form.told.data or "") if answer == "withdraw" else None
    return _take(
        "review",
        message_id,
        _("The review is kept with the message."),
        lambda row: reviews_after.review(
            actor(),
            row,
            form.reason.data or "",
            withdraw_because=told,
            reword=answer == "reword",
            version=_shown(),
        ),
        reason_form=form,
    )


@bp.get("/<int:message_id>/silent")
@READ
def silent(message_id: int) -> ResponseReturnValue:
    """Recipients who have not reacted, to be reminded kindly; nobody is ranked."""
    message, page = queries.message_for(scope(), message_id), read_page(request.args)
    return silent_page(message, page, request.args.get("by", "")[:10])
