"""The builder of an audience: whom a message is for, counted live, and the button that sends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from registry.access.gate import actor, allow, scope, today
from registry.access.roles import Permission
from registry.channels.models import CHANNEL_KIND_NAMES, Channel
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.fields import read_page
from registry.geography.models import Province, Zone
from registry.geography.queries import zones_with_provinces
from registry.members.queries import network_types
from registry.messages import audience_queries, queries, releases
from registry.messages.audience import Audience
from registry.messages.audience_forms import Choice, SendForm, read_choice
from registry.messages.audience_models import SavedAudience
from registry.messages.forms import channel_label
from registry.messages.models import KeyMessage
from registry.messages.publishing import PASSED_ON
from registry.messages.quiet import machines_from
from registry.messages.release_models import Purpose
from registry.messages.unreached import REASON_NAMES, Reason
from registry.outbox.deliveries import quota
from registry.outbox.models import WAY_NAMES, Way
from registry.periods.dated import Dated, setting_on

bp = Blueprint("audience", __name__, url_prefix="/messages/<int:message_id>/audience")
PUBLISH = allow(Permission.MESSAGES_PUBLISH)
MACHINES = (Way.LINE, Way.EMAIL, Way.WEBHOOK)


@bp.get("/")
@PUBLISH
def build(message_id: int) -> ResponseReturnValue:
    """Choose channels and filters; the address holds the choice, so it can be kept and sent on."""
    message = queries.message_for(scope(), message_id)
    return _page(message, request.args, form=SendForm(formdata=None))


@bp.get("/count")
@PUBLISH
def count(message_id: int) -> ResponseReturnValue:
    """The counts and the button alone, for the page to put in its place."""
    message = queries.message_for(scope(), message_id)
    counts = _counts(message, request.args, SendForm(formdata=None))
    return jsonify(html=render_template("audience/_count.html", **counts))


@bp.post("/")
@PUBLISH
def publish(message_id: int) -> ResponseReturnValue:
    """Plan the release that the button said; where the number changed, show the new one."""
    message, form = queries.message_for(scope(), message_id), SendForm()
    try:
        release_id = _plan(message, form)
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        message = queries.message_for(scope(), message_id)
        return _page(message, request.form, form=form, problem=str(refusal)), 422
    flash(_("The sending is planned; here you see how far it is."), "success")
    return redirect(url_for("releases.show", release_id=release_id))


def _plan(message: KeyMessage, form: SendForm) -> int:
    choice = choice_of(request.form)
    release = releases.plan(
        actor(),
        message,
        choice.audience,
        choice.channels,
        purpose=Purpose.ONWARD if message.as_state in PASSED_ON else Purpose.FIRST,
        planned_at=choice.moment(datetime.now(UTC)),
        seen_count=form.seen_count,
        form_token=form.form_token.data,
    )
    number = release.id
    commit()
    return number


@bp.get("/unreached/<reason>")
@PUBLISH
def unreached(message_id: int, reason: str) -> ResponseReturnValue:
    """Those not reached for one reason, each with the way to mend the record."""
    message = queries.message_for(scope(), message_id)
    if reason not in set(Reason) - {Reason.REACHED, Reason.OUTSIDE}:
        abort(404)
    why, page = Reason(reason), read_page(request.args)
    choice, channels = _chosen(message_id, request.args)
    counted = audience_queries.count_audience(
        scope(), choice.audience, channels, today(), message_id=message_id
    )
    return render_template(
        "audience/unreached.html",
        message=message,
        reason=why,
        Reason=Reason,
        title=REASON_NAMES[why],
        rows=audience_queries.unreached_members(
            scope(), choice.audience, channels, why, today(), page=page, message_id=message_id
        ),
        total=counted.unreached.get(why, 0),
        channels=channels,
        pairs=choice.pairs(),
        page=page,
        per_page=audience_queries.PAGE,
    )


def choice_of(values: MultiDict[str, str]) -> Choice:
    """What was chosen; networks of other offices do not exist.

    Raises:
        NotFound: a network lies outside the scope.
        Refused: a choice that cannot be.
    """
    choice = read_choice(values)
    own = {row.id for row in audience_queries.networks_to_choose(scope())}
    if not set(choice.audience.networks) <= own:
        raise NotFound("network")
    return choice


def _chosen(message_id: int, values: MultiDict[str, str]) -> tuple[Choice, list[Channel]]:
    """The choice with its channels, all of them of the user's office and still to be served.

    Raises:
        NotFound: one is another office's.
    """
    choice = choice_of(values)
    rows = audience_queries.channels_to_serve(scope(), current_user.office_id, message_id)
    own = {row.id: row for row, done in rows if not done}
    if not set(choice.channels) <= {row.id for row, _done in rows}:
        raise NotFound("channel")
    left = tuple(number for number in choice.channels if number in own)
    return replace(choice, channels=left), [own[number] for number in left]


def _counts(
    message: KeyMessage, values: MultiDict[str, str], form: SendForm, problem: str = ""
) -> dict[str, Any]:
    """What the counts and the button show; a choice that cannot be says why instead."""
    choice, channels, ready = Choice(Audience()), list[Channel](), True
    now = begins = datetime.now(UTC)
    try:
        choice, channels = _chosen(message.id, values)
        begins = choice.moment(now)
        purpose = Purpose.ONWARD if message.as_state in PASSED_ON else Purpose.FIRST
        releases.require_ready(current_user.office_id, message, purpose)
        releases.require_valid(message, begins)
    except NotFound:
        raise
    except Refused as refusal:
        problem, ready = problem or str(refusal), False
    counted = audience_queries.count_audience(
        scope(), choice.audience, channels, today(), message_id=message.id
    )
    form.seen.data = str(counted.people)
    machines = any(counted.deliveries.get(way) for way in MACHINES)
    out = message.as_state in PASSED_ON
    urgent = releases.is_urgent(message, Purpose.ONWARD if out else Purpose.FIRST)
    return {
        "message": message,
        "form": form,
        "problem": problem,
        "ready": ready,
        "choice": choice,
        "channels": channels,
        "counted": counted,
        "begins": begins if begins > now else None,
        "machines_at": machines_from(begins, urgent=urgent) if machines else None,
        "quiet": machines and machines_from(begins, urgent=urgent) > begins,
        "second": not urgent and _needs_second(counted.people),
        "quota": quota() if counted.quota else None,
        "reasons": REASON_NAMES,
        "Reason": Reason,
        "ways": WAY_NAMES,
    }


def _needs_second(people: int) -> bool:
    asked = setting_on(Dated.SECOND_PERSON, today())
    return bool(asked) and people >= setting_on(Dated.LARGE_AUDIENCE, today())


def _page(
    message: KeyMessage, values: MultiDict[str, str], *, form: SendForm, problem: str = ""
) -> str:
    office, counts = current_user.office_id, _counts(message, values, form, problem)
    saved = audience_queries.saved_audiences(scope(), office)
    return render_template(
        "messages/publish.html",
        **counts,
        own_channels=audience_queries.channels_to_serve(scope(), office, message.id),
        channel_label=channel_label,
        zones=_zones(),
        limited=not scope().everything,
        types=network_types(),
        kinds=CHANNEL_KIND_NAMES,
        networks=audience_queries.networks_to_choose(scope()),
        activities=audience_queries.activities_to_choose(scope()),
        saved=[(row, _address(message.id, row, counts["choice"])) for row in saved],
    )


def _zones() -> list[tuple[Zone, list[Province], list[str]]]:
    """Every zone with its provinces, and the codes of those that one looks after."""
    found, covers = zones_with_provinces(today()), scope().covers
    return [
        (zone, places, [place.code for place in places if covers(place.code)])
        for zone, places in found
    ]


def _address(message_id: int, row: SavedAudience, choice: Choice) -> str:
    """The builder's page with a kept audience in place of the one at hand."""
    kept = replace(choice, audience=Audience.of(row.filters))
    return f"{url_for('audience.build', message_id=message_id)}?{urlencode(kept.pairs())}"
