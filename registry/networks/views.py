"""Networks: the list, a network's page with its roster, founding, changing and closing one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, may, scope, scope_for, today
from registry.access.roles import Permission
from registry.access.versions import compared, version_of
from registry.carry import carry_out
from registry.channels.models import CHANNEL_KIND_NAMES
from registry.channels.queries import channels_of_network
from registry.db import commit
from registry.errors import NotFound, Refused
from registry.fields import read_page
from registry.members.forms import DayForm
from registry.members.list_queries import MemberFilters, pick_members
from registry.members.queries import members_by_ids, network_types
from registry.networks import queries, services
from registry.networks.forms import NetworkForm
from registry.networks.models import NETWORK_STATE_NAMES, Network, NetworkState

bp = Blueprint("networks", __name__, url_prefix="/networks")
READ, WRITE = allow(Permission.NETWORKS_READ), allow(Permission.NETWORKS_WRITE)
FIELDS = (
    "name",
    "type_code",
    "province_code",
    "founded_on",
    "founding_activity",
    "description",
)


@bp.get("/")
@READ
def index() -> ResponseReturnValue:
    """Networks."""
    state = request.args.get("state", NetworkState.ACTIVE.value)
    filters = queries.NetworkFilters(
        q=request.args.get("q", "").strip()[:100],
        type=request.args.get("type", "")[:32],
        state=state if state in list(NetworkState) else "",
        page=read_page(request.args),
    )
    return render_template(
        "networks/index.html",
        filters=filters,
        rows=queries.list_networks(scope(), filters),
        total=queries.count_networks(scope(), filters),
        size=queries.PAGE,
        types=network_types(),
        states=NETWORK_STATE_NAMES,
    )


@bp.get("/<int:network_id>")
@READ
def show(network_id: int) -> ResponseReturnValue:
    """A network."""
    return network_page(network_id)


def network_page(network_id: int, **forms: Any) -> str:
    """A network's page; a form that was refused is shown again with what was typed."""
    seen = scope_for(Permission.NETWORKS_READ)
    network = queries.network_for(seen, network_id)
    former = request.args.get("roster") == "former"
    blank = {"day_form": DayForm(formdata=None, data={"on": today()})}
    return render_template(
        "networks/show.html",
        network=network,
        changes=may(Permission.NETWORKS_WRITE) and network.state == NetworkState.ACTIVE,
        channels=channels_of_network(scope_for(Permission.CHANNELS_READ), network_id),
        kinds=CHANNEL_KIND_NAMES,
        rows=queries.roster(seen, network_id, former=former, page=read_page(request.args)),
        former=former,
        total=queries.roster_size(seen, network_id, former=former),
        page=read_page(request.args),
        size=queries.PAGE,
        today=today(),
        **{**blank, **forms},
    )


@bp.route("/new", methods=["GET", "POST"])
@WRITE
def new() -> ResponseReturnValue:
    """Found a network; sent twice, the form leads to the one it made."""
    form = NetworkForm(data={"founded_on": today()})
    form.offer(scope())
    if form.is_submitted():
        if not _made(form):
            carry_out(form, lambda: _create(form))
        if made := _made(form):
            flash(_("The network is recorded; add its members now."), "success")
            return redirect(url_for("networks.show", network_id=made.id))
    return render_template("networks/form.html", form=form, network=None)


def _made(form: NetworkForm) -> Network | None:
    """What the form made already; asked again after a refusal, for two may arrive at once."""
    return queries.network_by_token(scope(), form.form_token.data)


def _create(form: NetworkForm) -> None:
    token = form.form_token.data
    services.create(actor(), current_user.office, form.values(), form_token=token)


@bp.route("/<int:network_id>/edit", methods=["GET", "POST"])
@WRITE
def edit(network_id: int) -> ResponseReturnValue:
    """Change a network."""
    network = queries.network_for(scope(), network_id)
    form = NetworkForm(data=_kept(network) | {"version": str(network.version)})
    form.offer(scope())
    if carry_out(form, lambda: _update(network, form)):
        flash(_("Saved."), "success")
        return redirect(url_for("networks.show", network_id=network_id))
    network = queries.network_for(scope(), network_id)
    return render_template("networks/form.html", form=form, network=network)


def _kept(network: Network) -> dict[str, Any]:
    return {name: getattr(network, name) for name in FIELDS}


def _update(network: Network, form: NetworkForm) -> None:
    version = version_of(form)
    with compared(form, network, _kept(network)):
        services.update_network(actor(), network, form.values(), version=version)


@bp.post("/<int:network_id>/close")
@WRITE
def close(network_id: int) -> ResponseReturnValue:
    """Close a network for good."""
    network = queries.network_for(scope(), network_id)
    form = DayForm()
    if carry_out(form, lambda: services.close(actor(), network, on=form.on.data)):
        flash(_("The network is closed; its past stays."), "success")
        return redirect(url_for("networks.show", network_id=network_id))
    return network_page(network_id, day_form=form)


@bp.route("/<int:network_id>/add", methods=["GET", "POST"])
@WRITE
def add(network_id: int) -> ResponseReturnValue:
    """Choose members to take in."""
    network = queries.network_for(scope(), network_id)
    form = DayForm(data={"on": today()})
    if carry_out(form, lambda: _add(network, form)):
        return redirect(url_for("networks.show", network_id=network_id))
    filters = MemberFilters.of(request.args)
    return render_template(
        "networks/add.html",
        network=queries.network_for(scope(), network_id),
        form=form,
        filters=filters,
        chosen=set(request.form.getlist("member", type=int)),
        members=pick_members(
            scope_for(Permission.MEMBERS_READ),
            filters,
            without=queries.roster_ids(scope(), network_id),
        ),
    )


def _add(network: Network, form: DayForm) -> None:
    ids = set(request.form.getlist("member", type=int))
    if not ids:
        raise Refused(_("Tick at least one member, then add them."))
    members = members_by_ids(scope_for(Permission.MEMBERS_READ), sorted(ids))
    if len(members) != len(ids):
        raise NotFound("member")
    count = services.join(actor(), network, members, on=form.on.data)
    flash(_("%(count)d members were added to the network.", count=count), "success")


@bp.post("/<int:network_id>/members/<int:row_id>/remove")
@WRITE
def remove(network_id: int, row_id: int) -> ResponseReturnValue:
    """End a membership."""
    row = queries.membership_for(scope(), network_id, row_id)
    form = DayForm()
    if carry_out(form, lambda: services.leave(actor(), row, on=form.on.data)):
        flash(_("The membership ended."), "success")
        return redirect(url_for("networks.show", network_id=network_id))
    return network_page(network_id, day_form=form)


@bp.post("/<int:network_id>/members/<int:row_id>/coordinator")
@WRITE
def coordinator(network_id: int, row_id: int) -> ResponseReturnValue:
    """Make a member the coordinator, or no longer."""
    row = queries.membership_for(scope(), network_id, row_id)
    wanted = request.form.get("coordinator") == "1"
    services.set_coordinator(actor(), row, coordinator=wanted)
    commit()
    flash(_("Saved."), "success")
    return redirect(url_for("networks.show", network_id=network_id))
