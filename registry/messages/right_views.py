"""Pages of the right to publish: who has it, who asks, who decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, may, scope, scope_for, today
from registry.access.offices import office_for, offices
from registry.access.roles import Permission
from registry.carry import carry_out
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.fields import read_page
from registry.messages import right_queries as queries
from registry.messages import rights
from registry.messages.letters import read_scan
from registry.messages.right_forms import AskForm, DirectForm
from registry.messages.right_models import RIGHT_STATE_NAMES, PublishingRight, RightState
from registry.messages.sending import sent_secret
from registry.messages.uploads import opened
from registry.ui import Card

bp = Blueprint("rights", __name__, url_prefix="/rights")
P = Permission
SEE, ASK, ENDORSE = allow(P.RIGHTS_SEE), allow(P.MESSAGES_WRITE), allow(P.MESSAGES_APPROVE)
DECIDE = allow(P.RIGHTS_DECIDE)


def _mine() -> queries.Mine:
    return queries.Mine(
        current_user.id,
        current_user.office_id,
        endorses=may(P.MESSAGES_APPROVE),
        decides=may(P.RIGHTS_DECIDE),
    )


def waiting_count() -> int:
    """How many applications wait for the signed-in user."""
    return queries.count_rights(scope_for(P.RIGHTS_SEE), "waiting", _mine())


def waiting_cards() -> list[Card]:
    """The same for the start page: a way to those that wait, not to all."""
    address = url_for("rights.index", show="waiting")
    return [Card(_("Right to publish"), waiting_count(), address)]


@bp.get("/")
@SEE
def index() -> ResponseReturnValue:
    """The applications that one may see, newest first."""
    show, page, mine = request.args.get("show", "")[:10], read_page(request.args), _mine()
    return render_template(
        "rights/index.html",
        rows=queries.list_rights(scope(), show, mine, page),
        total=queries.count_rights(scope(), show, mine),
        counts={one: queries.count_rights(scope(), one, mine) for one in ("waiting", "open")},
        show=show,
        page=page,
        per_page=queries.PAGE,
        states=RIGHT_STATE_NAMES,
    )


@bp.route("/new", methods=["GET", "POST"])
@ASK
def new() -> ResponseReturnValue:
    """Ask for the right of one's own office."""
    form = AskForm()
    if form.validate_on_submit():
        row = _ask(form)
        if row is not None:
            flash(_("The application was sent to the head of your office."), "success")
            return redirect(url_for("rights.show", right_id=row.id))
    if form.is_submitted():
        db.session.rollback()
    return render_template("rights/form.html", form=form), 422 if form.is_submitted() else 200


def _ask(form: AskForm) -> PublishingRight | None:
    try:
        scan = opened(form.form, read_scan)
    except Refused as refusal:
        form.form.errors = [str(refusal)]
        return None
    try:
        row = rights.ask(actor(), form.reason.data or "", scan, form_token=form.form_token.data)
    except Refused as refusal:
        form.form_errors.append(str(refusal))
        return None
    commit()
    return row


@bp.route("/decide", methods=["GET", "POST"])
@DECIDE
def direct() -> ResponseReturnValue:
    """Grant or revoke without an application."""
    form = DirectForm(offices(open_on=today()))
    if request.method == "GET":
        form.office.data = request.args.get("office", "")
    if carry_out(form, lambda: _direct(form)):
        flash(_("Saved."), "success")
        return redirect(url_for("rights.index"))
    return render_template("rights/direct.html", form=form), 422 if form.is_submitted() else 200


def _direct(form: DirectForm) -> None:
    office = office_for(form.office.data)
    grants = form.grants.data == "yes"
    rights.set_directly(actor(), office, grants=grants, reason=form.reason.data or "")


@bp.get("/<int:right_id>")
@SEE
def show(right_id: int) -> ResponseReturnValue:
    """An application with who decided what, and the next step."""
    return _page(queries.right_for(scope(), right_id))


def _page(row: PublishingRight, *, problem: str = "", typed: str = "") -> ResponseReturnValue:
    user, state = current_user.id, row.as_state
    head = may(P.MESSAGES_APPROVE) and row.office_id == current_user.office_id
    page = render_template(
        "rights/show.html",
        row=row,
        states=RIGHT_STATE_NAMES,
        problem=problem,
        typed=typed,
        endorses=head and state is RightState.ASKED and user != row.asked_by,
        decides=may(P.RIGHTS_DECIDE)
        and state is RightState.ENDORSED
        and user not in {row.asked_by, row.endorsed_by},
        revokes=may(P.RIGHTS_DECIDE) and state is RightState.GRANTED and row.office.may_publish,
    )
    return page, 422 if problem else 200


@bp.get("/<int:right_id>/form")
@SEE
def scan(right_id: int) -> Response:
    """The signed form."""
    row = queries.right_for(scope(), right_id)
    if row.form is None or row.form_type is None:
        raise NotFound
    return sent_secret(row.form, row.form_type)


def _take(right_id: int, step: Callable[[PublishingRight, str], Any]) -> ResponseReturnValue:
    """Take a step with its reason; a refused one shows the page again with what was typed."""
    reason = request.form.get("reason", "")
    try:
        step(queries.right_for(scope(), right_id), reason)
        commit()
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        row = queries.right_for(scope(), right_id)
        return _page(row, problem=str(refusal), typed=reason[:500])
    flash(_("Saved."), "success")
    return redirect(url_for("rights.show", right_id=right_id))


def _yes() -> bool:
    return request.form.get("answer") == "yes"


@bp.post("/<int:right_id>/endorse")
@ENDORSE
def endorse(right_id: int) -> ResponseReturnValue:
    """The head of the office endorses or declines."""
    return _take(right_id, lambda row, why: rights.endorse(actor(), row, agrees=_yes(), reason=why))


@bp.post("/<int:right_id>/decide")
@DECIDE
def decide(right_id: int) -> ResponseReturnValue:
    """Headquarters grants or refuses."""
    return _take(right_id, lambda row, why: rights.decide(actor(), row, grants=_yes(), reason=why))


@bp.post("/<int:right_id>/revoke")
@DECIDE
def revoke(right_id: int) -> ResponseReturnValue:
    """Headquarters takes the right back."""
    return _take(
        right_id,
        lambda row, why: rights.set_directly(actor(), row.office, grants=False, reason=why),
    )
