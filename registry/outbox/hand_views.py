"""Tasks for people: a script to print, a checklist, and the word that it was done."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, scope, today
from registry.carry import carry_out
from registry.messages import publishing
from registry.outbox import hand, queries
from registry.outbox.forms import CallOffForm, DoneForm
from registry.outbox.line import bodies
from registry.outbox.models import DELIVERY_STATE_NAMES
from registry.outbox.views import PUBLISH, READ

bp = Blueprint("outbox_tasks", __name__, url_prefix="/outbox/tasks")


@bp.get("/<int:delivery_id>")
@READ
def show(delivery_id: int) -> ResponseReturnValue:
    """A task with what is to be said, and its checklist."""
    return _page(delivery_id)


def _page(delivery_id: int, form: DoneForm | None = None, off: CallOffForm | None = None) -> str:
    delivery = queries.delivery_for(scope(), delivery_id)
    return render_template(
        "outbox/task.html",
        delivery=delivery,
        work=queries.work_of(scope(), delivery),
        words=bodies.hand_words(delivery.release),
        points=hand.checklist(delivery.channel.as_kind),
        point_names=hand.POINT_NAMES,
        form=form or DoneForm(formdata=None, data={"on": today()}),
        off=off or CallOffForm(formdata=None),
        states=DELIVERY_STATE_NAMES,
        own=current_user.office_id,
    )


@bp.get("/<int:delivery_id>/script")
@READ
def script(delivery_id: int) -> ResponseReturnValue:
    """The script alone, in large letters, to be printed and read aloud."""
    delivery = queries.delivery_for(scope(), delivery_id)
    spoken = bodies.spoken(delivery.release)
    return render_template("outbox/script.html", delivery=delivery, spoken=spoken)


@bp.post("/<int:delivery_id>/done")
@PUBLISH
def done(delivery_id: int) -> ResponseReturnValue:
    """Note that a task was done."""
    form = DoneForm()

    def step() -> None:
        delivery = queries.delivery_for(scope(), delivery_id)
        followed = (publishing.earliest(delivery.release.message), hand.earliest(delivery))
        after = max((moment for moment in followed if moment), default=None)
        hand.do(actor(), delivery, form.done(after))

    if carry_out(form, step):
        flash(_("Noted. The channel has the message from that moment on."), "success")
        return redirect(url_for("outbox.index"))
    return _page(delivery_id, form=form), 422


@bp.post("/<int:delivery_id>/call-off")
@PUBLISH
def call_off(delivery_id: int) -> ResponseReturnValue:
    """A task that nobody will do."""
    form = CallOffForm()

    def step() -> None:
        delivery = queries.delivery_for(scope(), delivery_id)
        hand.call_off(actor(), delivery, form.reason.data or "")

    if carry_out(form, step):
        flash(_("The task was called off."), "success")
        return redirect(url_for("outbox.index"))
    return _page(delivery_id, off=form), 422
