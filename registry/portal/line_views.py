"""A member's own LINE account: a code that links it, and the end of the link."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import public
from registry.db import commit
from registry.i18n import name_of
from registry.outbox import accounts, line_links
from registry.outbox.line_models import LineAccount
from registry.portal.door_views import Own, bp, own


def line_account(me: Own) -> LineAccount | None:
    """The member's linked account, for the panel on the own record."""
    return accounts.account_of(me.member.id)


def can_link() -> bool:
    """Whether there is an account of ours that a member could write to."""
    return bool(current_app.extensions["sang_settings"].line_channel_token.get_secret_value())


@bp.post("/line/code")
@public
def line_code(token: str) -> ResponseReturnValue:
    """Make a code and show it, this once."""
    me = own(token, kept=True)
    code, until = line_links.issue_code(me.actor, me.member)
    commit()
    channel = accounts.bot_channel()
    address = channel.url if channel else None
    name = channel.name if channel else name_of(accounts.bot_office())
    return render_template(
        "line/own_code.html", me=me, code=code, until=until, address=address, name=name
    )


@bp.post("/line/unlink")
@public
def line_unlink(token: str) -> ResponseReturnValue:
    """My LINE account is no longer linked; told twice, it ends once."""
    me = own(token, kept=True)
    account = line_account(me)
    if account is not None:
        line_links.unlink(me.actor, account, "member")
        commit()
    flash(_("The LINE account is no longer linked."), "success")
    return redirect(url_for("portal.record", token=token))
