"""Channels of offices: the list, a channel's page, making and changing one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, may, scope, scope_for, today
from registry.access.models import User
from registry.access.roles import Permission
from registry.access.versions import compared, version_of
from registry.carry import carry_out
from registry.channels import custodian_queries, queries, rosters, services
from registry.channels.custodians import open_offer
from registry.channels.forms import CountForm, OfficeChannelForm
from registry.channels.models import CHANNEL_KIND_NAMES, Channel, ChannelKind
from registry.fields import read_page
from registry.members.forms import DayForm
from registry.networks.queries import network_for

bp = Blueprint("channels", __name__, url_prefix="/channels")
READ, WRITE = allow(Permission.CHANNELS_READ), allow(Permission.CHANNELS_WRITE)


@bp.get("/")
@READ
def index() -> ResponseReturnValue:
    """Channels of offices."""
    kind = request.args.get("kind", "")
    filters = queries.ChannelFilters(
        q=request.args.get("q", "").strip()[:100],
        kind=kind if kind in list(ChannelKind) else "",
        state=request.args.get("state", "open"),
        page=read_page(request.args),
    )
    return render_template(
        "channels/index.html",
        filters=filters,
        rows=queries.list_channels(scope(), filters),
        total=queries.count_channels(scope(), filters),
        size=queries.PAGE,
        kinds=CHANNEL_KIND_NAMES,
        offers=custodian_queries.offered_to(scope(), current_user.id),
        orphaned=custodian_queries.orphaned(scope()),
    )


@bp.get("/<int:channel_id>")
@READ
def show(channel_id: int) -> ResponseReturnValue:
    """A channel of an office."""
    return channel_page(channel_id)


def channel_page(channel_id: int, **forms: Any) -> str:
    """A channel's page; a form that was refused is shown again with what was typed."""
    seen = scope_for(Permission.CHANNELS_READ)
    channel = queries.office_channel_for(seen, channel_id)
    start = {"on": today()}
    blank = {
        "count_form": CountForm(formdata=None, data=start),
        "day_form": DayForm(formdata=None, data=start),
    }
    return render_template(
        "channels/show.html",
        channel=channel,
        kinds=CHANNEL_KIND_NAMES,
        changes=may(Permission.CHANNELS_WRITE) and channel.retired_on is None,
        audience=channel.audience_on(today()),
        rows=rosters.roster(seen, channel_id, page=read_page(request.args)),
        total=queries.roster_size(seen, channel_id),
        shown=rosters.seen_size(seen, channel_id),
        page=read_page(request.args),
        size=queries.PAGE,
        custody=custodian_queries.custodians_of(seen, channel_id),
        offer=open_offer(channel),
        colleagues=_colleagues(channel),
        **{**blank, **forms},
    )


def _colleagues(channel: Channel) -> list[User]:
    """Those to whom the channel may be handed over."""
    found = queries.custodians(scope_for(Permission.CHANNELS_READ), int(channel.office_id or 0))
    return [row for row in found if row.id != channel.custodian_id]


@bp.route("/new", methods=["GET", "POST"])
@WRITE
def new() -> ResponseReturnValue:
    """A new channel of the own office; sent twice, the form leads to the one it made."""
    network = request.args.get("network", 0, type=int)
    form = OfficeChannelForm(data={"opened_on": today(), "network_id": network})
    form.offer(scope(), current_user.office_id)
    if form.is_submitted():
        _check_ids(form)
        if not _made(form):
            carry_out(form, lambda: _open(form))
        if made := _made(form):
            flash(_("The channel is recorded."), "success")
            return redirect(url_for("channels.show", channel_id=made.id))
    return render_template("channels/form.html", form=form, channel=None)


def _made(form: OfficeChannelForm) -> Channel | None:
    """What the form made already; asked again after a refusal, for two may arrive at once."""
    return queries.channel_by_token(scope(), form.form_token.data)


def _check_ids(form: OfficeChannelForm) -> None:
    """A network outside the scope does not exist."""
    if form.network_id.data:
        network_for(scope_for(Permission.NETWORKS_READ), form.network_id.data)


def _open(form: OfficeChannelForm) -> None:
    services.open_channel(
        actor(),
        current_user.office,
        form.values(),
        count=form.first_count(),
        form_token=form.form_token.data,
        scope=scope(),
    )


@bp.route("/<int:channel_id>/edit", methods=["GET", "POST"])
@WRITE
def edit(channel_id: int) -> ResponseReturnValue:
    """Change a channel of an office."""
    channel = queries.office_channel_for(scope(), channel_id)
    form = OfficeChannelForm(data=_kept(channel) | {"version": str(channel.version)})
    form.offer(scope(), int(channel.office_id or 0), channel)
    if form.is_submitted():
        _check_ids(form)
        form.kind.data = channel.kind
    if carry_out(form, lambda: _update(channel, form)):
        flash(_("Saved."), "success")
        return redirect(url_for("channels.show", channel_id=channel_id))
    return render_template(
        "channels/form.html", form=form, channel=queries.office_channel_for(scope(), channel_id)
    )


def _update(channel: Channel, form: OfficeChannelForm) -> None:
    version = version_of(form)
    with compared(form, channel, _kept(channel)):
        services.update_channel(actor(), channel, form.values(), version=version, scope=scope())


def _kept(channel: Channel) -> dict[str, Any]:
    names = ("kind", "name", "url", "opened_on")
    values = {name: getattr(channel, name) for name in names}
    return values | {
        "network_id": channel.network_id or 0,
        "custodian_id": channel.custodian_id or 0,
    }
