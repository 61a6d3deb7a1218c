"""Steps on a member's page: state, confirmation, consent, revealing, networks."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, scope, scope_for, today
from registry.access.roles import Permission
from registry.carry import carry_out, press
from registry.db import commit
from registry.error_pages import wants_json
from registry.members import consents, queries, services, states
from registry.members.consent_models import ConsentPurpose
from registry.members.forms import ConsentForm, DayForm, JoinForm, StepForm
from registry.members.masks import show_national_id, show_phone
from registry.members.models import MemberState
from registry.members.views import bp, member_page
from registry.networks.queries import network_for, networks_in
from registry.networks.services import join

WRITE = allow(Permission.MEMBERS_WRITE)


def _back(member_id: int, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("members.show", member_id=member_id))


@bp.post("/<int:member_id>/state")
@WRITE
def change_state(member_id: int) -> ResponseReturnValue:
    """Take a step of the life cycle."""
    member = queries.member_to_change(scope(), member_id)
    form = StepForm()
    if carry_out(form, lambda: _step(member, form)):
        return _back(member_id, _("The state was changed."))
    return member_page(member_id, step_form=form)


def _step(member: Any, form: StepForm) -> None:
    to = MemberState(form.to.data)
    states.change_state(actor(), member, to, on=form.on.data, reason=form.reason.data or "")


@bp.post("/<int:member_id>/state/undo")
@WRITE
def undo_state(member_id: int) -> ResponseReturnValue:
    """Take the last step back; it was a slip."""
    member = queries.member_to_change(scope(), member_id)
    press(lambda: states.take_back(actor(), member), _("The change was taken back."))
    return redirect(url_for("members.show", member_id=member_id))


@bp.post("/<int:member_id>/confirm")
@WRITE
def confirm(member_id: int) -> ResponseReturnValue:
    """Note that the record was checked with the member."""
    services.confirm_record(actor(), queries.member_to_change(scope(), member_id), on=today())
    commit()
    return _back(member_id, _("The record is confirmed as of today."))


@bp.post("/<int:member_id>/consents")
@WRITE
def give_consent(member_id: int) -> ResponseReturnValue:
    """Note a consent."""
    member = queries.member_to_change(scope(), member_id)
    form = ConsentForm()
    if carry_out(form, lambda: _consent(member, form)):
        return _back(member_id, _("The consent is noted."))
    return member_page(member_id, consent_form=form)


def _consent(member: Any, form: ConsentForm) -> None:
    purpose = ConsentPurpose(form.purpose.data)
    consents.give_consent(actor(), member, purpose, on=form.on.data, source=form.source.data)


@bp.post("/<int:member_id>/consents/<int:consent_id>/withdraw")
@WRITE
def withdraw_consent(member_id: int, consent_id: int) -> ResponseReturnValue:
    """Note that a consent is withdrawn."""
    consent = queries.consent_for(scope(), member_id, consent_id)
    form = DayForm()
    if carry_out(form, lambda: consents.withdraw_consent(actor(), consent, on=form.on.data)):
        return _back(member_id, _("The withdrawal is noted."))
    return member_page(member_id, day_form=form)


@bp.post("/<int:member_id>/networks")
@WRITE
def join_network(member_id: int) -> ResponseReturnValue:
    """Take the member into a network."""
    member = queries.member_to_change(scope(), member_id)
    form, inside = JoinForm(), scope_for(Permission.NETWORKS_WRITE)
    form.network.choices = [(row.id, row.name) for row in networks_in(inside)]
    if form.network.data is not None:
        network_for(inside, form.network.data)
    if carry_out(form, lambda: _join(member, form)):
        return _back(member_id, _("The member is in the network."))
    return member_page(member_id, join_form=form)


def _join(member: Any, form: JoinForm) -> None:
    network = network_for(scope_for(Permission.NETWORKS_WRITE), form.network.data)
    join(actor(), network, [member], on=form.on.data)


@bp.post("/<int:member_id>/reveal")
@allow(Permission.MEMBERS_REVEAL)
def reveal(member_id: int) -> ResponseReturnValue:
    """Show a masked number in full; who looked is noted."""
    field = request.form.get("field", "")
    value = services.reveal(actor(), queries.member_for(scope(), member_id), field)
    commit()
    shown = {"national_id": show_national_id, "phone": show_phone}.get(field, str)(value)
    if wants_json():
        return jsonify(value=shown)
    return member_page(member_id, revealed={field: shown})
