"""The list of members, a member's page, and the small answers that forms ask for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import allow, may, scope, scope_for, today
from registry.access.roles import Permission
from registry.channels.forms import CountForm, MemberChannelForm
from registry.channels.models import CHANNEL_KIND_NAMES
from registry.channels.queries import channels_of_member
from registry.db import MANY
from registry.errors import NotFound
from registry.geography.queries import districts, subdistricts
from registry.i18n import name_of
from registry.members import list_queries, queries
from registry.members.addresses import address_of
from registry.members.consent_models import PURPOSE_NAMES
from registry.members.forms import ConsentForm, DayForm, JoinForm, StepForm
from registry.members.lacks import LACKS_NAMES
from registry.members.ledger_queries import ledger_of
from registry.members.list_queries import MemberFilters
from registry.members.merge_queries import merges_of
from registry.members.models import KIND_NAMES, STATE_NAMES, Member
from registry.members.sources import consent_source
from registry.members.states import step_to_undo, steps_from
from registry.networks.queries import networks_at, networks_in, networks_of_member

bp = Blueprint("members", __name__, url_prefix="/members")
READ = allow(Permission.MEMBERS_READ)
FORMS: dict[str, Any] = {
    "step_form": StepForm,
    "join_form": JoinForm,
    "consent_form": ConsentForm,
    "day_form": DayForm,
    "count_form": CountForm,
    "channel_form": MemberChannelForm,
}


@bp.get("/")
@READ
def index() -> ResponseReturnValue:
    """Members, searched, filtered and paged."""
    filters = MemberFilters.of(request.args)
    total, linked = list_queries.count_members(scope(), filters)
    return render_template(
        "members/index.html",
        filters=filters,
        page=list_queries.list_members(scope(), filters),
        total=total,
        most=MANY if filters.q else total,
        linked=linked,
        **_choices(filters),
    )


def _choices(filters: MemberFilters) -> dict[str, Any]:
    """What the filters offer."""
    places = queries.provinces_in(scope())
    place = filters.province or (places[0].code if len(places) == 1 else "")
    return {
        "provinces": places,
        "districts": districts(place) if place in {row.code for row in places} else [],
        "types": queries.network_types(),
        "networks": networks_at(scope_for(Permission.NETWORKS_READ), place, filters.network),
        "states": STATE_NAMES,
        "kinds": KIND_NAMES,
        "lacks": LACKS_NAMES,
    }


@bp.get("/<int:member_id>")
@READ
def show(member_id: int) -> ResponseReturnValue:
    """A member; a record that was merged leads to the one that stands for both."""
    survivor = queries.survivor_of(scope(), member_id)
    if survivor is not None:
        return redirect(url_for("members.show", member_id=survivor))
    return member_page(member_id)


def member_page(member_id: int, revealed: dict[str, str] | None = None, **forms: Any) -> str:
    """A member's page; a form that was refused is shown again with what was typed."""
    seen = scope_for(Permission.MEMBERS_READ)
    member = queries.member_for(seen, member_id)
    changes = may(Permission.MEMBERS_WRITE) and queries.is_changeable(
        scope_for(Permission.MEMBERS_WRITE), member
    )
    return render_template(
        "members/show.html",
        member=member,
        changes=changes,
        revealed=revealed or {},
        history=queries.history_of(seen, member_id),
        undoable=step_to_undo(member),
        channels=channels_of_member(seen, member_id),
        memberships=networks_of_member(scope_for(Permission.NETWORKS_READ), member_id),
        ledger=ledger_of(seen, member_id),
        merges=merges_of(seen, member_id),
        merges_here=changes and may(Permission.MEMBERS_MERGE),
        stale=list_queries.is_stale(member),
        states=STATE_NAMES,
        kinds=CHANNEL_KIND_NAMES,
        purposes=PURPOSE_NAMES,
        address=address_of(member),
        source_of=consent_source,
        today=today(),
        **(_forms(member, forms) if changes else forms),
    )


def _forms(member: Member, given: dict[str, Any]) -> dict[str, Any]:
    """The forms of everything that may be done on the page; blank where none was given."""
    start = {"on": today(), "opened_on": today(), "counted_on": today()}
    blank = {
        name: kind(formdata=None, data=start) for name, kind in FORMS.items() if name not in given
    }
    forms = {**blank, **given}
    steps = [(state.value, STATE_NAMES[state]) for state in steps_from(member)]
    forms["step_form"].to.choices = steps
    own = networks_in(scope_for(Permission.NETWORKS_WRITE))
    forms["join_form"].network.choices = [(network.id, network.name) for network in own]
    standing = {row.purpose for row in member.consents if row.withdrawn_on is None}
    forms["consent_form"].purpose.choices = [
        (purpose.value, name) for purpose, name in PURPOSE_NAMES.items() if purpose not in standing
    ]
    return forms


@bp.get("/places/districts")
@READ
def place_districts() -> ResponseReturnValue:
    """Districts of a province of the scope: ``[{code, name}]``."""
    province = request.args.get("province", "")
    if province not in {row.code for row in queries.provinces_in(scope())}:
        raise NotFound(_("This province lies outside your area."))
    return jsonify([{"code": row.code, "name": name_of(row)} for row in districts(province)])


@bp.get("/places/subdistricts")
@READ
def place_subdistricts() -> ResponseReturnValue:
    """Subdistricts of a district of the scope: ``[{code, name, postcode}]``."""
    district = request.args.get("district", "")
    if district[:2] not in {row.code for row in queries.provinces_in(scope())}:
        raise NotFound(_("This district lies outside your area."))
    return jsonify(
        [
            {"code": row.code, "name": name_of(row), "postcode": row.postcode}
            for row in subdistricts(district)
        ]
    )
