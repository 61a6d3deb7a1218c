"""Registering a member, changing the record, and the duplicates shown while typing."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidTag
from flask import current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from itsdangerous import BadPayload, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from registry.access.gate import actor, allow, scope, today
from registry.access.roles import Permission
from registry.access.versions import compared, version_of
from registry.carry import carry_out
from registry.channels.models import ChannelKind
from registry.channels.services import ChannelValues, Count, open_channel
from registry.db import begin_write, commit
from registry.members import queries, services
from registry.members.consent_models import ConsentPurpose
from registry.members.distinct import remember_distinct
from registry.members.duplicates import CERTAIN, IDENTICAL, REASON_NAMES, find_matches
from registry.members.forms import PLAIN, TITLES, ChangeForm, MemberForm, RegisterForm
from registry.members.hints import Hint, give_hints, need_reach, reach
from registry.members.models import STATE_NAMES, Member, MemberState
from registry.members.values import MemberValues
from registry.members.views import bp
from registry.vault import decrypt, encrypt

WRITE = allow(Permission.MEMBERS_WRITE)
LIKE = ("network_type", "province_code", "district_code", "subdistrict_code", "postcode")
LIKE_TOO = ("kind", "joined_on", "joined_activity", "state")
SALT = "hint"


@bp.route("/new", methods=["GET", "POST"])
@WRITE
def new() -> ResponseReturnValue:
    """Register a member; sent twice, the form leads to the one it made."""
    form = RegisterForm(data=_start())
    form.offer(scope())
    if form.is_submitted():
        if not _made(form) and not _needs_look(form):
            carry_out(form, lambda: _register(form))
        if made := _made(form):
            return _after(made)
    return _form_page(form, None)


def _made(form: RegisterForm) -> Member | None:
    """What the form made already; asked again after a refusal, for two may arrive at once."""
    return queries.member_by_token(scope(), form.form_token.data)


def _start() -> dict[str, Any]:
    """Today, and what the member before had in common (the next sheet of the same pile)."""
    start: dict[str, Any] = {"joined_on": today()}
    like = request.args.get("like", type=int)
    if like is not None:
        before = queries.member_for(scope(), like)
        start |= {name: getattr(before, name) for name in LIKE + LIKE_TOO}
    return start


def _needs_look(form: RegisterForm) -> bool:
    """Whether somebody must first say that this is another person."""
    if form.another_person.data:
        return False
    matches = find_matches(scope(), [form.probe()], beyond=())[0]
    if not any(match.score >= CERTAIN for match in matches):
        return False
    form.validate()
    form.form_errors.append(
        _("Look at the possible duplicates below; tick the box there if this is somebody else.")
    )
    return True


def _register(form: RegisterForm) -> None:
    on, values = form.joined_on.data, form.values()
    need_reach(actor(), scope(), values.national_id)
    member = services.register(
        actor(),
        current_user.office,
        values,
        on=on,
        state=MemberState(form.state.data),
        consents=form.consents(),
        form_token=form.form_token.data,
        confirmed_on=today(),
    )
    for row in form.channels:
        if row.form.name.data:
            _open(member, row.form, on)
    _tell_apart(member, form)


def _tell_apart(member: Member, form: RegisterForm | ChangeForm) -> None:
    """Remember that a member is none of the people who were shown, where somebody said so."""
    if not form.another_person.data:
        return
    shown = find_matches(scope(), [form.probe()], exclude=member.id, beyond=())[0]
    others = [match.member_id for match in shown if match.score < IDENTICAL]
    remember_distinct(actor(), member.id, others)


def _open(member: Member, row: Any, on: Any) -> None:
    count = None
    if row.audience.data is not None:
        count = Count(on=on, audience=row.audience.data, basis=row.basis.data)
    kind = ChannelKind(row.kind.data)
    values = ChannelValues(kind=kind, name=row.name.data, opened_on=on, url=row.url.data)
    open_channel(actor(), member, values, count=count)


def _after(member: Member) -> ResponseReturnValue:
    flash(_("%(name)s is registered.", name=member.display_name), "success")
    if "again" in request.form:
        return redirect(url_for("members.new", like=member.id))
    return redirect(url_for("members.show", member_id=member.id))


@bp.route("/<int:member_id>/edit", methods=["GET", "POST"])
@WRITE
def edit(member_id: int) -> ResponseReturnValue:
    """Change a member's record."""
    member = queries.member_to_change(scope(), member_id)
    form = ChangeForm(data=_kept(member))
    form.offer(scope())
    if carry_out(form, lambda: _change(member, form)):
        flash(_("Saved."), "success")
        return redirect(url_for("members.show", member_id=member_id))
    return _form_page(form, queries.member_to_change(scope(), member_id))


