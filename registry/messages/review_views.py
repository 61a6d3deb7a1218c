"""The queue of reports that wait for the office's review."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, scope, scope_for
from registry.access.roles import Permission
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.fields import read_id, read_page
from registry.messages import inbox, queries, review
from registry.messages.choices import read_office
from registry.messages.inbox import LedgerFilters
from registry.messages.ledger_forms import DecisionForm
from registry.messages.ledger_models import DisseminationState

bp = Blueprint("evidence", __name__, url_prefix="/evidence")
REVIEW = allow(Permission.DISSEMINATION_REVIEW)


def waiting_count() -> int:
    """How many reports with evidence wait for the signed-in user's office."""
    where = scope_for(Permission.DISSEMINATION_REVIEW)
    office = read_office({}, where, current_user.office_id)
    filters = LedgerFilters(state=DisseminationState.REPORTED.value, evidence="with", office=office)
    return inbox.count_disseminations(where, filters)


def _filters() -> LedgerFilters:
    evidence = request.args.get("evidence", "with")
    return LedgerFilters(
        state=DisseminationState.REPORTED.value,
        message_id=read_id(request.args.get("message")),
        office=read_office(request.args, scope(), current_user.office_id),
        evidence=evidence if evidence in {"with", "without"} else "",
        q=request.args.get("q", "").strip()[:100],
        page=read_page(request.args),
    )


@bp.get("/")
@REVIEW
def index() -> ResponseReturnValue:
    """Reports to accept or to send back, those with evidence first."""
    return _page(DecisionForm(formdata=None))


def _page(form: DecisionForm, problem: str = "") -> ResponseReturnValue:
    filters = _filters()
    message = queries.message_for(scope(), filters.message_id) if filters.message_id else None
    page = render_template(
        "dissemination/review.html",
        rows=inbox.list_disseminations(scope(), filters),
        total=inbox.count_disseminations(scope(), filters),
        filters=filters,
        message=message,
        spans_offices=scope().spans_offices,
        per_page=inbox.PAGE,
        form=form,
        problem=problem,
    )
    return page, 422 if problem else 200


@bp.post("/")
@REVIEW
def decide() -> ResponseReturnValue:
    """Accept, or send back, all that were ticked."""
    form, accept = DecisionForm(), request.form.get("decision") == "accept"
    try:
        count = _decide(form.ids.data or [], accept=accept, reason=form.reason.data or "")
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        return _page(form, str(refusal))
    commit()
    done = _("Reports accepted: %(count)s.") if accept else _("Reports sent back: %(count)s.")
    flash(done % {"count": count}, "success")
    return redirect(request.full_path)


def _decide(ids: list[int], *, accept: bool, reason: str) -> int:
    if not ids:
        raise Refused(_("Tick at least one report."))
    return review.review(
        actor(), inbox.disseminations_for(scope(), ids), accept=accept, reason=reason
    )
