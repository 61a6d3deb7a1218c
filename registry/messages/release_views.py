"""Pages of releases: what is planned, waits or runs; the second person; writing again."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, may, scope, scope_for
from registry.access.roles import Permission
from registry.access.versions import version_of
from registry.audit.services import Actor
from registry.carry import carry_out, press
from registry.fields import read_page
from registry.messages import queries, release_queries, releases, reminders
from registry.messages.audience import Audience
from registry.messages.audience_forms import SendForm, WhyForm
from registry.messages.audience_shown import words_of
from registry.messages.models import KeyMessage
from registry.messages.recipients import NOTICES
from registry.messages.release_models import (
    PURPOSE_NAMES,
    RELEASE_STATE_NAMES,
    Release,
    ReleaseState,
)
from registry.messages.release_queries import NoticeReach, Progress
from registry.messages.unreached import REASON_NAMES
from registry.outbox import holds
from registry.outbox.models import DELIVERY_STATE_NAMES, WAY_NAMES, DeliveryState, Way

bp = Blueprint("releases", __name__, url_prefix="/releases")
READ = allow(Permission.MESSAGES_READ)
PUBLISH = allow(Permission.MESSAGES_PUBLISH)
NAMES = {
    "purposes": PURPOSE_NAMES,
    "states": RELEASE_STATE_NAMES,
    "ways": WAY_NAMES,
    "delivery_states": DELIVERY_STATE_NAMES,
    "reasons": REASON_NAMES,
    "Delivery": DeliveryState,
    "State": ReleaseState,
}


def may_confirm() -> bool:
    """Whether the signed-in user could be a second person."""
    return may(Permission.MESSAGES_APPROVE) or may(Permission.MESSAGES_PUBLISH)


def waiting_count() -> int:
    """How many releases wait for the signed-in user as the second person."""
    where = scope_for(Permission.MESSAGES_READ)
    if not may_confirm():
        return 0
    return release_queries.waiting_for(where, current_user.office_id, current_user.id)


@bp.get("/")
@READ
def index() -> ResponseReturnValue:
    """What is planned, waits for a second person, or runs; or everything."""
    show, page = request.args.get("show", "")[:10], read_page(request.args)
    rows = release_queries.list_releases(scope(), show, page=page)
    return render_template(
        "releases/index.html",
        rows=rows,
        progress=release_queries.progress_of(scope(), [row.id for row in rows]),
        total=release_queries.count_releases(scope(), show),
        show=show,
        page=page,
        per_page=release_queries.PAGE,
        now=datetime.now(UTC),
        **NAMES,
    )


@bp.get("/<int:release_id>")
@READ
def show(release_id: int) -> ResponseReturnValue:
    """One release: for whom, through what, when, and how far it is."""
    return _page(release_queries.release_for(scope(), release_id), WhyForm(formdata=None))


def _page(release: Release, form: WhyForm) -> ResponseReturnValue:
    own = release.office_id == current_user.office_id and may_confirm()
    planner = release.created_by == current_user.id
    offered = own and release.as_purpose not in NOTICES and release.dropping_since is None
    counts = release.dropping_since is not None or (offered and not release.waits)
    untried = release_queries.count_untried(scope(), release) if counts else 0
    progress = release_queries.progress_of(scope(), [release.id])[release.id]
    return render_template(
        "releases/show.html",
        release=release,
        form=form,
        progress=progress,
        waits=_waits(release, progress),
        channels=release_queries.channels_of(scope(), release),
        audience=words_of(Audience.of(release.audience)),
        people=release_queries.people_of(scope(), release),
        notice=_notice(release),
        can_confirm=own and not planner and release.as_state is ReleaseState.WAITING,
        can_cancel=offered and (release.waits or untried > 0),
        untried=untried,
        planner=planner,
        at_work=_at_work(release),
        now=datetime.now(UTC),
        **NAMES,
    ), 422 if form.errors else 200


def _waits(release: Release, progress: Progress) -> list[str]:
    """Why its ways wait: those planned, and once the deliveries are made those still to be sent."""
    if release.waits:
        planned = release.counted.get("deliveries", {})
        return holds.reasons([Way(way) for way, count in planned.items() if count])
    if release.dropping_since is not None:
        return []
    queued = [way for way, found in progress.counts.items() if found.get(DeliveryState.QUEUED)]
    return holds.reasons(queued, urgent=release.urgent)


def _at_work(release: Release) -> bool:
    """Whether it goes on by itself: it runs, is due by now, or its queue is being emptied."""
    due = release.as_state is ReleaseState.SCHEDULED and release.planned_at <= datetime.now(UTC)
    goes_on = release.as_state is ReleaseState.RUNNING or release.dropping_since is not None
    return due or goes_on


def _notice(release: Release) -> NoticeReach | None:
    if release.as_purpose not in NOTICES:
        return None
    return release_queries.notice_reach(scope(), release.message_id)


@bp.post("/<int:release_id>/confirm")
@READ
def confirm(release_id: int) -> ResponseReturnValue:
    """The second person says yes."""
    release = _to_change(release_id)
    form = WhyForm()
    press(
        lambda: releases.confirm(actor(), release, version=version_of(form)),
        _("Confirmed; it begins at the planned time."),
    )
    return redirect(url_for("releases.show", release_id=release_id))


@bp.post("/<int:release_id>/cancel")
@READ
def cancel(release_id: int) -> ResponseReturnValue:
    """Call a release off, or what was not sent yet of one that runs."""
    release = _to_change(release_id)
    form = WhyForm()
    if carry_out(form, lambda: releases.cancel(actor(), release, form.reason.data or "")):
        flash(_("The sending was called off."), "success")
        return redirect(url_for("releases.show", release_id=release_id))
    return _page(release_queries.release_for(scope(), release_id), form)


def _to_change(release_id: int) -> Release:
    release = release_queries.release_for(scope(), release_id)
    if not may_confirm():
        abort(403)
    return release


@bp.post("/remind/<int:message_id>")
@PUBLISH
def remind(message_id: int) -> ResponseReturnValue:
    """Write again to those who have not reacted."""
    message, form = queries.message_for(scope(), message_id), SendForm()
    planned: list[int] = []
    done = _("The sending is planned; here you see how far it is.")
    if press(lambda: planned.append(_remind(actor(), message, form)), done):
        return redirect(url_for("releases.show", release_id=planned[0]))
    return redirect(url_for("messages.silent", message_id=message_id))


def _remind(who: Actor, message: KeyMessage, form: SendForm) -> int:
    row = reminders.plan_reminder(
        who, message, seen_count=form.seen_count, form_token=form.form_token.data
    )
    return row.id
