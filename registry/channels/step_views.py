"""Steps on channels, an office's and a member's alike: counts, retiring; and rosters."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.addresses import is_local
from registry.access.gate import actor, scope, scope_for, today
from registry.access.roles import Permission
from registry.carry import carry_out
from registry.channels import queries, rosters, services
from registry.channels.forms import CountForm, MemberChannelForm
from registry.channels.models import Channel
from registry.channels.views import WRITE, bp, channel_page
from registry.errors import NotFound, Refused
from registry.fields import read_id
from registry.members.forms import DayForm
from registry.members.list_queries import MemberFilters, pick_members
from registry.members.models import Member
from registry.members.queries import member_to_change, members_by_ids
from registry.members.views import member_page
from registry.networks.queries import network_for, networks_in


def _home(channel: Channel) -> ResponseReturnValue:
    if channel.member_id is not None:
        return redirect(url_for("members.show", member_id=channel.member_id))
    return redirect(url_for("channels.show", channel_id=channel.id))


def _again(channel_id: int, **forms: Any) -> str:
    channel = queries.channel_to_change(scope(), channel_id)
    if channel.member_id is not None:
        return member_page(channel.member_id, at=channel_id, **forms)
    return channel_page(channel_id, **forms)


@bp.post("/of-member/<int:member_id>")
@WRITE
def open_for_member(member_id: int) -> ResponseReturnValue:
    """A new channel of a member; sent twice, it is one."""
    member = member_to_change(scope(), member_id)
    form = MemberChannelForm()
    token = form.form_token.data
    if queries.channel_by_token(scope(), token) or carry_out(
        form,
        lambda: services.open_channel(
            actor(),
            member,
            form.values(),
            count=form.first_count(),
            form_token=token,
            scope=scope(),
        ),
    ):
        flash(_("The channel is recorded."), "success")
        return redirect(url_for("members.show", member_id=member_id))
    return member_page(member_id, channel_form=form)


@bp.post("/<int:channel_id>/counts")
@WRITE
def count(channel_id: int) -> ResponseReturnValue:
    """Write down how many people a channel reached."""
    channel = queries.channel_to_change(scope(), channel_id)
    form = CountForm()
    if carry_out(form, lambda: services.count_audience(actor(), channel, form.count())):
        flash(_("The count is recorded."), "success")
        return _home(channel)
    return _again(channel_id, count_form=form)


@bp.post("/<int:channel_id>/retire")
@WRITE
def retire(channel_id: int) -> ResponseReturnValue:
    """Use a channel no longer."""
    channel = queries.channel_to_change(scope(), channel_id)
    form = DayForm()
    if carry_out(form, lambda: services.retire(actor(), channel, on=form.on.data)):
        flash(_("The channel is retired; its past figures stay."), "success")
        return _home(channel)
    return _again(channel_id, day_form=form)


@bp.route("/<int:channel_id>/add", methods=["GET", "POST"])
@WRITE
def add(channel_id: int) -> ResponseReturnValue:
    """Choose members, or a whole network, for the roster of an office's channel.

    The address may name members to tick at once, and the page from which one came.
    """
    channel = queries.office_channel_for(scope(), channel_id)
    form, back = DayForm(data={"on": today()}), _origin() or url_for(".show", channel_id=channel_id)
    if carry_out(form, lambda: _add(channel, form)):
        return redirect(back)
    wanted, filters = _wanted(), MemberFilters.of(request.args)
    seen, here = scope_for(Permission.MEMBERS_READ), rosters.roster_ids(scope(), channel_id)
    on_it = rosters.among(here, [row.id for row in wanted])
    found = pick_members(seen, filters, without=here)
    first = [row for row in wanted if row.id not in on_it]
    return render_template(
        "channels/add.html",
        channel=queries.office_channel_for(scope(), channel_id),
        form=form,
        filters=filters,
        chosen=set(request.form.getlist("member", type=int)) | {row.id for row in first},
        members=[*first, *(row for row in found if row not in first)],
        there=[row for row in wanted if row.id in on_it],
        networks=networks_in(scope_for(Permission.NETWORKS_READ)),
        back=back,
        rows=rosters.roster(scope(), channel_id),
        total=queries.roster_size(scope(), channel_id),
    )


def _origin() -> str:
    """The page of this site from which one came, or nothing."""
    target = request.args.get("next", "")
    return target if is_local(target, request.host_url) else ""


def _wanted() -> list[Member]:
    """The members whom the address asks to tick.

    Raises:
        NotFound: one lies outside the scope.
    """
    ids = sorted({read_id(text) or 0 for text in request.args.getlist("member")})
    found = members_by_ids(scope_for(Permission.MEMBERS_READ), ids) if ids else []
    if len(found) != len(ids):
        raise NotFound("member")
    return found


def _add(channel: Channel, form: DayForm) -> None:
    network_id = request.form.get("network", type=int)
    if network_id:
        network = network_for(scope_for(Permission.NETWORKS_READ), network_id)
        count = services.add_network_to_roster(actor(), channel, network, on=form.on.data)
    else:
        ids = set(request.form.getlist("member", type=int))
        if not ids:
            raise Refused(_("Tick at least one member, then add them."))
        members = members_by_ids(scope_for(Permission.MEMBERS_READ), sorted(ids))
        if len(members) != len(ids):
            raise NotFound("member")
        count = services.add_to_roster(actor(), channel, members, on=form.on.data)
    flash(_("%(count)d members were added to the roster.", count=count), "success")


@bp.post("/<int:channel_id>/roster/<int:row_id>/remove")
@WRITE
def remove(channel_id: int, row_id: int) -> ResponseReturnValue:
    """Take a member off a roster."""
    channel = queries.office_channel_for(scope(), channel_id)
    row = rosters.roster_entry_for(scope(), channel_id, row_id)
    form = DayForm()
    if carry_out(form, lambda: services.take_off_roster(actor(), channel, row, on=form.on.data)):
        flash(_("The member is off the roster."), "success")
        return redirect(url_for("channels.show", channel_id=channel_id))
    return channel_page(channel_id, day_form=form)
