"""The webhook, and the pages about LINE: conversations, answers, linking a member's account."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, public, scope, scope_for
from registry.access.roles import Permission
from registry.carry import press
from registry.db import begin_write, commit, db
from registry.documents.pictures import Picture, clean_picture
from registry.errors import Refused
from registry.fields import read_page
from registry.members.models import Member
from registry.members.queries import member_for, member_to_change
from registry.messages import files
from registry.messages.choices import read_office
from registry.messages.ledger_forms import AnswerForm
from registry.messages.sending import sent_picture
from registry.messages.told import told
from registry.outbox import (
    accounts,
    line_answers,
    line_links,
    line_queries,
    line_settling,
    webhook_in,
)
from registry.outbox.line_models import UNDERSTOOD_NAMES, LineAccount

bp = Blueprint("line", __name__, url_prefix="/line")
HOOK = "line.webhook"
ANSWER = allow(Permission.QUESTIONS_ANSWER)
MEMBERS = allow(Permission.MEMBERS_WRITE)


@bp.post("/webhook")
@public
def webhook() -> ResponseReturnValue:
    """Where LINE sends its events; without its signature nothing is read or written."""
    request.max_content_length = webhook_in.LIMIT
    body = request.get_data(cache=False)
    if not webhook_in.is_signed(body, request.headers.get("x-line-signature", "")):
        abort(400)
    webhook_in.take_in(body)
    return Response("ok", mimetype="text/plain")


def open_conversations() -> int:
    """What the bot did not understand and waits for the signed-in user's office."""
    where = scope_for(Permission.QUESTIONS_ANSWER)
    return line_queries.count_open(where, read_office({}, where, current_user.office_id))


@bp.get("/")
@ANSWER
def index() -> ResponseReturnValue:
    """What members wrote to the bot: what was not understood first."""
    show = request.args.get("show", "open")
    q, page = request.args.get("q", "").strip()[:100], read_page(request.args)
    office = read_office(request.args, scope(), current_user.office_id)
    rows, total = line_queries.conversations(scope(), show=show, q=q, office=office, page=page)
    return render_template(
        "line/index.html",
        rows=rows,
        total=total,
        page=page,
        size=line_queries.PAGE,
        show=show,
        q=q,
        office=office,
        failed=line_queries.failed_events(scope()),
        names=UNDERSTOOD_NAMES,
        spans_offices=scope().spans_offices,
    )


@bp.get("/members/<int:member_id>")
@ANSWER
def member(member_id: int) -> ResponseReturnValue:
    """The whole conversation with one member, as a chat is read: the latest at the end."""
    return _talk(member_id)


def _talk(member_id: int, at: int = 0, typed: str = "", problem: str = "") -> str:
    row = member_for(scope(), member_id)
    asked = read_page(request.args) if "page" in request.args else None
    rows, total, page = line_queries.talk_with(scope(), member_id, asked)
    return render_template(
        "line/member.html",
        member=row,
        rows=rows,
        total=total,
        page=page,
        size=line_queries.PAGE,
        names=UNDERSTOOD_NAMES,
        accounts=line_queries.accounts_of_member(scope(), member_id),
        reached=line_answers.reached_among([member_id]),
        at=at,
        typed=typed,
        problem=problem,
    )


@bp.post("/inbound/<int:inbound_id>/answer")
@ANSWER
def answer(inbound_id: int) -> ResponseReturnValue:
    """Answer what the bot did not understand: it becomes a question, and is answered at once."""
    row = line_queries.inbound_for(scope(), inbound_id, lock=True)
    form, member_id = AnswerForm(), row.member_id
    ticked = {name: bool(request.form.get(name)) for name in ("about_record", "at_once")}
    try:
        sent = line_settling.answer(actor(), row, form.said(), **ticked)
        commit()
    except Refused as refusal:
        db.session.rollback()
        return _talk(member_id, inbound_id, form.text.data or "", str(refusal)), 422
    flash(*told(scope(), member_for(scope(), member_id), sent))
    return redirect(url_for("line.member", member_id=member_id))


@bp.post("/inbound/<int:inbound_id>/<any(news, question, correction, nothing):way>")
@ANSWER
def settle(inbound_id: int, way: str) -> ResponseReturnValue:
    """Say what it was that the bot did not understand."""
    picture = _reopened(inbound_id) if way == "news" else None
    row = line_queries.inbound_for(scope(), inbound_id, lock=True)
    press(lambda: line_settling.settle(actor(), row, way, picture), _("Noted."))
    return redirect(url_for("line.index"))


def _reopened(inbound_id: int) -> Picture | None:
    """The picture that came with it, opened in a child while no lock is held."""
    stored = line_queries.inbound_for(scope(), inbound_id).picture
    if stored is None:
        return None
    db.session.rollback()
    try:
        return clean_picture(files.read_secret(stored), _("picture"), side=1920)
    finally:
        begin_write()


@bp.get("/inbound/<int:inbound_id>/picture")
@ANSWER
def picture(inbound_id: int) -> ResponseReturnValue:
    """The picture that a member sent to the bot, or its small version."""
    return sent_picture(line_queries.inbound_for(scope(), inbound_id), request.args.get("size"))


@bp.post("/events/<int:line_event_id>/retry")
@ANSWER
def retry(line_event_id: int) -> ResponseReturnValue:
    """Let an event that failed be handled once more."""
    row = line_queries.failed_event_for(scope(), line_event_id)
    press(lambda: line_settling.try_again(actor(), row), _("It will be tried again at once."))
    return redirect(url_for("line.index"))


@bp.post("/members/<int:member_id>/code")
@MEMBERS
def code(member_id: int) -> ResponseReturnValue:
    """Make a code that links the member's LINE account, and show it this once."""
    row = member_to_change(scope(), member_id)
    try:
        shown, until = line_links.issue_code(actor(), row)
        commit()
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "warning")
        return redirect(url_for("members.show", member_id=member_id))
    return render_template("line/code.html", member=row, code=shown, until=until)


@bp.post("/members/<int:member_id>/unlink")
@MEMBERS
def unlink(member_id: int) -> ResponseReturnValue:
    """End the link with the member's LINE account."""
    row = member_to_change(scope(), member_id)
    account = accounts.account_of(row.id)
    if account is not None:
        step = account
        press(
            lambda: line_links.unlink(actor(), step, "officer"),
            _("The LINE account is no longer linked."),
        )
    return redirect(url_for("members.show", member_id=member_id))


def account_of(row: Member) -> LineAccount | None:
    """The linked account of a member, for the panel on the member's page."""
    found = line_queries.accounts_of_member(scope(), row.id)
    return next((account for account in found if account.unlinked_at is None), None)
