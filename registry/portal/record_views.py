"""A member's own record: corrections, channels, consents, leaving."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import public, today
from registry.carry import carry_out
from registry.channels.models import CHANNEL_KIND_NAMES
from registry.channels.services import retire
from registry.db import commit
from registry.errors import NotFound
from registry.members.consent_models import PURPOSE_NAMES, ConsentPurpose
from registry.members.consents import give_consent, standing_consent, withdraw_consent
from registry.members.masks import mask_national_id, mask_phone
from registry.members.models import STATE_NAMES, MemberState
from registry.members.queries import wordings
from registry.members.states import change_state
from registry.messages import exchange
from registry.outbox import accounts, line_links
from registry.portal import own_channels, queries, services
from registry.portal.door_views import Own, bp, own
from registry.portal.forms import AskForm, OwnChannelForm


@bp.get("/record")
@public
def record(token: str) -> ResponseReturnValue:
    """The own record, personal numbers masked, and the consents."""
    return _page(own(token, kept=True))


def _page(
    me: Own, *, wish: AskForm | None = None, channel_form: OwnChannelForm | None = None
) -> ResponseReturnValue:
    html = render_template(
        "portal/record.html",
        me=me,
        wish=wish or AskForm(formdata=None),
        wishes=queries.my_wishes(me.scope),
        channel_form=channel_form or OwnChannelForm(formdata=None),
        national_id=mask_national_id(me.member.national_id),
        phone=mask_phone(me.member.phone),
        channels=queries.my_channels(me.scope),
        channel_kinds=CHANNEL_KIND_NAMES,
        state_names=STATE_NAMES,
        given={row.purpose: row for row in queries.my_consents(me.scope)},
        wordings={row.purpose: row for row in wordings()},
        purposes=PURPOSE_NAMES,
        needed=ConsentPurpose.REGISTRY,
    )
    return html, 422 if wish or channel_form else 200


@bp.post("/record/wish")
@public
def wish(token: str) -> ResponseReturnValue:
    """Something in the record is wrong: the office is asked to correct it."""
    me, form = own(token, kept=True), AskForm()

    def ask() -> None:
        text, once = form.text.data or "", form.form_token.data
        exchange.ask(me.actor, me.member, text, about_record=True, form_token=once)

    if not carry_out(form, ask):
        return _page(own(token, kept=True), wish=form)
    flash(_("Your office was asked to correct it; the answer will stand here."), "success")
    return redirect(url_for("portal.record", token=token))


@bp.post("/channels")
@public
def add_channel(token: str) -> ResponseReturnValue:
    """A channel through which the member passes messages on."""
    me, form = own(token, kept=True), OwnChannelForm()

    def add() -> None:
        own_channels.add(me.actor, me.member, form.values(today()), form.form_token.data or "")

    if not carry_out(form, add):
        return _page(own(token, kept=True), channel_form=form)
    flash(_("The channel was added."), "success")
    return redirect(url_for("portal.record", token=token))


@bp.post("/channels/<int:channel_id>/retire")
@public
def retire_channel(token: str, channel_id: int) -> ResponseReturnValue:
    """I no longer use this channel; told twice, it ends once."""
    me = own(token, kept=True)
    row = queries.my_channel(me.scope, channel_id)
    if row.retired_on is None:
        retire(me.actor, row, on=max(today(), row.opened_on))
        commit()
    flash(_("Saved."), "success")
    return redirect(url_for("portal.record", token=token))


@bp.post("/consents/<purpose>/<any(give, withdraw):change>")
@public
def consent(token: str, purpose: str, change: str) -> ResponseReturnValue:
    """Agree to a purpose, or no longer."""
    me = own(token, kept=True)
    wanted = _purpose(purpose)
    standing = standing_consent(me.member, wanted)
    if change == "give":
        source = _("The member's own page")
        give_consent(me.actor, me.member, wanted, on=today(), source=source)
    elif standing is not None:
        withdraw_consent(me.actor, standing, on=max(today(), standing.given_on))
    commit()
    ended = change == "withdraw" and wanted is ConsentPurpose.MESSAGES
    flash(_("Saved. No more messages are sent to you.") if ended else _("Saved."), "success")
    return redirect(url_for("portal.record", token=token))


def _purpose(text: str) -> ConsentPurpose:
    """A purpose that can be switched; keeping the record ends by leaving."""
    if text not in set(ConsentPurpose) - {ConsentPurpose.REGISTRY}:
        raise NotFound(f"purpose {text}")
    return ConsentPurpose(text)


@bp.post("/leave")
@public
def leave(token: str) -> ResponseReturnValue:
    """Leave the network: at once, without a reason; the link ends with it."""
    me = own(token, kept=True)
    member, day = me.member, today()
    change_state(me.actor, member, MemberState.LEFT, on=day, reason=_("Left on the own page"))
    for row in queries.my_consents(me.scope):
        withdraw_consent(me.actor, row, on=max(day, row.given_on))
    account = accounts.account_of(member.id)
    if account is not None:
        line_links.unlink(me.actor, account, "member")
    services.revoke(me.actor, member)
    commit()
    return render_template("portal/left.html", queue=me.queue)
