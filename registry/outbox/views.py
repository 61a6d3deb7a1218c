"""The outbox: what waits, what is on its way, and what needs a person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, scope, scope_for
from registry.access.roles import Permission
from registry.carry import carry_out, press
from registry.errors import NotFound
from registry.fields import read_id, read_page
from registry.messages.release_models import PURPOSE_NAMES
from registry.outbox import deciding, deliveries, holds, queries
from registry.outbox.backoff import TROUBLE_NAMES
from registry.outbox.deciding import DECISION_NAMES, Decision
from registry.outbox.forms import DecideForm
from registry.outbox.models import DELIVERY_STATE_NAMES, WAY_NAMES, Delivery, DeliveryState, Way
from registry.outbox.queries import OutboxFilters

bp = Blueprint("outbox", __name__, url_prefix="/outbox")
READ = allow(Permission.MESSAGES_READ)
PUBLISH = allow(Permission.MESSAGES_PUBLISH)
MANAGE = allow(Permission.SETTINGS_MANAGE)


def waiting_count() -> int:
    """What waits for the signed-in user's office."""
    return queries.waiting(scope_for(Permission.MESSAGES_READ), current_user.office_id)


def held_count() -> int:
    """Ways that are held."""
    return len(holds.held())


def _filters() -> OutboxFilters:
    state = request.args.get("state", "")
    known = {one.value for one in DeliveryState}
    return OutboxFilters(
        state=state if state in known else "",
        message=read_id(request.args.get("message")),
        page=read_page(request.args),
    )


def names() -> dict[str, Any]:
    """What pages of the outbox call things."""
    return {
        "states": DELIVERY_STATE_NAMES,
        "ways": WAY_NAMES,
        "troubles": TROUBLE_NAMES,
        "purposes": PURPOSE_NAMES,
    }


@bp.get("/")
@READ
def index() -> ResponseReturnValue:
    """Tasks for people, then what machines send, by release and channel."""
    filters = _filters()
    return render_template(
        "outbox/index.html",
        filters=filters,
        **_tasks(filters.message),
        bundles=queries.list_bundles(scope(), filters),
        total=queries.count_bundles(scope(), filters),
        per_page=queries.PAGE,
        counts=queries.count_states(scope(), filters.message),
        quota=deliveries.quota() if Way.LINE in holds.set_up() else None,
        held=holds.held(),
        missing=sorted(queries.ways_waiting(scope()) - holds.set_up()),
        recent_days=queries.RECENT.days,
        **names(),
    )


def _tasks(message: int | None) -> dict[str, Any]:
    """The office's own tasks, and those of others that one sees."""
    where, office = scope(), current_user.office_id
    return {
        "tasks": queries.list_tasks(where, office, message),
        "others": queries.list_tasks(where, office, message, own=False),
        "tasks_total": queries.count_tasks(where, office, message),
        "others_total": queries.count_tasks(where, office, message, own=False),
    }


@bp.get("/<int:delivery_id>")
@READ
def show(delivery_id: int) -> ResponseReturnValue:
    """A delivery and all like it, each with what became of it."""
    return _bundle_page(delivery_id, DecideForm(formdata=None))


def _bundle_page(delivery_id: int, form: DecideForm) -> str:
    delivery, page = queries.delivery_for(scope(), delivery_id), read_page(request.args)
    return render_template(
        "outbox/show.html",
        delivery=delivery,
        rows=queries.list_alike(scope(), delivery, page),
        total=queries.count_alike(scope(), delivery),
        page=page,
        per_page=queries.PAGE,
        form=form,
        decisions=DECISION_NAMES,
        troubled=delivery.state in queries.TROUBLED,
        waits=_waits(delivery),
        own=current_user.office_id,
        **names(),
    )


def _waits(delivery: Delivery) -> list[str]:
    """Why it waits, where the whole way or its sending does."""
    if delivery.as_state is not DeliveryState.QUEUED:
        return []
    if delivery.release.dropping_since is not None:
        return [_("Being called off")]
    return holds.reasons([Way(delivery.way)], urgent=delivery.release.urgent)


@bp.post("/<int:delivery_id>/decide")
@PUBLISH
def decide(delivery_id: int) -> ResponseReturnValue:
    """Send again, it arrived, or give up: all deliveries like one."""
    form = DecideForm()

    def step() -> None:
        delivery = queries.delivery_for(scope(), delivery_id)
        deciding.decide(actor(), scope(), delivery, Decision(form.decision.data))

    if carry_out(form, step):
        return redirect(url_for("outbox.index"))
    return _bundle_page(delivery_id, form), 422


@bp.get("/connections")
@MANAGE
def connections() -> ResponseReturnValue:
    """What is set up on this server, what is held, and the month's LINE messages."""
    return render_template(
        "outbox/connections.html",
        set_up=holds.set_up(),
        held=holds.held(),
        machines=holds.MACHINES,
        settings=holds.SETTINGS,
        quota=deliveries.quota(),
        **names(),
    )


@bp.post("/connections/<way>/resume")
@MANAGE
def resume(way: str) -> ResponseReturnValue:
    """Let a held way go on."""
    if way not in {one.value for one in Way}:
        raise NotFound(f"way {way}")
    done = _("It goes on; what waited is sent now.")
    press(lambda: deciding.resume(actor(), Way(way)), done)
    return redirect(url_for("outbox.connections"))
