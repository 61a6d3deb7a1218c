"""The builder of an audience: whom a message is for, counted live, and the button that sends it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, scope, today
from registry.access.roles import Permission
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.fields import read_id, read_page
from registry.messages import audience_queries, queries, releases
from registry.messages.audience_forms import SendForm
from registry.messages.audience_page_views import (
    address,
    builder_page,
    choice_of,
    chosen,
    counts_of,
    with_saved,
)
from registry.messages.models import KeyMessage
from registry.messages.publishing import PASSED_ON
from registry.messages.release_models import Purpose
from registry.messages.returned import lost_places
from registry.messages.unreached import REASON_NAMES, Reason

bp = Blueprint("audience", __name__, url_prefix="/messages/<int:message_id>/audience")
PUBLISH = allow(Permission.MESSAGES_PUBLISH)


@bp.get("/")
@PUBLISH
def build(message_id: int) -> ResponseReturnValue:
    """Choose channels and filters; the address holds the choice, so it can be kept and sent on.

    A kept audience (``saved``) takes the place of the filters; all else that was entered stays.
    """
    message = queries.message_for(scope(), message_id)
    saved_id = read_id(request.args.get("saved"))
    if saved_id is not None:
        return redirect(address(message_id, with_saved(message_id, request.args, saved_id)))
    return builder_page(message, request.args, form=SendForm(formdata=None))


@bp.get("/count")
@PUBLISH
def count(message_id: int) -> ResponseReturnValue:
    """The counts and the button alone, for the page to put in its place."""
    message = queries.message_for(scope(), message_id)
    counts = counts_of(message, request.args, SendForm(formdata=None))
    return jsonify(
        html=render_template("audience/_count.html", **counts),
        kept=render_template("audience/_kept.html", **counts),
        faults=counts["faults"],
    )


@bp.post("/")
@PUBLISH
def publish(message_id: int) -> ResponseReturnValue:
    """Plan the release that the button said; where the number changed, show the new one."""
    message, form = queries.message_for(scope(), message_id), SendForm()
    try:
        release_id = _plan(message, form)
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        message = queries.message_for(scope(), message_id)
        return builder_page(message, request.form, form=form, problem=str(refusal)), 422
    flash(_("The sending is planned; here you see how far it is."), "success")
    return redirect(url_for("releases.show", release_id=release_id))


def _plan(message: KeyMessage, form: SendForm) -> int:
    choice = choice_of(request.form)
    release = releases.plan(
        actor(),
        message,
        choice.audience,
        choice.channels,
        purpose=Purpose.ONWARD if message.as_state in PASSED_ON else Purpose.FIRST,
        planned_at=choice.begins(datetime.now(UTC)),
        seen_count=form.seen_count,
        form_token=form.form_token.data,
    )
    number = release.id
    commit()
    return number


@bp.get("/unreached/<reason>")
@PUBLISH
def unreached(message_id: int, reason: str) -> ResponseReturnValue:
    """Those not reached for one reason, each with the way to mend the record."""
    message = queries.message_for(scope(), message_id)
    if reason not in set(Reason) - {Reason.REACHED, Reason.OUTSIDE}:
        abort(404)
    why, page = Reason(reason), read_page(request.args)
    choice, channels = chosen(message_id, request.args)
    counted = audience_queries.count_audience(
        scope(), choice.audience, channels, today(), message_id=message_id
    )
    rows = audience_queries.unreached_members(
        scope(), choice.audience, channels, why, today(), page=page, message_id=message_id
    )
    return render_template(
        "audience/unreached.html",
        message=message,
        reason=why,
        Reason=Reason,
        title=REASON_NAMES[why],
        rows=rows,
        lost=lost_places(scope(), [row.id for row in rows], today()),
        total=counted.unreached.get(why, 0),
        channels=channels,
        pairs=choice.pairs(),
        page=page,
        per_page=audience_queries.PAGE,
    )
