"""A member adds a picture or a link to a report, until the office has looked at it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import public
from registry.db import commit, db
from registry.errors import NotFound
from registry.messages.entries import Fault
from registry.messages.evidence import OPEN, add_evidence
from registry.messages.ledger_forms import ProofForm
from registry.messages.ledger_models import Dissemination
from registry.messages.uploads import evidence_picture
from registry.portal import queries
from registry.portal.door_views import Own, bp, own


@bp.route("/reports/<int:row_id>/evidence", methods=["GET", "POST"])
@public
def evidence(token: str, row_id: int) -> ResponseReturnValue:
    """Show what proves my report; one that was sent back waits for the office again."""
    me, form = own(token, private=True), ProofForm()
    row = _shown(me, row_id)
    message_id = row.message_id
    if form.validate_on_submit() and _add(me, row_id, form):
        flash(_("Thank you! It was added to your report."), "success")
        return redirect(url_for("portal.message", token=token, message_id=message_id))
    if request.method == "POST":
        db.session.rollback()
    me = own(token)
    page = render_template("portal/evidence.html", me=me, row=_shown(me, row_id), form=form)
    return page, 422 if form.errors else 200


def _shown(me: Own, row_id: int) -> Dissemination:
    """One of the member's reports that takes evidence."""
    for row in queries.my_reports(me.scope):
        if row.id == row_id and row.as_state in OPEN:
            return row
    raise NotFound(f"dissemination {row_id}")


def _add(me: Own, row_id: int, form: ProofForm) -> bool:
    try:
        picture = evidence_picture(form.picture)
        row = queries.my_report(me.scope, row_id)
        add_evidence(me.actor, row, picture=picture, link=form.link.data)
    except Fault as fault:
        form[fault.field].errors = [str(fault)]
        return False
    commit()
    return True
