"""Handing an office's channel over: asked by the one, answered by the other."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, scope, scope_for
from registry.access.models import User
from registry.access.roles import Permission
from registry.carry import press
from registry.channels import custodians, queries
from registry.channels.custodian_queries import count_waiting
from registry.channels.views import READ, WRITE, bp
from registry.errors import NotFound
from registry.fields import read_id


def waiting_channels() -> int:
    """What waits for the signed-in user: hand-overs, and channels whose custodian is gone."""
    seen = scope_for(Permission.CHANNELS_READ)
    return count_waiting(seen, current_user.id, current_user.office_id)


@bp.post("/<int:channel_id>/custodian")
@WRITE
def hand_over(channel_id: int) -> ResponseReturnValue:
    """Ask a colleague to take the channel over."""
    channel = queries.office_channel_for(scope(), channel_id)
    wanted = read_id(request.form.get("user_id"))
    if wanted is None:
        flash(_("Choose a colleague of the office whose account is open."), "warning")
        return redirect(url_for("channels.show", channel_id=channel_id))
    user = _colleague(int(channel.office_id or 0), wanted)
    press(
        lambda: custodians.offer(actor(), channel, user, request.form.get("note", "")),
        _("%(name)s was asked to take the channel over.", name=user.name),
    )
    return redirect(url_for("channels.show", channel_id=channel_id))


def _colleague(office_id: int, wanted: int) -> User:
    """The colleague who was chosen; somebody of another office does not exist."""
    found = (row for row in queries.custodians(scope(), office_id) if row.id == wanted)
    user = next(found, None)
    if user is None:
        raise NotFound("colleague")
    return user


@bp.post("/<int:channel_id>/custodian/<any(accept, decline):reply>")
@READ
def answer_hand_over(channel_id: int, reply: str) -> ResponseReturnValue:
    """Take the channel over, or not."""
    channel = queries.office_channel_for(scope(), channel_id)
    act = custodians.accept if reply == "accept" else custodians.decline
    done = _("The channel is now yours to look after.") if reply == "accept" else _("Noted.")
    press(lambda: act(actor(), channel), done)
    return redirect(url_for("channels.show", channel_id=channel_id))
