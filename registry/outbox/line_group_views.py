"""The page of the LINE groups that the bot is in, and the codes that move one to an office."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from registry.access.gate import actor, allow, may, scope_for
from registry.access.roles import Permission
from registry.db import commit, db
from registry.networks.queries import network_for
from registry.outbox import accounts, line_links, line_queries
from registry.outbox.line_forms import ClaimForm

bp = Blueprint("line_groups", __name__, url_prefix="/line/groups")
READ, WRITE = allow(Permission.CHANNELS_READ), allow(Permission.CHANNELS_WRITE)


@bp.get("/", endpoint="index")
@READ
def groups() -> ResponseReturnValue:
    """The LINE groups that the bot is in."""
    return _groups()


@bp.post("/claim")
@WRITE
def claim() -> ResponseReturnValue:
    """Make a code that moves a group to the own office, and show it this once."""
    form = _claim_form()
    if not form.validate_on_submit():
        db.session.rollback()
        return _groups(form), 422
    seen, wanted = scope_for(Permission.NETWORKS_READ), form.network_id.data
    network = network_for(seen, wanted) if wanted else None
    shown, until = line_links.issue_claim(actor(), current_user.office, network)
    commit()
    return _groups(code=shown, until=until)


def _claim_form() -> ClaimForm:
    form = ClaimForm()
    form.offer(scope_for(Permission.NETWORKS_READ), current_user.office_id)
    return form


def _groups(form: ClaimForm | None = None, **shown: object) -> str:
    channel = accounts.bot_channel()
    return render_template(
        "line/groups.html",
        rows=line_queries.groups_in(scope_for(Permission.CHANNELS_READ)),
        form=form or _claim_form(),
        claims=may(Permission.CHANNELS_WRITE),
        bot=channel,
        **shown,
    )
