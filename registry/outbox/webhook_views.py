"""Webhooks of an office's channels."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, SelectField

from registry.access.gate import actor, allow, scope
from registry.access.roles import Permission
from registry.carry import carry_out, press
from registry.channels.queries import office_channel_for, open_channels
from registry.fields import OnceForm
from registry.members.fields import CHOOSE, NEEDED, TextField
from registry.outbox import hooks
from registry.outbox.hooks import HookValues
from registry.outbox.webhooks import allowed_hosts

bp = Blueprint("outbox_webhooks", __name__, url_prefix="/outbox/webhooks")
WRITE = allow(Permission.CHANNELS_WRITE)


class HookForm(OnceForm):
    """A new webhook."""

    channel = SelectField(_l("Channel"), [CHOOSE], coerce=int)
    name = TextField(_l("Name"), [NEEDED], longest=120)
    url = TextField(_l("Web address"), [NEEDED], longest=500)
    secret_name = TextField(_l("Name of the signing key on the server"), [NEEDED], longest=80)
    idempotent = BooleanField(_l("The other side knows a repeated call by its id"))

    def values(self) -> HookValues:
        """What was typed, as the services take it."""
        return HookValues(
            self.name.data, self.url.data, self.secret_name.data, bool(self.idempotent.data)
        )


@bp.route("/", methods=["GET", "POST"])
@WRITE
def index() -> ResponseReturnValue:
    """The office's webhooks, and a form for a new one."""
    form = HookForm()
    channels = open_channels(scope(), current_user.office_id)
    form.channel.choices = [(row.id, row.name) for row in channels]
    if carry_out(form, lambda: _add(form)):
        flash(_("The webhook is added; it is told of the channel's next message."), "success")
        return redirect(url_for("outbox_webhooks.index"))
    page = render_template(
        "outbox/webhooks.html",
        form=form,
        channels=channels,
        hooks=hooks.hooks_in(scope(), current_user.office_id),
        hosts=sorted(allowed_hosts()),
        prefix=hooks.key_prefix(current_user.office.code),
    )
    return page, 422 if form.is_submitted() else 200


def _add(form: HookForm) -> None:
    channel = office_channel_for(scope(), form.channel.data)
    hooks.add(actor(), channel, form.values(), form.form_token.data)


@bp.post("/<int:webhook_id>/retire")
@WRITE
def retire(webhook_id: int) -> ResponseReturnValue:
    """Post there no longer."""
    hook = hooks.hook_for(scope(), webhook_id)
    press(lambda: hooks.retire(actor(), hook), _("The webhook is retired."))
    return redirect(url_for("outbox_webhooks.index"))
