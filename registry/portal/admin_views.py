"""Where an office hands out personal links and takes them back."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, scope
from registry.access.roles import Permission
from registry.db import commit
from registry.genuine.address import qr_svg
from registry.members.models import Member
from registry.members.queries import member_for, member_to_change
from registry.outbox import accounts, line_links
from registry.portal import queries, services
from registry.portal.models import MemberLink
from registry.portal.tokens import link_number
from registry.vault import decrypt, encrypt

bp = Blueprint("portal_admin", __name__, url_prefix="/members/<int:member_id>/link")
WRITE = allow(Permission.MEMBERS_WRITE)
ISSUED = "issued_link"
"""Under what the session keeps the link that was made last; sealed, for cookies can be read."""
SHOWN = timedelta(minutes=15)


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
    """Make a link, to be shown to this browser for a while; earlier links end."""
    member = member_to_change(scope(), member_id)
    again = link_of(member) is not None
    unlinked = _end_line(member)
    token = services.issue(actor(), member)
    commit()
    _tell(unlinked)
    session[ISSUED] = [member_id, encrypt(token.encode()), again]
    return redirect(url_for("portal_admin.issued", member_id=member_id))


def _end_line(member: Member) -> bool:
    """Whoever had the old link may have linked a LINE account of theirs, or be about to.

    Returns:
        whether an account was unlinked.
    """
    line_links.end_own_codes(member)
    account = accounts.account_of(member.id)
    if account is None or not request.form.get("unlink"):
        return False
    line_links.unlink(actor(), account, "officer")
    return True


def _tell(unlinked: bool) -> None:
    """Only once it is saved: the step that follows may be refused."""
    if unlinked:
        flash(_("The LINE account is no longer linked."), "success")


@bp.get("/")
@WRITE
def issued(member_id: int) -> ResponseReturnValue:
    """The link that this browser made a moment ago; afterwards nobody can show it any more."""
    member = member_for(scope(), member_id)
    link, (kept_for, sealed, again) = link_of(member), session.get(ISSUED, (None, b"", False))
    token = decrypt(sealed).decode() if kept_for == member_id else ""
    if link is None or not link.usable or link_number(token) != link.id:
        return redirect(url_for("members.show", member_id=member_id))
    if datetime.now(UTC) - link.issued_at > SHOWN:
        return redirect(url_for("members.show", member_id=member_id))
    whole = address(token)
    picture = "data:image/svg+xml;base64," + b64encode(qr_svg(whole)).decode()
    return render_template(
        "portal/issued.html", member=member, link=link, address=whole, qr=picture, again=again
    )


@bp.post("/revoke")
@WRITE
def revoke(member_id: int) -> ResponseReturnValue:
    """End all links of a member."""
    member = member_to_change(scope(), member_id)
    unlinked = _end_line(member)
    services.revoke(actor(), member)
    commit()
    _tell(unlinked)
    flash(_("The personal link no longer opens anything."), "success")
    return redirect(url_for("members.show", member_id=member_id))