def _kept(member: Member) -> dict[str, Any]:
    """The values at hand; masked numbers stay out of the page."""
    values = {name: getattr(member, name) for name in PLAIN}
    return values | {"version": member.version, "changed_on": today()}


def _change(member: Member, form: ChangeForm) -> None:
    values = form.values(MemberValues.of(member))
    if values.national_id != member.national_id:
        need_reach(actor(), scope(), values.national_id)
    on, version = form.changed_on.data, version_of(form)
    with compared(form, member, {name: getattr(member, name) for name in PLAIN}):
        services.update(actor(), member, values, on=on, version=version)
    _tell_apart(member, form)


def _form_page(form: MemberForm, member: Member | None) -> str:
    shown = _shown(form, member.id if member else None) if form.is_submitted() else {}
    return render_template(
        "members/form.html",
        form=form,
        member=member,
        titles=TITLES,
        wordings=queries.wordings(),
        purposes={purpose.value: purpose for purpose in ConsentPurpose},
        **shown,
    )


@bp.post("/duplicates")
@WRITE
def duplicates() -> ResponseReturnValue:
    """Who the person being typed may be: ``{count, html}``, the list ready for the page."""
    form = MemberForm()
    own = request.form.get("member_id", type=int)
    if own is not None:
        queries.member_to_change(scope(), own)
    shown = _shown(form, own)
    html = render_template("members/_duplicates.html", **shown, checkable=own is None)
    return jsonify(count=len(shown["matches"]) + len(shown["hints"]), html=html)


def _shown(form: MemberForm, own: int | None) -> dict[str, Any]:
    """Those inside with their names, those outside as hints; looking outside is noted."""
    beyond = reach(actor())
    matches = find_matches(scope(), [form.probe()], exclude=own, beyond=beyond)[0]
    hints: list[Hint] = []
    held_back = beyond is not None
    if any(not match.inside for match in matches):
        begin_write()
        hints, held_back = give_hints(actor(), matches)
        commit()
    inside = [match for match in matches if match.inside]
    rows = queries.members_by_ids(scope(), [match.member_id for match in inside])
    people = {member.id: member for member in rows}
    return {
        "matches": [(match, people[match.member_id]) for match in inside],
        "hints": [(hint.office, _token(hint.member_id)) for hint in hints],
        "held_back": held_back,
        "certain": any(match.score >= CERTAIN for match in inside),
        "reasons": REASON_NAMES,
        "states": STATE_NAMES,
    }


class _Sealed(URLSafeTimedSerializer):
    """Signed and dated as usual, but nobody without the key reads what is inside."""

    def dump_payload(self, obj: Any) -> bytes:
        return base64_encode(encrypt(super().dump_payload(obj)))

    def load_payload(self, payload: bytes, *args: Any, **kwargs: Any) -> Any:
        try:
            plain = decrypt(base64_decode(payload))
        except (InvalidTag, ValueError) as error:
            raise BadPayload("not one of ours") from error
        return super().load_payload(plain, *args, **kwargs)


def signer() -> URLSafeTimedSerializer:
    """Makes and reads the tokens by which a hint leads to a request, and to nothing else."""
    return _Sealed(str(current_app.secret_key), salt=SALT)


def _token(member_id: int) -> str:
    return str(signer().dumps([member_id, current_user.id]))
