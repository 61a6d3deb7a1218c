"""Where an office hands out personal links and takes them back."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, scope
from registry.access.roles import Permission
from registry.db import commit
from registry.members.models import Member
from registry.members.queries import member_to_change
from registry.portal import queries, services
from registry.portal.models import MemberLink

bp = Blueprint("portal_admin", __name__, url_prefix="/members/<int:member_id>/link")
WRITE = allow(Permission.MEMBERS_WRITE)


def link_of(member: Member) -> MemberLink | None:
    """The newest link of a member, for the panel on the member's page."""
    return queries.latest_link(scope(), member.id)


def address(token: str) -> str:
    """The full address of a member's pages, as the member opens it."""
    base = current_app.extensions["sang_settings"].public_url.rstrip("/")
    path = url_for("portal.home", token=token)
    return f"{base}{path}" if base else url_for("portal.home", token=token, _external=True)


@bp.post("/")
@WRITE
def issue(member_id: int) -> ResponseReturnValue:
    """Make a link and show it, this once; earlier links end."""
    member = member_to_change(scope(), member_id)
    token = services.issue(actor(), member)
    commit()
    link = link_of(member)
    return render_template("portal/issued.html", member=member, link=link, address=address(token))


@bp.post("/revoke")
@WRITE
def revoke(member_id: int) -> ResponseReturnValue:
    """End all links of a member."""
    member = member_to_change(scope(), member_id)
    services.revoke(actor(), member)
    commit()
    flash(_("The personal link no longer opens anything."), "success")
    return redirect(url_for("members.show", member_id=member_id))
