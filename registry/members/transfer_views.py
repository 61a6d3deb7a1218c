"""Requests to link or take over a member of another office."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from itsdangerous import BadSignature

from registry.access.gate import actor, allow, scope, scope_for, today
from registry.access.roles import Permission
from registry.access.scope import Scope
from registry.carry import carry_out
from registry.db import commit
from registry.errors import NotFound
from registry.i18n import name_of
from registry.members import transfer_queries, transfers
from registry.members.form_views import signer
from registry.members.forms import DecisionForm, RequestForm
from registry.members.models import Member
from registry.members.queries import member_for, provinces_in
from registry.members.transfer_models import REQUEST_KIND_NAMES, REQUEST_STATE_NAMES, RequestKind
from registry.networks.queries import network_for, networks_in

bp = Blueprint("transfers", __name__, url_prefix="/transfers")
WRITE = allow(Permission.MEMBERS_WRITE)
HOUR = 3600


def waiting() -> int:
    """How many requests wait for the signed-in user's office."""
    return transfer_queries.count_waiting(scope_for(Permission.MEMBERS_WRITE))


@bp.get("/")
@WRITE
def index() -> ResponseReturnValue:
    """Requests that concern the scope's offices."""
    return _page(DecisionForm(formdata=None), None)


def _page(form: DecisionForm, at: int | None) -> str:
    return render_template(
        "members/transfers.html",
        requests=transfer_queries.list_requests(scope()),
        kinds=REQUEST_KIND_NAMES,
        states=REQUEST_STATE_NAMES,
        form=form,
        at=at,
    )


@bp.route("/new", methods=["GET", "POST"])
@WRITE
def new() -> ResponseReturnValue:
    """Ask for a member of whom a hint told."""
    token = request.values.get("token", "")
    member = _hinted(token)
    form = _request_form()
    if carry_out(form, lambda: transfers.ask(actor(), current_user.office, member, _wish(form))):
        flash(_("The request was sent; you will see the answer here."), "success")
        return redirect(url_for("transfers.index"))
    return render_template(
        "members/transfer_form.html", form=form, token=token, office=_hinted(token).office
    )


def _hinted(token: str) -> Member:
    """The member of a hint that this user got within the hour."""
    try:
        member_id, user_id = signer().loads(token, max_age=HOUR)
    except BadSignature:
        raise NotFound("hint") from None
    if user_id != current_user.id:
        raise NotFound("hint")
    return member_for(Scope.all(), member_id)


def _request_form() -> RequestForm:
    form = RequestForm()
    own = networks_in(scope_for(Permission.NETWORKS_WRITE), office_id=current_user.office_id)
    places = provinces_in(scope())
    kinds = [RequestKind.TRANSFER, RequestKind.LINK] if own else [RequestKind.TRANSFER]
    form.kind.choices = [(kind.value, REQUEST_KIND_NAMES[kind]) for kind in kinds]
    form.network.choices = [(0, "–"), *((row.id, row.name) for row in own)]
    form.province_code.choices = [("", "–"), *((row.code, name_of(row)) for row in places)]
    if form.kind.data is None:
        form.kind.data = kinds[0].value
    if form.province_code.data is None and len(places) == 1:
        form.province_code.data = places[0].code
    return form


def _wish(form: RequestForm) -> transfers.Wish:
    network = None
    if form.kind.data == RequestKind.LINK and form.network.data:
        network = network_for(scope_for(Permission.NETWORKS_WRITE), form.network.data)
    return transfers.Wish(
        kind=RequestKind(form.kind.data),
        reason=form.reason.data,
        network=network,
        province=form.province_code.data or None,
    )


@bp.post("/<int:request_id>/decide")
@WRITE
def decide(request_id: int) -> ResponseReturnValue:
    """Accept or refuse a request."""
    found = transfer_queries.request_to_decide(scope(), request_id)
    form = DecisionForm()
    if carry_out(form, lambda: _decide(found, form)):
        flash(_("Your decision was noted; both offices see it."), "success")
        return redirect(url_for("transfers.index"))
    return _page(form, request_id)


def _decide(found: Any, form: DecisionForm) -> None:
    reason = form.reason.data or ""
    if "accept" in request.form:
        transfers.accept(actor(), found, on=today(), reason=reason)
    else:
        transfers.refuse(actor(), found, reason=reason)


@bp.post("/<int:request_id>/withdraw")
@WRITE
def withdraw(request_id: int) -> ResponseReturnValue:
    """Take back an own request."""
    transfers.withdraw(actor(), transfer_queries.own_request(scope(), request_id))
    commit()
    flash(_("The request was withdrawn."), "success")
    return redirect(url_for("transfers.index"))
