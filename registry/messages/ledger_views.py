"""Pages of the ledger: the list of disseminations, and recording one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, scope, today
from registry.access.roles import Permission
from registry.carry import press
from registry.channels.models import CHANNEL_KIND_NAMES, ESTIMATED
from registry.channels.queries import channels_of_member
from registry.db import MANY, commit, db
from registry.errors import NotFound
from registry.fields import read_id, read_page
from registry.i18n import language
from registry.members.models import Member
from registry.members.queries import member_for
from registry.messages import inbox, queries, review
from registry.messages.choices import period_choices, read_period
from registry.messages.entries import Fault
from registry.messages.evidence import record_with_picture
from registry.messages.inbox import LedgerFilters
from registry.messages.ledger import DisseminationEntry
from registry.messages.ledger_forms import RecordForm, channel_choices
from registry.messages.ledger_models import (
    DISSEMINATION_STATE_NAMES,
    Dissemination,
    DisseminationState,
)
from registry.messages.models import KeyMessage
from registry.messages.sending import sent_secret
from registry.messages.uploads import evidence_picture
from registry.periods.calendar import Period, to_bangkok_date
from registry.periods.closed import note

bp = Blueprint("dissemination", __name__, url_prefix="/dissemination")
READ = allow(Permission.MESSAGES_READ)
RECORD = allow(Permission.DISSEMINATION_RECORD)
FIELDS = {
    "at": "on",
    "channel": "channel",
    "audience": "audience",
    "basis": "basis",
    "link": "link",
    "picture": "picture",
}


def filters_of_address() -> LedgerFilters:
    """What the address narrows the list to."""

    def word(name: str) -> str:
        return request.args.get(name, "").strip()[:100]

    return LedgerFilters(
        state=word("state"),
        kind=word("kind"),
        q=word("q"),
        evidence=word("evidence"),
        message_id=read_id(request.args.get("message")),
        period=read_period(request.args.get("period", "")),
        page=read_page(request.args),
    )


@bp.get("/")
@READ
def index() -> ResponseReturnValue:
    """What members passed on, the latest first."""
    filters = filters_of_address()
    message = queries.message_for(scope(), filters.message_id) if filters.message_id else None
    total = inbox.count_disseminations(scope(), filters)
    return render_template(
        "dissemination/index.html",
        rows=inbox.list_disseminations(scope(), filters),
        total=total,
        changed=inbox.count_changed(scope(), filters) if total <= MANY else {},
        filters=filters,
        message=message,
        per_page=inbox.PAGE,
        most=MANY,
        periods=period_choices(today(), language()),
        states=DISSEMINATION_STATE_NAMES,
        kinds=CHANNEL_KIND_NAMES,
        State=DisseminationState,
    )


@bp.route("/new", methods=["GET", "POST"])
@RECORD
def new() -> ResponseReturnValue:
    """Record one: first the message and the member, then what they did."""
    message_id = read_id(request.args.get("message"))
    member_id = read_id(request.args.get("member"))
    message = queries.message_for(scope(), message_id) if message_id else None
    member = member_for(scope(), member_id) if member_id else None
    if message is None or member is None:
        return _choose(message, member)
    form = RecordForm()
    form.channel.choices = channel_choices(_open_channels(member))
    if request.method == "POST" and form.validate() and _record(message, member, form):
        flash(_("Recorded: %(name)s passed it on.", name=member.display_name), "success")
        published = message.published_at and to_bangkok_date(message.published_at)
        note([form.on.data, published])
        return redirect(url_for("dissemination.index", message=message.id))
    return render_template(
        "dissemination/form.html",
        form=form,
        message=message,
        member=member,
        estimated=[kind.value for kind in ESTIMATED],
        channels=_open_channels(member),
    )


def _open_channels(member: Member) -> list[Any]:
    return [row for row in channels_of_member(scope(), member.id) if row.retired_on is None]


def _choose(message: KeyMessage | None, member: Member | None) -> ResponseReturnValue:
    text = request.args.get("q", "").strip()[:100]
    since = Period.containing(today()).previous().previous().start
    return render_template(
        "dissemination/choose.html",
        message=message,
        member=member,
        q=text,
        members=inbox.members_named(scope(), text) if text else [],
        messages=queries.published_lately(scope(), since),
    )


def _record(message: KeyMessage, member: Member, form: RecordForm) -> bool:
    entry = DisseminationEntry(
        message_id=message.id,
        member_id=member.id,
        channel_id=int(form.channel.data),
        at=form.moment(message.published_at) or datetime.now(UTC),
        audience_reported=form.audience.data,
        link=form.link.data,
        basis=form.basis.data,
        time_known=bool((form.hour.data or "").strip()),
    )
    try:
        record_with_picture(
            actor(),
            scope(),
            entry,
            evidence_picture(form.picture),
            source="officer",
            form_token=form.form_token.data,
        )
    except Fault as fault:
        db.session.rollback()
        form[FIELDS.get(fault.field, "on")].errors = [str(fault)]
        return False
    commit()
    return True


@bp.get("/<int:row_id>/picture")
@READ
def picture(row_id: int) -> ResponseReturnValue:
    """The picture that proves a dissemination."""
    row = inbox.dissemination_for(scope(), row_id)
    if row.evidence is None or row.evidence_type is None:
        raise NotFound("no picture")
    return sent_secret(row.evidence, row.evidence_type)


@bp.post("/<int:row_id>/withdraw")
@RECORD
def withdraw(row_id: int) -> ResponseReturnValue:
    """Take a wrong record back."""
    return _withdrawn(inbox.disseminations_for(scope(), [row_id])[0])


def _withdrawn(row: Dissemination) -> ResponseReturnValue:
    target = url_for("dissemination.index", message=row.message_id)
    reason = request.form.get("reason", "").strip()
    press(lambda: review.withdraw(actor(), row, reason), _("Withdrawn; it no longer counts."))
    return redirect(target)
