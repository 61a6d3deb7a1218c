"""A member reports that a message was passed on, and takes a report back."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import public
from registry.access.scope import Scope
from registry.db import commit, db
from registry.messages import review
from registry.messages.entries import Fault
from registry.messages.evidence import record_with_picture
from registry.messages.ledger import DisseminationEntry
from registry.messages.ledger_models import DisseminationState
from registry.messages.models import KeyMessage
from registry.messages.uploads import evidence_picture
from registry.periods.calendar import to_bangkok_date
from registry.portal import own_channels, queries, results
from registry.portal.door_views import Own, bp, own
from registry.portal.forms import PassedOnForm
from registry.portal.views import message_page

FIELDS = {"channel", "audience", "basis", "link", "picture"}


@bp.post("/messages/<int:message_id>/passed-on")
@public
def passed_on(token: str, message_id: int) -> ResponseReturnValue:
    """I passed it on."""
    me, form = own(token), PassedOnForm()
    row = queries.my_message(me.scope, message_id)[0]
    form.offer(queries.my_channels(me.scope), None)
    if form.validate() and _report(me, row, form):
        flash(_("Thank you! Your report was saved."), "success")
        return redirect(url_for("portal.message", token=token, message_id=message_id))
    db.session.rollback()
    return message_page(own(token), message_id, form=form)


def _report(me: Own, row: KeyMessage, form: PassedOnForm) -> bool:
    """Record it; the link has told who reports, and the channel must be theirs."""
    try:
        picture = evidence_picture(form.picture)
        entry = _entry(me, row, form)
        record_with_picture(
            me.actor, Scope.all(), entry, picture, source="link", form_token=form.form_token.data
        )
    except Fault as fault:
        field = fault.field if fault.field in FIELDS else "on"
        form[field].errors = [str(fault)]
        return False
    commit()
    return True


def _entry(me: Own, row: KeyMessage, form: PassedOnForm) -> DisseminationEntry:
    assert row.published_at is not None  # noqa: S101 - it was sent to the member
    at, exact = form.moment(row.published_at)
    new = form.new_channel(to_bangkok_date(at))
    token = form.form_token.data or ""
    number = own_channels.add(me.actor, me.member, new, token).id if new else form.channel.data
    return DisseminationEntry(
        message_id=row.id,
        member_id=me.member.id,
        channel_id=int(number),
        at=at,
        audience_reported=form.audience.data,
        link=form.link.data,
        basis=form.basis.data,
        time_known=exact,
    )


@bp.post("/reports/<int:row_id>/withdraw")
@public
def withdraw(token: str, row_id: int) -> ResponseReturnValue:
    """My report was a mistake; told twice, it is taken back once."""
    me = own(token)
    row = queries.my_report(me.scope, row_id)
    message_id = row.message_id
    if row.as_state is not DisseminationState.WITHDRAWN:
        review.withdraw(me.actor, row)
        commit()
    flash(_("Your report was taken back."), "success")
    if not all(map(results.still_holds, results.my_certificates(me.scope))):
        flash(_("A certificate of yours no longer agrees with the register; make a new one."))
    return redirect(url_for("portal.message", token=token, message_id=message_id))
