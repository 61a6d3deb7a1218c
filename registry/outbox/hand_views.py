"""Tasks for people: a script to print, a checklist, and the word that it was done."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, scope, today
from registry.access.versions import Unseen
from registry.carry import carry_out
from registry.errors import NotFound
from registry.fields import read_page
from registry.messages import publishing
from registry.messages.queries import message_for
from registry.messages.release_models import PURPOSE_NAMES
from registry.outbox import hand, hand_queries, hand_undo, queries
from registry.outbox.forms import CallOffForm, DoneForm, UndoForm
from registry.outbox.line import bodies
from registry.outbox.models import DELIVERY_STATE_NAMES
from registry.outbox.views import PUBLISH, READ

bp = Blueprint("outbox_tasks", __name__, url_prefix="/outbox/tasks")


@bp.get("/")
@READ
def index() -> ResponseReturnValue:
    """What was done by hand: where, when and by whom."""
    page = read_page(request.args)
    return render_template(
        "outbox/done.html",
        rows=hand_queries.list_done(scope(), page),
        total=hand_queries.count_done(scope()),
        page=page,
        per_page=hand_queries.PAGE,
        purposes=PURPOSE_NAMES,
        own=current_user.office_id,
    )


@bp.get("/<int:delivery_id>")
@READ
def show(delivery_id: int) -> ResponseReturnValue:
    """A task with what is to be said, and its checklist."""
    return _page(delivery_id)


def _page(
    delivery_id: int,
    form: DoneForm | None = None,
    off: CallOffForm | None = None,
    back: UndoForm | None = None,
) -> str:
    delivery = queries.delivery_for(scope(), delivery_id)
    aloud = delivery.channel.as_kind in hand.ALOUD
    return render_template(
        "outbox/task.html",
        delivery=delivery,
        work=queries.work_of(scope(), delivery),
        mark_of_note=hand_undo.mark_of_note,
        message=delivery.release.message,
        seen=_sees(delivery.message_id),
        aloud=aloud,
        words=(bodies.spoken_words if aloud else bodies.full_words)(delivery.release),
        gone=bodies.is_gone(delivery.release),
        purposes=PURPOSE_NAMES,
        points=hand.checklist(delivery.channel.as_kind),
        point_names=hand.POINT_NAMES,
        form=form or DoneForm(formdata=None, data={"on": today()}),
        off=off or CallOffForm(formdata=None),
        back=back or UndoForm(formdata=None),
        states=DELIVERY_STATE_NAMES,
        own=current_user.office_id,
    )


def _sees(message_id: int) -> bool:
    """Whether the page of the message is open to the user: a task may come from elsewhere."""
    try:
        message_for(scope(), message_id)
    except NotFound:
        return False
    return True


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


@bp.post("/<int:delivery_id>/undo")
@PUBLISH
def undo(delivery_id: int) -> ResponseReturnValue:
    """Take back that a task was done."""
    form = UndoForm()

    def step() -> None:
        delivery = queries.delivery_for(scope(), delivery_id)
        hand_undo.undo(actor(), delivery, form.why.data or "", seen=_shown())

    if carry_out(form, step):
        flash(_("Taken back. A count of the audience stays; correct it at the channel."), "success")
        return redirect(url_for("outbox_tasks.show", delivery_id=delivery_id))
    return _page(delivery_id, back=form), 422


def _shown() -> str:
    """The mark of the note that the page with the button showed.

    Raises:
        Unseen: the form does not say.
    """
    seen = request.form.get("seen")
    if seen is None:
        raise Unseen
    return seen
