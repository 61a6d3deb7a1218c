"""All members that a list shows into a network, once somebody has seen how many they are."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, scope, scope_for, today
from registry.access.roles import Permission
from registry.carry import carry_out
from registry.errors import Refused
from registry.members.forms import ListedJoinForm
from registry.members.list_queries import MemberFilters, count_own_listed, own_listed
from registry.members.views import bp
from registry.networks.queries import network_for, networks_in
from registry.networks.services import join

MOST = 2_000
"""So many members join in one step: everybody else may wait as long."""


@bp.route("/to-network", methods=["GET", "POST"])
@allow(Permission.MEMBERS_WRITE)
def to_network() -> ResponseReturnValue:
    """Take the listed members into a network; those of other offices stay out of it."""
    filters = MemberFilters.of(request.args)
    count, inside = count_own_listed(scope(), filters), scope_for(Permission.NETWORKS_WRITE)
    form = ListedJoinForm(data={"on": today()})
    form.network.choices = [(row.id, row.name) for row in networks_in(inside)]
    back = url_for("members.index", **filters.params())
    if not count or count > MOST or not form.network.choices:
        flash(_why_not(count), "warning")
        return redirect(back)
    if form.network.data is not None:
        network_for(inside, form.network.data)
    if carry_out(form, lambda: _join(form, filters)):
        return redirect(back)
    form.count.data = str(count_own_listed(scope(), filters))
    return render_template("members/to_network.html", form=form, filters=filters)


def _why_not(count: int) -> str:
    if not count:
        return str(_("No member of your office is in this list; choose other filters."))
    if count > MOST:
        return str(
            _(
                "%(count)s members are too many for one step; narrow the list to at most %(most)s.",
                count=count,
                most=MOST,
            )
        )
    return str(_("Your office has no network yet; record one, then add its members."))


def _join(form: ListedJoinForm, filters: MemberFilters) -> None:
    members = own_listed(scope(), filters, limit=MOST + 1)
    if str(len(members)) != form.count.data:
        raise Refused(
            _(
                "The list changed meanwhile: it holds %(count)s members now. Look at it, then "
                "confirm again.",
                count=len(members),
            )
        )
    network = network_for(scope_for(Permission.NETWORKS_WRITE), form.network.data)
    new = join(actor(), network, members, on=form.on.data)
    flash(_("%(count)d members were added to the network.", count=new), "success")
