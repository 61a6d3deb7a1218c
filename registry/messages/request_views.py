"""Pages of requests to publish: the list, the form, the request with its next step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, may, scope, scope_for
from registry.access.models import OfficeKind
from registry.access.roles import Permission
from registry.access.versions import compared, version_of
from registry.carry import carry_out, press
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.fields import read_id, read_page
from registry.messages import request_changes, requests
from registry.messages import request_queries as queries
from registry.messages.letters import read_scan
from registry.messages.request_forms import LetterForm, RequestForm, TellForm
from registry.messages.request_models import (
    NOTICE_NAMES,
    REQUEST_STATE_NAMES,
    UNDECIDED,
    Notice,
    PublicationRequest,
)
from registry.messages.rules import ROUTE_NAMES
from registry.messages.sending import sent_secret
from registry.messages.uploads import opened
from registry.ui import Card

bp = Blueprint("requests", __name__, url_prefix="/requests")
READ = allow(Permission.MESSAGES_READ)
WRITE = allow(Permission.MESSAGES_WRITE)
APPROVE = allow(Permission.MESSAGES_APPROVE)
P = Permission


def _mine() -> queries.Mine:
    return queries.Mine(
        current_user.id,
        current_user.office_id,
        approves=may(P.MESSAGES_APPROVE),
        checks=may(P.MESSAGES_WRITE),
        central=_central(),
    )


def waiting_count() -> int:
    """How many requests wait for the signed-in user."""
    waiting = queries.RequestFilters(show="waiting")
    return queries.count_requests(scope_for(P.MESSAGES_READ), waiting, _mine())


def waiting_cards() -> list[Card]:
    """The same for the start page: a way to those that wait, not to all."""
    address = url_for("requests.index", show="waiting")
    return [Card(_("Requests to publish"), waiting_count(), address)]


def _central() -> bool:
    return bool(current_user.office.kind == OfficeKind.BUREAU.value)


@bp.get("/")
@READ
def index() -> ResponseReturnValue:
    """The requests that one may see, newest first."""
    names = ("show", "state", "route", "q")
    words = {name: request.args.get(name, "").strip()[:100] for name in names}
    filters, mine = queries.RequestFilters(**words, page=read_page(request.args)), _mine()
    return render_template(
        "requests/index.html",
        rows=queries.list_requests(scope(), filters, mine),
        total=queries.count_requests(scope(), filters, mine),
        counts={
            show: queries.count_requests(scope(), replace(filters, show=show), mine)
            for show in ("waiting", "open")
        },
        filters=filters,
        per_page=queries.PAGE,
        states=REQUEST_STATE_NAMES,
        routes={route.value: ROUTE_NAMES[route] for route in requests.CHECKS},
    )


@bp.route("/new", methods=["GET", "POST"])
@WRITE
def new() -> ResponseReturnValue:
    """Write down a request that came in."""
    form = RequestForm()
    if form.validate_on_submit():
        row = _receive(form)
        if row is not None:
            flash(_("The request was recorded. Check it, then the head decides."), "success")
            return redirect(url_for("requests.show", request_id=row.id))
    if form.is_submitted():
        db.session.rollback()
    return render_template("requests/form.html", form=form), 422 if form.errors else 200


def _receive(form: RequestForm) -> PublicationRequest | None:
    try:
        letter = opened(form.letter, read_scan)
    except Refused as refusal:
        form.letter.errors = [str(refusal)]
        return None
    try:
        row = requests.receive(actor(), form.asked(), letter, form_token=form.form_token.data)
    except Refused as refusal:
        form.form_errors.append(str(refusal))
        return None
    commit()
    return row


@bp.route("/<int:request_id>/edit", methods=["GET", "POST"])
@WRITE
def edit(request_id: int) -> ResponseReturnValue:
    """Correct what was written down, until somebody decides."""
    row = queries.request_for(scope(), request_id, lock=request.method == "POST")
    form = RequestForm(obj=row)
    if carry_out(form, lambda: _save(row, form)):
        flash(_("Saved."), "success")
        return redirect(url_for("requests.show", request_id=request_id))
    row = queries.request_for(scope(), request_id)
    if request.method == "GET" and not _correctable(row):
        return redirect(url_for("requests.show", request_id=request_id))
    wrong = form.errors or form.form_errors
    return render_template("requests/form.html", form=form, row=row), 422 if wrong else 200


def _correctable(row: PublicationRequest) -> bool:
    return row.office_id == current_user.office_id and row.as_state in UNDECIDED


def _save(row: PublicationRequest, form: RequestForm) -> None:
    version, asked = version_of(form), form.asked()
    with compared(form, row, {name: getattr(row, name) for name in vars(asked)}):
        request_changes.correct(actor(), row, asked, version=version)


@bp.get("/<int:request_id>")
@READ
def show(request_id: int) -> ResponseReturnValue:
    """A request with its letter, checks, decision and next step."""
    return _page(queries.request_for(scope(), request_id))


def _page(
    row: PublicationRequest,
    *,
    problem: str = "",
    typed: str = "",
    letter_form: LetterForm | None = None,
    tell_form: TellForm | None = None,
) -> ResponseReturnValue:
    own = row.office_id == current_user.office_id
    worked = current_user.id in row.workers
    works = own or (row.route == "central" and _central())
    page = render_template(
        "requests/show.html",
        row=row,
        checks=requests.points_of(row.as_route),
        states=REQUEST_STATE_NAMES,
        routes=ROUTE_NAMES,
        notices=NOTICE_NAMES,
        problem=problem,
        typed=typed,
        ticked=request.form.getlist("checks"),
        letter_form=letter_form or LetterForm(formdata=None),
        tell_form=tell_form or TellForm(formdata=None),
        writes=own and may(P.MESSAGES_WRITE),
        correctable=_correctable(row),
        works=works,
        checks_it=may(P.MESSAGES_WRITE) and (_central() if row.route == "central" else own),
        decides=own and not worked and may(P.MESSAGES_APPROVE),
    )
    return page, 422 if problem else 200


def _take(
    request_id: int, step: Callable[[PublicationRequest], Any], done: str, **typed: Any
) -> ResponseReturnValue:
    """Take a step; a refused one shows the page again with what was typed."""
    try:
        step(queries.request_for(scope(), request_id, lock=True))
        commit()
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        return _page(queries.request_for(scope(), request_id), problem=str(refusal), **typed)
    flash(done, "success")
    return redirect(url_for("requests.show", request_id=request_id))


@bp.post("/<int:request_id>/letter")
@WRITE
def attach(request_id: int) -> ResponseReturnValue:
    """Attach the letter to a request that came in without."""
    queries.request_for(scope(), request_id)
    form = LetterForm()

    def step(row: PublicationRequest) -> None:
        if scan is None:
            raise Refused(_("Choose a file first."))
        requests.attach_letter(actor(), row, scan)

    try:
        scan = opened(form.letter, read_scan)
    except Refused as refusal:
        db.session.rollback()
        return _page(queries.request_for(scope(), request_id), problem=str(refusal))
    return _take(request_id, step, _("The file was attached."), letter_form=form)


@bp.get("/<int:request_id>/letter")
@READ
def letter(request_id: int) -> Response:
    """The letter as a download."""
    row = queries.request_for(scope(), request_id)
    if row.letter is None or row.letter_type is None:
        raise NotFound
    return sent_secret(row.letter, row.letter_type)


@bp.post("/<int:request_id>/check")
@WRITE
def check(request_id: int) -> ResponseReturnValue:
    """Confirm the checks of the route."""
    ticked, seen = request.form.getlist("checks"), _seen()
    done = _("Checked. The head can now decide.")
    return _take(request_id, lambda row: requests.check(actor(), row, ticked, version=seen), done)


def _seen() -> int:
    """The version that the page showed; -1 for a form that carries none."""
    version = read_id(request.form.get("version"))
    return -1 if version is None else version


@bp.post("/<int:request_id>/approve")
@APPROVE
def approve(request_id: int) -> ResponseReturnValue:
    """The head agrees to what the page showed."""
    seen = _seen()
    done = _("Approved. An officer can now make a key message from it.")
    return _take(request_id, lambda row: requests.approve(actor(), row, version=seen), done)


@bp.post("/<int:request_id>/refuse")
@APPROVE
def refuse(request_id: int) -> ResponseReturnValue:
    """The head refuses with a reason."""
    reason, seen = request.form.get("reason", ""), _seen()
    done = _("Refused. Tell the unit the reason, then note it here.")
    return _take(
        request_id,
        lambda row: requests.refuse(actor(), row, reason, version=seen),
        done,
        typed=reason[:500],
    )


@bp.post("/<int:request_id>/message")
@WRITE
def make(request_id: int) -> ResponseReturnValue:
    """Make a key message from it."""
    row = queries.request_for(scope(), request_id, lock=True)
    parts = [current_user.name, current_user.position, current_user.office.name_th]
    line = " ".join(part for part in parts if part)
    done = _("The draft was made from the request; edit it, then submit it for approval.")
    if press(lambda: requests.make_message(actor(), row, line), done):
        row = queries.request_for(scope(), request_id)
        return redirect(url_for("messages.show", message_id=row.message_id))
    return redirect(url_for("requests.show", request_id=request_id))


@bp.post("/<int:request_id>/tell")
@WRITE
def tell(request_id: int) -> ResponseReturnValue:
    """Note when and how the unit was told."""
    form = TellForm()
    queries.request_for(scope(), request_id)
    if not form.validate():
        db.session.rollback()
        problem = next(str(error) for errors in form.errors.values() for error in errors)
        row = queries.request_for(scope(), request_id)
        return _page(row, problem=problem, tell_form=form)
    return _take(
        request_id,
        lambda row: requests.tell(actor(), row, form.on.data, Notice(form.how.data)),
        _("Noted that the unit was told."),
        tell_form=form,
    )
