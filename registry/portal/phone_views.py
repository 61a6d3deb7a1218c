"""Answer by telephone: an officer finds the member and notes what is said, message by message."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, scope
from registry.access.roles import Permission
from registry.carry import carry_out, press
from registry.channels.models import ESTIMATED
from registry.fields import read_id
from registry.members.list_queries import MemberFilters, list_members
from registry.members.masks import mask_phone
from registry.members.queries import member_for
from registry.members.search import FEWEST_FIGURES
from registry.messages import exchange, receipts
from registry.messages.entries import DisseminationEntry, Fault
from registry.messages.evidence import record_with_picture
from registry.messages.models import KeyMessage
from registry.portal import phone_queries as queries
from registry.portal.phone_forms import PhonePassedForm, PhoneQuestionForm

bp = Blueprint("phone", __name__, url_prefix="/phone")
RECORD = allow(Permission.DISSEMINATION_RECORD)
VIA = "phone"
MOST = 20
FIELDS = {"channel", "audience", "basis"}


@bp.get("/")
@RECORD
def index() -> ResponseReturnValue:
    """Find the member who calls, or whom one calls."""
    asked = request.args.get("q", "").strip()[:80]
    found = list_members(scope(), MemberFilters(q=asked)).members[:MOST] if asked else []
    figures = re.sub(r"[\s-]", "", asked)
    return render_template(
        "portal/phone.html",
        q=asked,
        found=found,
        few=figures.isdecimal() and len(figures) < FEWEST_FIGURES,
        most=MOST,
        mask_phone=mask_phone,
    )


@bp.get("/<int:member_id>")
@RECORD
def member(member_id: int) -> ResponseReturnValue:
    """The messages sent to a member, with a button for each answer."""
    return _page(member_id)


def _page(
    member_id: int,
    *,
    at: int | None = None,
    passed: PhonePassedForm | None = None,
    asked: PhoneQuestionForm | None = None,
) -> ResponseReturnValue:
    row = member_for(scope(), member_id)
    channels = queries.channels_for(scope(), member_id)
    form = passed or PhonePassedForm(formdata=None)
    form.offer(channels)
    rows, done = queries.sent_to(scope(), member_id), queries.passed_on_by(scope(), member_id)
    html = render_template(
        "portal/phone_member.html",
        member=row,
        phone=mask_phone(row.phone),
        rows=sorted(rows, key=lambda pair: pair[0].id in done),
        done=done,
        channels=channels,
        estimated=any(channel.as_kind in ESTIMATED for channel in channels),
        passed=form,
        asked=asked or PhoneQuestionForm(formdata=None),
        at=at,
        answered=read_id(request.args.get("message")),
    )
    return html, 422 if at else 200


def _tap(
    member_id: int, message_id: int, done: str, act: Callable[[KeyMessage], object]
) -> ResponseReturnValue:
    member_for(scope(), member_id)
    message = queries.one_sent_to(scope(), member_id, message_id)
    press(lambda: act(message), done)
    return redirect(url_for("phone.member", member_id=member_id, message=message_id))


@bp.post("/<int:member_id>/<int:message_id>/received")
@RECORD
def received(member_id: int, message_id: int) -> ResponseReturnValue:
    """The member has it."""
    return _tap(
        member_id,
        message_id,
        _("Noted: received."),
        lambda message: receipts.record_receipt(actor(), message, member_id, via=VIA),
    )


@bp.post("/<int:member_id>/<int:message_id>/declined")
@RECORD
def declined(member_id: int, message_id: int) -> ResponseReturnValue:
    """The member does not pass it on; nobody asks why."""
    return _tap(
        member_id,
        message_id,
        _("Noted: not passed on."),
        lambda message: receipts.decline(actor(), message, member_id, via=VIA),
    )


@bp.post("/<int:member_id>/<int:message_id>/passed-on")
@RECORD
def passed_on(member_id: int, message_id: int) -> ResponseReturnValue:
    """The member passed it on."""
    member_for(scope(), member_id)
    message, form = queries.one_sent_to(scope(), member_id, message_id), PhonePassedForm()
    form.offer(queries.channels_for(scope(), member_id))
    if not carry_out(form, lambda: _report(member_id, message, form)):
        return _page(member_id, at=message_id, passed=form)
    flash(_("Noted: passed on."), "success")
    return redirect(url_for("phone.member", member_id=member_id, message=message_id))


def _report(member_id: int, message: KeyMessage, form: PhonePassedForm) -> None:
    """Record it; what is wrong stands at its field."""
    assert message.published_at is not None  # noqa: S101 - it was sent to the member
    at, exact = form.moment(message.published_at)
    entry = DisseminationEntry(
        message_id=message.id,
        member_id=member_id,
        channel_id=int(form.channel.data),
        at=at,
        time_known=exact,
        audience_reported=form.audience.data,
        basis=form.basis.data,
    )
    token = form.form_token.data
    try:
        record_with_picture(actor(), scope(), entry, None, source=VIA, form_token=token)
    except Fault as fault:
        form[fault.field if fault.field in FIELDS else "on"].errors = [str(fault)]
        raise


@bp.post("/<int:member_id>/<int:message_id>/question")
@RECORD
def question(member_id: int, message_id: int) -> ResponseReturnValue:
    """The member asks; the question waits for an answer like any other."""
    row = member_for(scope(), member_id)
    message, form = queries.one_sent_to(scope(), member_id, message_id), PhoneQuestionForm()
    token, text = form.form_token.data, form.text.data or ""
    if not carry_out(
        form,
        lambda: exchange.ask(actor(), row, text, message=message, form_token=token, source=VIA),
    ):
        return _page(member_id, at=message_id, asked=form)
    flash(_("The question was written down."), "success")
    return redirect(url_for("phone.member", member_id=member_id, message=message_id))
